"""Words that are written too seldom beside others for the same gain; what a text is about does not count."""

import numpy as np
import pytest

from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.mappings.lexicon import Lexicon
from unmt.mappings.phrase_table import PhraseTable
from unmt.solvers.phrase_decoder import DecoderSettings, decode
from unmt.solvers.word_balance import DOUBT, WordBalance, rarity
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

SOURCE = Vocabulary.from_counts({"dog": 400, "blue": 300})
TARGET = Vocabulary.from_counts({"chien": 400, "bleu": 200, "bleue": 100})


def lexicon(nats=(-0.1, -0.1, -2.5)):
    """dog: chien; blue: bleu, bleue."""
    targets = TARGET.ids(["chien", "bleu", "bleue"]).astype(np.int32)
    return Lexicon(SOURCE, TARGET, np.array([0, 1, 3]), targets, np.float32(nats))


def text(**counts):
    """One sentence a word."""
    return WordCorpus.of([[word] for word, number in counts.items() for _ in range(number)], TARGET)


WANTED = text(chien=400, bleu=200, bleue=100)


def nats(balance):
    """By word."""
    return dict(zip(TARGET.words, balance.nats.tolist(), strict=True))


def test_rarity_is_in_nats_and_doubts_what_is_rare():
    of = dict(zip(TARGET.words, rarity(text(chien=100, bleu=200, bleue=400), WANTED), strict=True))
    assert of["chien"] == pytest.approx(np.log((400 + DOUBT) / (100 + DOUBT)))
    assert of["bleu"] == pytest.approx(0.0)
    assert rarity(WANTED, WANTED) == pytest.approx(np.zeros(3))


def test_a_word_too_rare_beside_the_others_gains_and_the_other_loses():
    found = nats(WordBalance.none(3).stepped(lexicon(), text(chien=400, bleu=300), WANTED))
    assert found["bleue"] > 0.3
    assert found["bleu"] < 0
    assert found["chien"] == pytest.approx(0.0)


def test_what_a_text_is_about_does_not_count():
    # Four times the dogs, a quarter of all that is blue, both forms in the shares of the target text.
    found = nats(WordBalance.none(3).stepped(lexicon(), text(chien=4000, bleu=500, bleue=250), WANTED))
    plain = rarity(text(chien=4000, bleu=500, bleue=250), WANTED)
    assert abs(plain).max() > 0.4
    assert max(abs(one) for one in found.values()) < 0.1


def test_words_that_the_lexicon_writes_for_nothing_stay():
    alone = Lexicon(SOURCE, TARGET, np.array([0, 0, 1]), np.zeros(1, np.int32), np.float32([-0.1]))
    found = WordBalance.none(3).stepped(alone, text(bleue=700), WANTED)
    assert found.nats == pytest.approx(np.zeros(3))


def test_steps_come_near_the_shares_of_the_target_text():
    """What is blue is bleu or bleue; a translator that knows one of them leaves half of the choice to the n-grams."""
    things = [f"thing{k}" for k in range(10)]
    source = WordCorpus.of([[thing, "blue"] for thing in things for _ in range(20)])
    lines = [[thing, "bleue" if i % 10 < k else "bleu"] for k, thing in enumerate(things) for i in range(20)]
    target = WordCorpus.of(lines)
    names, there = source.vocabulary, target.vocabulary
    wanted = float((target.ids == there.index["bleue"]).sum())
    pairs = [(names.index[one], there.index[one], -0.01) for one in things]
    blue = names.index["blue"]
    pairs = sorted([*pairs, (blue, there.index["bleu"], -0.01), (blue, there.index["bleue"], -2.0)])
    starts = np.concatenate([[0], np.cumsum(np.bincount([one[0] for one in pairs], minlength=len(names)))])
    targets, chances = (np.array([one[i] for one in pairs]) for i in (1, 2))
    known = Lexicon(names, there, starts, targets.astype(np.int32), chances.astype(np.float32))
    ngrams = WordNgrams.fit(target.ids, target.starts, len(there), 2)
    balance, seen = WordBalance.none(len(there)), []
    for _ in range(8):
        table = balance.applied(known.phrase_table())
        decoded = decode(source.ids, source.starts, table, ngrams, DecoderSettings(weights=(1.0, 1.0)))
        made = WordCorpus(decoded.ids, decoded.starts, there)
        seen.append(float((made.ids == there.index["bleue"]).sum()))
        balance = balance.stepped(known, made, target)
    assert seen[0] <= 0.3 * wanted
    assert 0.6 * wanted <= seen[-1] <= 1.2 * wanted
    # It is the things that are mostly bleue in the target text.
    assert all(bool((made.sentence(20 * k) == there.index["bleue"]).any()) == (k > 5) for k in (0, 1, 8, 9))


def test_an_option_has_the_sum_of_its_words():
    table = PhraseTable.of_options({(0,): [((0, 1, 1), (-1.0,)), ((), (-2.0,))], (1,): [((2,), (-3.0,))]}, ["lexicon"])
    found = WordBalance(np.float32([1, 10, 100])).applied(table)
    assert found.feature_names == ("lexicon", "balance")
    assert found.features.tolist() == [[-1, 21], [-2, 0], [-3, 100]]
    assert found.target_words is table.target_words


def test_it_is_kept(tmp_path):
    made = WordBalance(np.float32([0.5, -1.25]))
    made.save(tmp_path / "a.npz")
    assert WordBalance.load(tmp_path / "a.npz").nats.tolist() == [0.5, -1.25]
    (tmp_path / "b.npz").write_bytes(b"no")
    for name, said in (("b.npz", "is no whole balance of words"), ("c.npz", "No such file")):
        with pytest.raises(InputError, match=said):
            WordBalance.load(tmp_path / name)
