"""BLEU and chrF against sacrebleu's own scores, bootstrap and tests; and what a test must not find."""

import os
import random

import numpy as np
import pytest
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF
from sacrebleu.significance import PairedTest, _bootstrap_resample

from unmt.evaluation.translation import (
    NAMES,
    TranslationMetric,
    compare,
    percentile_interval,
    present_references,
    resampled_sums,
)

TEXT = "A man in the Red hat , who sings loudly , walks over an old bridge with his dog today"
WORDS = TEXT.split()
SEED = 12345


def corpus(lines, seed):
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=draw.randint(4, 12))) + "." for _ in range(lines)]


def spoilt(lines, share, seed):
    draw = random.Random(seed)
    return [" ".join(draw.choice(WORDS) if draw.random() < share else word for word in line.split()) for line in lines]


def theirs(name, **settings):
    return BLEU(**settings) if name == "bleu" else CHRF(word_order=2 if name == "chrf++" else 0, **settings)


@pytest.fixture(scope="module")
def references():
    return corpus(60, 1)


@pytest.fixture(scope="module")
def hypotheses(references):
    return [*spoilt(references, 0.3, 2)[:-2], "", "a man"]


@pytest.mark.parametrize("is_lowercase", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_score_and_signature_are_sacrebleus(name, is_lowercase, references, hypotheses):
    second = corpus(60, 3)
    metric = TranslationMetric(name, [references, second], is_lowercase=is_lowercase)
    public = theirs(name, lowercase=is_lowercase)
    expected = public.corpus_score(hypotheses, [references, second])
    assert metric.score(metric.counts(hypotheses).sum(axis=0)) == pytest.approx(expected.score, abs=1e-9)
    assert metric.signature == public.get_signature().format()
    assert metric.name == expected.name


def test_details_of_bleu_are_sacrebleus(references, hypotheses):
    metric = TranslationMetric("bleu", [references], is_lowercase=False)
    expected = BLEU().corpus_score(hypotheses, [references])
    details = metric.details(metric.counts(hypotheses).sum(axis=0))
    assert details["precisions"] == pytest.approx(expected.precisions)
    assert details["brevity_penalty"] == pytest.approx(expected.bp)
    assert (details["hypothesis_tokens"], details["reference_tokens"]) == (expected.sys_len, expected.ref_len)
    assert TranslationMetric("chrf", [references], is_lowercase=False).details(np.ones(18)) == {}


@pytest.mark.parametrize("name", ["bleu", "chrf"])
def test_resampled_scores_are_those_of_sacrebleus_bootstrap(name, references, hypotheses, monkeypatch):
    monkeypatch.setitem(os.environ, "SACREBLEU_SEED", str(SEED))
    metric = TranslationMetric(name, [references], is_lowercase=False)
    counts = metric.counts(hypotheses)
    ours = metric.scores(resampled_sums(counts, seed=SEED, resamples=100))
    public = theirs(name, references=[references])
    _, expected = _bootstrap_resample(public._extract_corpus_statistics(hypotheses, None), public, 100)
    assert ours == pytest.approx([score.score for score in expected], abs=1e-3)


def test_p_values_are_those_of_sacrebleus_approximate_randomisation(references, hypotheses, monkeypatch):
    monkeypatch.setitem(os.environ, "SACREBLEU_SEED", str(SEED))
    other = spoilt(references, 0.35, 5)
    systems = [("base", hypotheses), ("other", other)]
    test = PairedTest(systems, {"bleu": BLEU(references=[references])}, None, test_type="ar", n_samples=500)
    expected = test()[1]["BLEU"][1]
    metric = TranslationMetric("bleu", [references], is_lowercase=False)
    found = compare(metric, metric.counts(other), metric.counts(hypotheses), seed=SEED, resamples=50, trials=500)
    assert found.p_value == pytest.approx(expected.p_value, abs=0.005)
    assert found.difference.low <= found.difference.estimate <= found.difference.high


def test_a_system_is_no_better_than_itself_and_much_worse_than_the_reference(references, hypotheses):
    metric = TranslationMetric("chrf", [references], is_lowercase=False)
    counts = metric.counts(hypotheses)
    same = compare(metric, counts, counts, seed=0, resamples=20, trials=99)
    assert same.difference == (0, 0, 0)
    assert same.p_value == 1.0
    other = counts.copy()
    other[0] = metric.counts(["", *hypotheses[1:]])[0]  # with one line, every swap comes as far
    assert compare(metric, other, counts, seed=0, resamples=20, trials=99).p_value == 1.0
    better = compare(metric, metric.counts(references), counts, seed=0, resamples=20, trials=99)
    assert better.p_value == 0.01
    assert better.difference.low > 0
    reverse = compare(metric, counts, metric.counts(references), seed=0, resamples=20, trials=99)
    assert reverse.p_value == 0.01
    assert reverse.difference.estimate == pytest.approx(-better.difference.estimate)


def test_p_values_of_two_systems_of_one_kind_are_spread_evenly(references):
    metric = TranslationMetric("bleu", [references], is_lowercase=False)
    values = []
    for seed in range(40):
        one, other = (metric.counts(spoilt(references, 0.3, 1000 + 2 * seed + which)) for which in (0, 1))
        values.append(compare(metric, one, other, seed=seed, resamples=2, trials=99).p_value)
    assert 0.35 < np.mean(values) < 0.65
    assert np.mean(np.array(values) <= 0.05) <= 0.15


def test_blocks_change_nothing(references, hypotheses, monkeypatch):
    metric = TranslationMetric("bleu", [references], is_lowercase=False)
    counts = metric.counts(hypotheses)
    whole = resampled_sums(counts, seed=4, resamples=9)
    monkeypatch.setattr("unmt.evaluation.translation.BLOCK_VALUES", 2 * len(counts))
    assert np.array_equal(resampled_sums(counts, seed=4, resamples=9), whole)
    assert not np.array_equal(resampled_sums(counts, seed=5, resamples=9), whole)


def test_chunks_change_nothing(references, hypotheses, monkeypatch):
    systems = [hypotheses, references]
    whole = TranslationMetric("chrf", [references], is_lowercase=True).counts_of(systems)
    monkeypatch.setattr("unmt.evaluation.translation.CHUNK_LINES", 7)
    assert np.array_equal(TranslationMetric("chrf", [references], is_lowercase=True).counts_of(systems), whole)


def test_interval_holds_its_estimate():
    interval = percentile_interval(5.0, np.linspace(0, 10, 1001))
    assert interval == (5.0, pytest.approx(0.25), pytest.approx(9.75))


def test_a_blank_second_reference_counts_as_absent(references):
    second = ["" if number % 2 else line for number, line in enumerate(corpus(60, 7))]
    present = present_references([references, second])
    assert present[1][1] is None
    assert present[1][0] == second[0]
    metric = TranslationMetric("bleu", present, is_lowercase=False)
    public = BLEU(references=present)
    assert metric.signature == public.get_signature().format()
    assert "nrefs:var" in metric.signature
    both_blank = present_references([["", "a"], ["", ""]])
    assert both_blank == [["", "a"], ["", None]]
    short = ["man"] * 60
    with_blank = TranslationMetric("bleu", [references, [""] * 60], is_lowercase=False).counts(short)
    without = TranslationMetric("bleu", present_references([references, [""] * 60]), is_lowercase=False).counts(short)
    assert with_blank[:, 1].sum() < without[:, 1].sum()


def test_nothing_translated_scores_nothing(references):
    for name in NAMES:
        metric = TranslationMetric(name, [references], is_lowercase=True)
        assert metric.score(metric.counts([""] * len(references)).sum(axis=0)) == 0


def test_a_perfect_translation_scores_100(references):
    for name in NAMES:
        metric = TranslationMetric(name, [references], is_lowercase=False)
        assert metric.score(metric.counts(references).sum(axis=0)) == pytest.approx(100)
