"""Words of one text put into those of another: what that saves is real, paid for, and gone where pairs are wrong."""

import importlib.util
from collections import Counter
from dataclasses import fields
from itertools import pairwise
from math import log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.coding.local_mixture import SHARES, fixed_share_bits
from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.tasks.compress import compress
from unmt.tasks.compress_lengths import OnlineCosts
from unmt.tasks.compress_word_code import BY_WORDS, FORETOLD, READ, WordCode
from unmt.tasks.compress_words import FIRST_LINES, KnownCosts, cuts, token_texts
from unmt.tasks.lexicon_stage import null_lexicon
from unmt.tasks.word_mixture import by_event, word_costs
from unmt.text.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def counting(request):
    path = Path(request.path).parent / "counting_code.py"
    spec = importlib.util.spec_from_file_location("counting_code", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts(word_cipher):
    """Two texts of 80 sentences in words that have nothing in common, and the key."""
    made = word_cipher(80, 40, 3)
    x, y = ("".join(line + "\n" for line in side).encode() for side in (made.source, made.target))
    return x, y, made.key


def lexicon_of(x, y, key):
    source, target = (Vocabulary.of(line.split() for line in text.decode().splitlines()) for text in (x, y))
    ids = [target.index.get(key[word], 0) for word in source.words]
    starts = np.arange(len(ids) + 1)
    return Lexicon(source, target, starts, np.array(ids, np.int32), np.zeros(len(ids), np.float32))


@pytest.fixture(scope="module")
def measured(texts, counting):
    x, y, key = texts
    code = counting.CountingCode()
    known = KnownCosts.of(code, x, y, OnlineCosts.of(code, x, y))
    right = lexicon_of(x, y, key)
    tables = {size: known.table_bits(right, size) for size in (250, 1000)}
    apart = known.x_bits + float(known.alone.sum())
    wrong = null_lexicon((right, right), 1)[0]
    parts, null = (dict.fromkeys((10, 20, 40), (one, one)) for one in (right, wrong))

    def ways(lexicon, parts, table_bits):
        return [*known.with_tables(lexicon, table_bits, apart), known.on_the_way(known.after_f(parts), apart)]

    free = dict.fromkeys(tables, 0.0)
    return right, tables, ways(right, parts, tables), ways(wrong, null, tables), ways(right, parts, free), apart


def test_a_right_lexicon_saves_bits_of_a_text_that_is_no_translation_and_a_wrong_one_does_not(measured):
    _, _, right, wrong, _, _ = measured
    assert right[-1].saved > 300
    for good, bad in zip(right, wrong, strict=True):
        assert good.name == bad.name
        assert good.saved > bad.saved + 200


def test_the_table_is_in_the_length_and_what_is_learned_on_the_way_has_none(measured, texts, counting):
    whole, tables, ways, _, free, apart = measured
    x, _, _ = texts
    spelled = "\n".join(whole.target.words[i] for i in whole.targets) + "\n"
    alone, with_table = counting.CountingCode().joint_bits([x, spelled.encode()])
    assert tables[250] == pytest.approx(with_table - alone + log2(len(whole.source) + 1))
    assert tables[250] > 500
    for way in ways:
        assert way.saved == pytest.approx(apart - way.bits)
    assert ways[0].bits - free[0].bits == pytest.approx(tables[250])
    assert ways[-1].bits == pytest.approx(free[-1].bits)


@given(st.integers(2, 5000))
def test_what_is_learned_from_doubles_up_to_all(lines):
    ends = cuts(lines)
    assert ends[0] == 0
    assert ends[-1] == lines
    assert all(b <= 2 * a for a, b in pairwise(ends[1:]))
    assert min(lines, FIRST_LINES) <= ends[1] <= max(lines / 8, FIRST_LINES)
    assert sorted(set(ends)) == ends


@pytest.fixture(scope="module")
def found(word_cipher, counting):
    """A word cipher whose key nobody knows, and the same with the words of x in another order."""
    made = word_cipher(240, 40, 3)
    words = iter(np.random.default_rng(0).permutation([word for line in made.source for word in line.split()]))
    shuffled = [" ".join(next(words) for _ in line.split()) for line in made.source]
    x, y, without_order = ("".join(line + "\n" for line in side) for side in (made.source, made.target, shuffled))
    code = counting.CountingCode()
    return [compress(one, y, mapping="lexicon", codes=[code], samples=2) for one in (x, without_order)]


def test_what_f_tells_is_told_from_what_words_without_order_do(found):
    right, wrong = found
    assert right.verdict == "shared structure"
    assert right.mapping["right_interval"][0] > 20
    assert wrong.verdict == "none found"
    assert wrong.mapping["right_interval"][0] < 0 < wrong.mapping["right_interval"][1]
    assert right.members[0]["code"] == "words"
    assert right.members[0]["way"] in {READ, FORETOLD}
    assert f"tells {right.mapping['beyond_bits']:,.0f} bits that x does not tell without it" in right.sentence


def test_the_code_of_words_is_one_more_member_and_what_f_tells_is_the_distance_of_two(found):
    one = found[0]
    assert {member["code"] for member in one.members} == {"counting", "words"}
    ways = {member["way"]: member["bits"] for member in one.members if member["code"] == "words"}
    assert one.mapping["beyond_bits"] == pytest.approx(ways[BY_WORDS] - ways[READ])
    assert one.bits["y"]["words"] < one.bits["y"]["counting"]
    assert ways["apart"] == pytest.approx(one.bits["x"]["words"] + one.bits["y"]["words"])
    null = [saved - (ways["apart"] - ways[BY_WORDS]) for saved in one.nulls[0]["samples"]]
    assert one.mapping["beyond_nulls"] == pytest.approx(null)
    assert one.mapping["right_bits"] == pytest.approx(one.mapping["beyond_bits"] - np.mean(null))


def test_shares_are_of_the_bytes_that_were_coded_and_not_of_those_of_the_file(word_cipher, counting):
    made = word_cipher(200, 20, 1)
    x, y = ("".join(f"  {line.title()}   .\n" for line in side) for side in (made.source, made.target))
    one = compress(x, y, mapping="lexicon", codes=[counting.CountingCode()], null=False)
    coded = token_texts(x.encode(), y.encode())[1]
    assert one.text == "lower-case tokens"
    assert one.sizes["y"]["bytes"] == len(y.encode()) > len(coded)
    assert one.per_symbol["y_bits_per_byte"] == pytest.approx(one.bits["y"]["mixture"] / len(coded))
    assert one.bits["y"]["counting"] == pytest.approx(counting.CountingCode().bits(coded), abs=0.01)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(alphabet="aBé’ .,-1", max_size=12), min_size=200, max_size=210))
