"""What two texts share, and the traps of measuring it."""

import random
import string
from importlib import import_module
from math import log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unmt
from unmt.coding.codes import Code
from unmt.coding.general_codes import general_code
from unmt.coding.language_model import LanguageModel
from unmt.errors import InputError
from unmt.mappings.substitution import Substitution
from unmt.tasks.compress import compress
from unmt.tasks.compress_interval import interval, resampled_sums
from unmt.tasks.compress_lengths import apart_again, blocks_of, in_turns, measured
from unmt.tasks.compress_mapping import as_code, exchanged_letters, gap_bits, searched
from unmt.tasks.compress_ways import mapped
from unmt.tasks.monitor import Monitor
from unmt.text.alphabet import fold
from unmt.text.ciphertext import Ciphertext

LOWER, UPPER = string.ascii_lowercase, string.ascii_uppercase
SAMPLE = Path(unmt.__file__).parent / "samples" / "harbour.en.txt"


class Shuffler:
    """A key and what it makes of a text, capitals as capitals."""

    def __init__(self, seed):
        letters = list(LOWER)
        random.Random(seed).shuffle(letters)
        self.key = "".join(letters)

    def __call__(self, text):
        return text.translate(str.maketrans(LOWER + UPPER, self.key + self.key.upper()))


@pytest.fixture(scope="module")
def halves():
    lines = SAMPLE.read_text(encoding="utf-8").replace("é", "e").splitlines(keepends=True)
    return "".join(lines[:100]), "".join(lines[100:200])


@pytest.fixture(scope="module")
def counting(request):
    path = Path(request.path).parent / "counting_code.py"
    spec = import_module("importlib.util").spec_from_file_location("counting_code", path)
    module = import_module("importlib.util").module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def code(counting):
    return counting.CountingCode()


@pytest.fixture(scope="module")
def plain(halves, code):
    return compress(*halves, codes=[code, general_code("xz")], samples=2)


def test_halves_of_one_text_share_structure_and_nulls_do_not(plain):
    assert plain.verdict == "shared structure"
    low, high = plain.shared_interval
    assert low < plain.shared_bits < high
    assert plain.null_interval[1] < low / 4
    assert {null["kind"] for null in plain.nulls} == {"n-grams kept", "characters exchanged", "random characters"}


def test_every_length_is_told_by_code_and_the_gap_is_what_they_say(plain, code, halves):
    x, y = (half.encode() for half in halves)
    assert plain.bits["x"]["counting"] == pytest.approx(code.bits(x))
    alone, joint = code.joint_bits([x, y])
    assert plain.bits["xy"]["counting"] == pytest.approx(joint + log2(len(x) + len(y) + 1))
    for name in ("counting", "xz"):
        gap = plain.bits["x"][name] + plain.bits["y"][name] - plain.bits["xy"][name]
        assert plain.shared_bits_by_code[name] == pytest.approx(gap)
        lengths = plain.bits["x"][name], plain.bits["y"][name]
        assert plain.ncd[name] == pytest.approx((plain.bits["xy"][name] - min(lengths)) / max(lengths))
    assert plain.conditional["counting"]["joint_less_alone"] == pytest.approx(joint - alone, abs=20)


def test_the_joint_code_is_within_its_bound_of_its_best_member(plain):
    members = [member["bits"] for member in plain.members]
    assert members == sorted(members)
    assert plain.bits["joint"]["mixture"] - members[0] == pytest.approx(plain.regret_bits)
    assert 0 <= plain.regret_bits <= plain.regret_bound_bits == log2(len(members))


def test_random_bytes_share_nothing_with_anything(code, halves):
    noise, other = (np.random.default_rng(seed).integers(97, 123, 2000).astype(np.uint8).tobytes() for seed in (0, 1))
    for pair in ((noise, other), (noise, halves[1][:2000].encode())):
        found = compress(*pair, codes=[code], samples=2)
        assert found.verdict == "none found"
        # That the other text has the same letters as often is told, and of no more worth than the null's.
        assert found.shared_bits < 0.06 * found.bits["y"]["counting"]


def test_a_code_that_x_misleads_has_a_negative_gap_and_the_mixture_has_none(halves, code):
    class Misled(type(code)):
        name = "misled"
        is_online = False

        def joint_bits(self, parts):
            lengths = super().joint_bits(parts)
            return [lengths[0], *(bits + 20_000 for bits in lengths[1:])]

        def bits(self, data):
            return super().bits(data) + (20_000 if len(data) > 7_000 else 0)

    found = compress(*halves, codes=[Misled()], null=False)
    assert found.shared_bits_by_code["misled"] < -5_000
    assert -found.regret_bound_bits <= found.shared_bits <= 0
    assert found.verdict == "none found"


