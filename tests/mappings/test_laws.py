"""The laws of mappings, one suite for every family."""

import json
from dataclasses import replace
from math import isfinite, log2
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.mappings.affine import Affine
from unmt.mappings.beaufort import Beaufort
from unmt.mappings.caesar import Caesar
from unmt.mappings.columnar import Columnar, DoubleColumnar
from unmt.mappings.composition import Composition
from unmt.mappings.enumerable import EnumerableMapping
from unmt.mappings.families import FAMILIES
from unmt.mappings.grid_sections import GridSections
from unmt.mappings.homophonic import Homophonic
from unmt.mappings.identity import Identity
from unmt.mappings.letter_table import LetterTable
from unmt.mappings.mapping import Mapping
from unmt.mappings.period import Period
from unmt.mappings.rail_fence import RailFence
from unmt.mappings.reverse import Reverse
from unmt.mappings.route import Route
from unmt.mappings.substitution import Substitution
from unmt.mappings.transposition import Transposition
from unmt.mappings.vigenere import Vigenere

ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz ", "abcde", "αβγδεζηθικλμνξοπρστυφχψω")
ENUMERABLE = (Identity, Reverse, Caesar, Affine, RailFence, Route, Period, GridSections)
TRANSPOSITIONS = (Reverse, Columnar, DoubleColumnar, RailFence, Route, Period, GridSections)

permutations = st.integers(1, 12).flatmap(lambda width: st.permutations(range(width))).map(tuple)


@st.composite
def keys(draw: st.DrawFn, family: type[Mapping], symbols: tuple[str, ...], alphabet: str) -> Mapping:
    """A key of the family for these symbols. With an alphabet, they are its letters in some order."""
    if issubclass(family, EnumerableMapping):
        length = draw(st.integers(1, 40))
        choices = list(family.parameters(alphabet, length))
        return family(symbols, alphabet, *draw(st.sampled_from(choices)))
    if family is Substitution:
        return Substitution(symbols, alphabet, "".join(draw(st.permutations(alphabet))))
    if family is Homophonic:
        letters = draw(st.lists(st.sampled_from(alphabet), min_size=len(symbols), max_size=len(symbols)))
        return Homophonic(symbols, alphabet, "".join(letters))
    if family is Columnar:
        return Columnar(symbols, alphabet, draw(permutations))
    if family is DoubleColumnar:
        return DoubleColumnar(symbols, alphabet, draw(permutations), draw(permutations))
    keyword = draw(st.text(alphabet, min_size=1, max_size=9))
    tableau = draw(st.just("") | st.permutations(alphabet).map("".join))
    if family is Vigenere:
        return Vigenere(symbols, alphabet, keyword, tableau)
    return Beaufort(symbols, alphabet, keyword, tableau, draw(st.booleans()))


@st.composite
def mappings(draw: st.DrawFn, name: str) -> Mapping:
    alphabet = draw(st.sampled_from(ALPHABETS))
    symbols = tuple(draw(st.permutations(alphabet)))
    if name == "composition":
        first = draw(st.sampled_from(TRANSPOSITIONS))
        last = draw(st.sampled_from((Substitution, Homophonic, Vigenere)))
        if last is Vigenere:
            return Composition.of(draw(keys(first, symbols, alphabet)), draw(keys(last, tuple(alphabet), alphabet)))
        numbers = tuple(f"{number:02}" for number in range(len(alphabet)))
        return Composition.of(draw(keys(first, numbers, "")), draw(keys(last, numbers, alphabet)))
    return draw(keys(FAMILIES[name], symbols, alphabet))


