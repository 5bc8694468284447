import hashlib

import numpy as np
import pytest

from unmt.coding.build import (
    LEAST_LETTERS,
    Thresholds,
    count_model,
    fit_smoothing,
    folded_text,
    folds,
    has_divisions,
    letter_ids,
    model_from_text,
)
from unmt.coding.language_model import LanguageModel
from unmt.coding.model_file import parse
from unmt.errors import InputError

pytestmark = pytest.mark.usefixtures("own_cache")
LATIN = "abcdefghijklmnopqrstuvwxyz"


def syllables(words, letters, lengths, seed=0):
    rng = np.random.default_rng(seed)
    shares = 1 / np.arange(1, len(letters) + 1)
    shares /= shares.sum()
    return ["".join(rng.choice(list(letters), size=int(rng.choice(lengths)), p=shares)) for _ in range(words)]


def test_ids_of_letters():
    assert letter_ids("ba c", "abc", spaces=False).tolist() == [1, 0, 2]
    assert letter_ids("ba c", "abc", spaces=True).tolist() == [3, 1, 0, 3, 2]
    assert letter_ids("γα", "αβγ", spaces=False).tolist() == [2, 0]
    assert letter_ids("", "abc", spaces=False).tolist() == []
    large = "".join(chr(0xAC00 + i) for i in range(1000))
    assert letter_ids(large[::-1], large, spaces=False).tolist() == list(range(999, -1, -1))


@pytest.mark.parametrize("words", [300, 3000, 40_000])
def test_folds_hold_out_parts_and_count_the_rest(prose, words):
    text = prose(words)
    cuts = folds(text)
    held = sum(len(held_out) for _, held_out in cuts)
    assert held >= min(0.9 * len(text), 7_000)
    assert len(cuts) == {300: 10, 3000: 5, 40_000: 1}[words]
    for counted, held_out in cuts:
        assert sorted(counted.split() + held_out.split()) == sorted(text.split())
        assert len(held_out) == pytest.approx(len(text) / 10, rel=0.2)


def test_a_text_without_words_is_cut_between_letters():
    text = "".join(syllables(500, "abcde", [4]))
    for counted, held_out in folds(text):
        assert len(held_out) == len(text) // 10
        assert len(counted.replace(" ", "")) + len(held_out) == len(text)
    assert not has_divisions(text)
    assert has_divisions("so it is")


def test_a_model_of_a_text(prose):
    text = prose(4000)
    model = model_from_text(text, "toy", "text")
    assert model.alphabet == LATIN
    assert model.has_words
    assert set(model.word_counts.words) == set(text.split())
    assert model.file.header["source"] == {
        "letters": len(text) - text.count(" "),
        "words": 4000,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    assert model.sha256 == hashlib.sha256(model.file.to_bytes()).hexdigest()
    for spaces in (False, True):
        assert model.ngrams(spaces).letters == 26 + spaces
        assert 0.05 < model.deviation(spaces) < 0.5


def test_held_out_bits_are_those_of_unseen_text(prose):
    model = model_from_text(prose(4000), "toy", "text")
    letters, boundaries = model.letters(prose(1000, seed=5))
    bits = model.ngrams(False).letter_bits(letters)
    assert bits.mean() == pytest.approx(model.bits_per_letter(False), rel=0.05)
    spaced = np.insert(letters, np.append(0, boundaries), 26)
    bits = model.ngrams(True).letter_bits(spaced)[1:]
    assert bits.sum() / len(letters) == pytest.approx(model.bits_per_letter(True), rel=0.05)


def test_longer_orders_are_kept_only_where_they_pay(prose):
    letters_alone = model_from_text("".join(syllables(6000, LATIN, [1])), "noise", "text")
    assert letters_alone.table(False).order == 2
    assert model_from_text(prose(4000), "toy", "text").table(False).order >= 4


def test_the_same_text_gives_the_same_model(prose):
    assert model_from_text(prose(2000), "toy", "a").sha256 == model_from_text(prose(2000), "toy", "b").sha256


SCRIPTS = {
    "greek": ("αειοντσρκλμπυχ", [2, 4, 7]),
    "cyrillic": ("оеаинтсрвлкмдпуяыь", [3, 5, 8]),
    "hebrew": ("יוהלאמרתבשנכדקע", [3, 4, 5]),
    "hangul": ("이다는을가에의를하고한지도로기사나그", [1, 2, 3]),
    "two letters": ("ab", [3, 5]),
    "dna": ("acgt", [6, 9]),
    "georgian": ("აიესრნმდლობვტგ", [4, 6]),
    "devanagari": ("करनसतमहलपयबजदगव", [2, 4]),
}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("divided", [True, False])
def test_any_script_becomes_a_code(script, divided):
    letters, lengths = SCRIPTS[script]
    text = (" " if divided else "").join(syllables(1200, letters, lengths))
    model = model_from_text(text, script, "text")
    assert set(model.alphabet) >= set(letters)
    assert model.has_words == divided
    for spaces in (False, True)[: 1 + divided]:
        ngrams, size = model.ngrams(spaces), len(model.alphabet) + spaces
        for context in ([], [0], [1, 0], [size - 1, 0, 1, 0]):
            assert ngrams.probabilities(context).sum() == pytest.approx(1)
        assert model.table(spaces).letters == size
        assert 0 < model.bits_per_letter(spaces) < np.log2(size) * 1.6
    assert model.frequencies.sum() == pytest.approx(1)


def test_words_of_a_text_without_divisions_are_refused():
    model = model_from_text("".join(syllables(1000, "abcde", [4])), "solid", "text")
    for use in (lambda: model.words, lambda: model.ngrams(True), lambda: model.table(True)):
        with pytest.raises(InputError, match="solid"):
            use()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("too short", "letters are too few"),
        ("a" * 2000, "no letters to learn from"),
        ("123 456 ... " * 500, "no letters to learn from"),
        ("ab " * (LEAST_LETTERS // 2 - 1), "are too few"),
    ],
)
def test_a_text_with_too_little_in_it_is_refused(text, why):
    with pytest.raises(InputError, match=rf"language=x\.txt: .*{why}.* Give "):
        model_from_text(text, "x", "language=x.txt")


def test_folding_in_blocks_is_folding(monkeypatch, prose):
    text = "Où est l'Été?\n\nStraße 12, " + prose(500).title() + "\n"
    whole = folded_text(text, "text")
    monkeypatch.setattr("unmt.coding.build.text_blocks", lambda text: text.splitlines(keepends=True))
    assert folded_text(text, "text") == whole


def test_pruning_keeps_a_proper_code(prose):
    text = prose(300) + " " + " ".join(syllables(2000, LATIN, [4]))
    smoothing = fit_smoothing(LATIN, folds(text), threshold=3)
    pruned = count_model("toy", LATIN, text, smoothing, Thresholds(3, 5, 4))
    whole = count_model("toy", LATIN, text, smoothing, Thresholds())
    assert len(pruned.sections["plain.counts"]) < len(whole.sections["plain.counts"])
    model = LanguageModel("toy", parse(pruned.to_bytes(), "x"))
    for context in ([], [3], [7, 4], [25, 25, 25, 25]):
        assert model.ngrams(False).probabilities(context).sum() == pytest.approx(1)