def test_a_window_that_is_shorter_than_x_is_told():
    x = np.random.default_rng(5).integers(97, 123, 60_000).astype(np.uint8).tobytes()
    found = compress(x, x[:3000], codes=[general_code("gzip"), general_code("xz")], null=False)
    assert found.shared_bits_by_code["gzip"] < 200
    assert found.shared_bits_by_code["xz"] > 8_000
    assert [warning.split(":")[0] for warning in found.warnings] == ["gzip"]


def test_a_code_that_splits_its_input_over_threads_is_told(halves, code):
    class Split(type(code)):
        name = "split"
        is_online = False

        def bits(self, data):
            return sum(code.bits(data[start : start + 4096]) for start in range(0, len(data), 4096))

        def joint_bits(self, parts):
            return [self.bits(b"".join(parts[: number + 1])) for number in range(len(parts))]

    x = halves[0].encode()[:4096]
    found = compress(x, halves[1], codes=[Split(), code], null=False)
    assert [warning.split(":")[0] for warning in found.warnings] == ["split"]


def test_in_turns_a_short_window_sees_what_it_misses_one_after_the_other():
    x = np.random.default_rng(6).integers(97, 123, 60_000).astype(np.uint8).tobytes()
    lengths = measured(general_code("gzip"), x, x)
    assert lengths.ways["x then y"] > 0.95 * lengths.apart
    assert lengths.ways["in turns"] < 0.6 * lengths.apart


def test_the_order_of_the_two_is_told_where_it_matters():
    rng = np.random.default_rng(7)
    x, noise = (rng.integers(97, 123, 30_000).astype(np.uint8).tobytes() for _ in range(2))
    found = compress(x, noise + x, codes=[general_code("gzip")], null=False)
    assert found.bits["yx"]["gzip"] < found.bits["xy"]["gzip"] - 50_000


@given(st.binary(max_size=80_000), st.binary(max_size=80_000))
@settings(max_examples=40, deadline=None)
def test_turns_can_be_told_apart_again(x, y):
    assert apart_again(in_turns(x, y), len(x)) == (x, y)


@given(st.binary(max_size=500), st.integers(1, 40))
def test_blocks_are_the_text(text, count):
    blocks = blocks_of(text, count)
    assert b"".join(blocks) == text
    assert 1 <= len(blocks) <= count


def test_bits_are_told_by_byte_and_by_character(code):
    text = "жизнь прожить не поле перейти и так далее\n" * 20
    found = compress(text, text, codes=[code], null=False)
    symbols = found.per_symbol
    ratio = symbols["shared_bits_per_character_of_y"] / symbols["shared_bits_per_byte_of_y"]
    assert ratio == pytest.approx(len(text.encode()) / len(text))
    assert symbols["y_bits_per_byte"] == pytest.approx(found.bits["y"]["counting"] / len(text.encode()))
    assert "x and y are the same bytes." in found.warnings


def test_an_enciphered_half_is_recovered_but_for_its_key_and_the_plain_codes_see_nothing(halves, code, monkeypatch):
    def refused(_cls, name):
        raise AssertionError(f"the model {name} was not paid for")

    monkeypatch.setattr(LanguageModel, "load", classmethod(refused))
    x, y = halves
    xz = general_code("xz")
    found = compress(Shuffler(1)(x), y, mapping="substitution", codes=[code, xz], samples=1, threads=1)
    assert found.verdict == "shared structure"
    assert abs(found.shared_bits_by_code["xz"]) < 0.1 * found.bits["y"]["xz"]
    assert found.shared_bits_by_code["counting"] < 0.1 * found.shared_bits_with_mapping["counting"]
    assert found.mapping["family"] == "substitution"
    assert found.mapping["mapping_bits"] > 80
    true = measured(code, x.encode(), y.encode())
    best = true.apart - min(true.ways.values()) - found.mapping["mapping_bits"]
    assert found.shared_bits_with_mapping["counting"] > 0.95 * best
    assert found.bits["with_mapping"]["counting"] < min(true.apart, found.bits["xy"]["counting"])


@pytest.mark.slow
def test_a_cipher_whose_key_is_no_function_is_not_believed(halves, code):
    x = "".join(Shuffler(number)(line) for number, line in enumerate(halves[0].splitlines(keepends=True)))
    found = compress(x, halves[1], mapping="substitution", codes=[code], samples=1, threads=1)
    assert found.verdict == "none found"
    assert found.shared_bits < 0.01 * found.bits["y"]["counting"]