def ids_below(size: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(st.integers(0, size - 1), max_size=70).map(lambda ids: np.array(ids, dtype=np.int32))


laws = settings(deadline=None, max_examples=40)
every_family = pytest.mark.parametrize("family", list(FAMILIES))


def test_every_family_has_its_own_name() -> None:
    assert all(FAMILIES[name].family == name for name in FAMILIES)
    assert len(FAMILIES) == 15


@every_family
@laws
@given(data=st.data())
def test_deciphering_undoes_enciphering(family: str, data: st.DataObject) -> None:
    mapping = data.draw(mappings(family))
    readable = np.unique(mapping.apply(np.arange(len(mapping.symbols))))
    letters = readable[data.draw(ids_below(len(readable)))]
    rng = np.random.default_rng(data.draw(st.integers(0, 9)))
    for ciphertext in (mapping.invert(letters), mapping.invert(letters, rng)):
        np.testing.assert_array_equal(mapping.apply(ciphertext), letters)


@every_family
@laws
@given(data=st.data())
def test_a_bijection_is_undone_by_enciphering(family: str, data: st.DataObject) -> None:
    mapping = data.draw(mappings(family))
    ids = data.draw(ids_below(len(mapping.symbols)))
    letters = mapping.apply(ids)
    assert letters.dtype == np.int32
    assert mapping.choice_bits(letters) >= 0
    if mapping.is_bijection:
        np.testing.assert_array_equal(mapping.invert(letters), ids)
        assert mapping.choice_bits(letters) == 0


@every_family
@laws
@given(data=st.data())
def test_a_mapping_comes_back_from_its_file(
    family: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    mapping = data.draw(mappings(family))
    assert Mapping.from_dict(json.loads(json.dumps(mapping.to_dict()))) == mapping
    path = tmp_path_factory.mktemp("mapping") / "key.json"
    mapping.save(path)
    assert Mapping.load(path) == mapping
    json.dumps(mapping.key())


@every_family
@laws
@given(data=st.data())
def test_the_names_of_the_symbols_cost_nothing(family: str, data: st.DataObject) -> None:
    mapping = data.draw(mappings(family))
    length = data.draw(st.integers(1, 200))
    assert isfinite(mapping.bits(length))
    assert mapping.bits(length) >= 0
    if isinstance(mapping, Composition):
        return
    new_order = data.draw(st.permutations(range(len(mapping.symbols))))
    symbols = tuple(mapping.symbols[old] for old in new_order)
    if isinstance(mapping, LetterTable):
        permuted: Mapping = replace(mapping, symbols=symbols, letters="".join(mapping.letters[i] for i in new_order))
    else:
        permuted = replace(mapping, symbols=symbols)
    assert permuted.bits(length) == mapping.bits(length)
    ids = data.draw(ids_below(len(symbols)))
    np.testing.assert_array_equal(permuted.apply(np.argsort(new_order)[ids]), mapping.apply(ids))


@pytest.mark.parametrize("mapping_class", ENUMERABLE)
@pytest.mark.parametrize("length", [1, 2, 3, 7, 12, 30])
def test_bits_count_the_keys(mapping_class: type[EnumerableMapping], length: int) -> None:
    for alphabet in ALPHABETS[:3]:
        all_keys = list(mapping_class.all_keys(tuple(alphabet), alphabet, length))
        assert mapping_class.number_of_keys(alphabet, length) == len(all_keys) == len(set(all_keys))
        assert all(key.bits(length) == pytest.approx(log2(len(all_keys))) for key in all_keys[:3])


@pytest.mark.parametrize("mapping_class", [c for c in ENUMERABLE if issubclass(c, Transposition)])
@pytest.mark.parametrize("length", [0, 1, 2, 5, 12, 31])
def test_every_key_is_a_permutation(mapping_class: type[EnumerableMapping], length: int) -> None:
    for key in mapping_class.all_keys(("x", "y"), "", max(1, length)):
        assert isinstance(key, Transposition)
        np.testing.assert_array_equal(np.sort(key.order(length)), np.arange(length))


@every_family
@laws
@given(data=st.data())
def test_a_damaged_entry_is_named(family: str, data: st.DataObject) -> None:
    values = data.draw(mappings(family)).to_dict()
    entry = data.draw(st.sampled_from(sorted(values)))
    damaged = values | {entry: data.draw(st.sampled_from([None, 1.5, {"a": 1}, [None], [[]], -1000]))}
    with pytest.raises(InputError, match=entry):
        Mapping.from_dict(damaged)


def test_true_is_no_number() -> None:
    values = Caesar(("a", "b"), "ab", 1).to_dict()
    with pytest.raises(InputError, match="shift"):
        Mapping.from_dict(values | {"shift": True})


@every_family
@laws
@given(data=st.data())
def test_missing_and_unknown_entries_are_named(family: str, data: st.DataObject) -> None:
    values = data.draw(mappings(family)).to_dict()
    for required in ("family", "symbols", "alphabet"):
        with pytest.raises(InputError, match=required):
            Mapping.from_dict({name: value for name, value in values.items() if name != required})
    with pytest.raises(InputError, match="colour"):
        Mapping.from_dict(values | {"colour": "red"})


@every_family
@settings(deadline=None, max_examples=3)
@given(data=st.data())
def test_a_million_letters_take_well_below_a_second(family: str, data: st.DataObject) -> None:
    mapping = data.draw(mappings(family))
    ids = np.arange(1_000_000, dtype=np.int32) % len(mapping.symbols)
    start = process_time()
    mapping.apply(ids)
    # The slowest family needs a quarter of a second; a busy machine shall not fail the test.
    assert process_time() - start < 1
