"""Words of one text put into those of another: what that saves is real, paid for, and gone where pairs are wrong."""

import importlib.util
from collections import Counter
from itertools import pairwise
from math import log2
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.tasks.compress_words import FoundLexicon, KnownCosts, cuts, lexicon_ways, token_texts
from unmt.tasks.lexicon_stage import null_lexicon
from unmt.tasks.monitor import Monitor
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
    known = KnownCosts.of(counting.CountingCode(), x, y)
    right = lexicon_of(x, y, key)
    parts = cuts(80)[1:-1]
    tables = {size: known.table_bits(right, size) for size in (250, 1000)}
    apart = known.x_bits + float(known.alone.sum())
    found = FoundLexicon(right, dict.fromkeys(parts, right), tables)
    wrong = null_lexicon((right, right), 1)[0]
    null = FoundLexicon(wrong, dict.fromkeys(parts, wrong), tables)
    free = FoundLexicon(right, found.parts, dict.fromkeys(tables, 0.0))
    return found, known.ways(found, apart), known.ways(null, apart), known.ways(free, apart), apart


def test_a_right_lexicon_saves_bits_of_a_text_that_is_no_translation_and_a_wrong_one_does_not(measured):
    _, right, wrong, _, _ = measured
    assert right[-1].saved > 300
    for good, bad in zip(right, wrong, strict=True):
        assert good.name == bad.name
        assert good.saved > bad.saved + 200


def test_the_table_is_in_the_length_and_what_is_learned_on_the_way_has_none(measured, texts, counting):
    found, ways, _, free, apart = measured
    x, _, _ = texts
    spelled = "\n".join(found.whole.target.words[i] for i in found.whole.targets) + "\n"
    alone, with_table = counting.CountingCode().joint_bits([x, spelled.encode()])
    assert found.table_bits[250] == pytest.approx(with_table - alone + log2(len(found.whole.source) + 1))
    assert found.table_bits[250] > 500
    for way in ways:
        assert way.saved == pytest.approx(apart - way.bits)
    assert ways[0].bits - free[0].bits == pytest.approx(found.table_bits[250])
    assert ways[-1].bits == pytest.approx(free[-1].bits)


@given(st.integers(2, 5000))
def test_what_is_learned_from_doubles_up_to_all(lines):
    ends = cuts(lines)
    assert ends[0] == 0
    assert ends[-1] == lines
    assert all(b <= 2 * a for a, b in pairwise(ends[1:]))
    assert sorted(set(ends)) == ends


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
        lexicon_ways(counting.OneShot(), *texts[:2], None, 0, Monitor())