def test_tokens_lose_case_and_spaces_and_no_line_and_no_character(lines):
    text = "\n".join(lines) + "\nx\n"
    tokens, _ = token_texts(text.encode(), text.encode())
    assert len(tokens.decode().split("\n")) == len(text.split("\n"))
    plain = text.lower().replace("’", "'")
    assert Counter("".join(tokens.decode().split())) == Counter("".join(plain.split()))


def test_few_lines_and_codes_that_are_silent_on_bytes_are_refused(texts, counting):
    with pytest.raises(InputError, match="has 1 lines"):
        token_texts(b"one line", b"two lines")
    with pytest.raises(InputError, match="learns byte by byte"):
        compress(*(text * 3 for text in texts[:2]), mapping="lexicon", codes=[counting.OneShot()])


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_the_share_is_settled_by_words_without_f_and_is_the_same_with_any_f(seed):
    rng = np.random.default_rng(seed)
    x, y = (
        "".join(" ".join(rng.choice(["an", "bee", "sees", "the", "sea"], 4)) + "\n" for _ in range(60)).encode()
        for _ in "xy"
    )
    alone, after, after_f = rng.uniform(0.5, 4, (3, len(y)))
    nothing = {one.name: np.ones(len(x if one.name.startswith("x") else y)) for one in fields(OnlineCosts)}
    words = WordCode.of(x, y, OnlineCosts(**{**nothing, "y": alone, "y_after_x": after}), 0.0)
    lines = y.decode().split("\n")[:-1]

    def bits(share, *costs):
        mixed = fixed_share_bits(np.stack(costs), share)
        return word_costs(lines, by_event(lines, alone), by_event(lines, mixed)).sum() + log2(len(SHARES))

    without, with_f = ([bits(share, alone, after, *more) for share in SHARES] for more in ([], [after_f]))
    taken = SHARES.index(words.share)
    assert without[taken] == min(without)
    assert words.without_f.bits == pytest.approx(words.lengths.x + without[taken])
    assert words.read(after_f).bits == pytest.approx(words.lengths.x + with_f[taken])