def test_an_unknown_family_is_refused(halves):
    with pytest.raises(InputError, match="mapping=magic"):
        searched(*halves, "magic", 0, 1, Monitor())


@given(st.permutations(LOWER), st.integers(0, 5))
@settings(max_examples=30, deadline=None)
def test_f_of_x_and_the_key_give_x_back(letters, start):
    source = SAMPLE.read_text(encoding="utf-8").replace("é", "e")[start * 40 : start * 40 + 300]
    text = Ciphertext.read(source, symbols="characters")
    places = [letters.index(symbol) for symbol in text.symbols]
    found = as_code("x", Substitution.from_ids(text.symbols, LOWER, places), text)
    assert found is not None
    back = {letter: symbol for symbol, letter in found.key.items()}
    table = back | {letter.upper(): symbol.upper() for letter, symbol in back.items()}
    assert found.text.decode().translate(str.maketrans(table)) == source
    assert found.all_bits > log2(24)


def test_the_bits_of_f_are_in_every_length_with_f(halves, code):
    x, y = halves[0][:2000], halves[1][:2000]
    text = Ciphertext.read(x, symbols="characters")
    identity = Substitution(text.symbols, LOWER, "".join(text.symbols))
    found = as_code("x", identity, text)
    without = measured(code, x.encode(), y.encode())
    ways = mapped(code, x.encode(), y.encode(), found, without.apart)
    assert found.bits > 40
    for way, name in zip(ways, ("x then y", "x then y, byte by byte"), strict=True):
        assert way.bits == pytest.approx(without.ways[name] + found.bits)


def test_what_stands_between_tokens_is_paid_for():
    assert gap_bits(Ciphertext.read("an evening at the harbour")) == 0.0
    assert gap_bits(Ciphertext.read("12 7 12 9\n7 12 3 9 12")) > 16


def test_letters_that_a_search_confused_are_set_right_by_all_of_the_text(halves):
    x, y = halves
    text = Ciphertext.read(x, symbols="characters")
    right = Substitution(text.symbols, LOWER, "".join(text.symbols))
    letters = [LOWER.index(letter) for letter in text.symbols]
    first, second = (text.symbols.index(letter) for letter in "bp")
    wrong = list(letters)
    wrong[first], wrong[second] = wrong[second], wrong[first]
    assert exchanged_letters(wrong, text, fold(y), right) == letters


def test_an_interval_is_of_the_noise_and_not_of_the_learning_curve():
    noise = np.random.default_rng(0).normal(0, 3, 32)
    falling = 1000 / np.arange(1, 33)
    low, high = interval(list(falling + noise), lambda more: more, seed=0)
    naive = 2 * 1.96 * np.std(falling) * 32**0.5
    assert low < 0 < high
    assert high - low < naive / 2
    assert np.std(resampled_sums([5.0] * 10, seed=0)) == 0
    assert resampled_sums([3.0], seed=0)[0] == 3.0


def test_an_interval_covers_the_mean_of_independent_blocks_about_as_often_as_it_says():
    rng = np.random.default_rng(1)
    held = 0
    for seed in range(150):
        blocks = rng.normal(1.0, 2.0, 32)
        low, high = interval(list(blocks), float, seed=seed)
        held += low < 32.0 - blocks.sum() < high
    assert held > 0.88 * 150


def test_same_seed_same_answer(halves, code):
    first, again, other = (
        compress(halves[0][:1200], halves[1][:1200], codes=[code], samples=1, seed=seed).to_dict() for seed in (0, 0, 1)
    )
    assert {**again, "seconds": 0} == {**first, "seconds": 0}
    assert other["nulls"] != first["nulls"]
    assert other["bits"] == first["bits"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"x": b"short"}, "x has 5 bytes"),
        ({"mapping": "magic"}, "mapping=magic: unknown"),
        ({"samples": 0}, "samples=0"),
        ({"null_order": 0}, "null_order=0"),
        ({"x": b"\xff\xfe" * 20, "mapping": "auto"}, "not UTF-8"),
        ({"mapping": "lexicon"}, "mapping=lexicon needs"),
        ({"unrelated": b"few"}, "unrelated has 3 bytes"),
    ],
)
def test_what_cannot_be_measured_is_refused(halves, code, keys, message):
    with pytest.raises(InputError, match=message):
        compress(**{"x": halves[0][:3000], "y": halves[1][:3000], "codes": [code], **keys})


def test_the_small_code_of_these_tests_is_a_code(code: Code):
    assert sum(2.0 ** -code.costs(b"ab" + bytes([byte]))[2] for byte in range(256)) == pytest.approx(1, abs=1e-3)
