"""BLEU and chrF with what such a number needs beside it: a signature, an interval, a test against another system.

sacrebleu does the counting and the scoring. It counts matches line by line and scores the sums, so that resampled and
swapped lines are scored from their counts, without reading a text twice.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from unmt.evaluation.intervals import BLOCK_VALUES, LEVEL, Interval

if TYPE_CHECKING:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

Floats = npt.NDArray[np.float64]
# As sacrebleu prints them; the 2 says that recall counts twice.
NAMES = {"bleu": "BLEU", "chrf": "chrF2", "chrf++": "chrF2++"}
# Those of sacrebleu's that need neither another package nor a download.
TOKENIZERS = ("13a", "intl", "char", "zh", "none")


CHUNK_LINES = 1000


class Comparison(NamedTuple):
    """A system against a baseline: its score minus the baseline's, and how often chance gives as much either way."""

    difference: Interval
    p_value: float


class TranslationMetric:
    """One metric of sacrebleu with its references.

    name: a key of NAMES. references: (references, lines) texts; None where a line has no such reference.
    tokenize: one of TOKENIZERS, for BLEU alone. is_lowercase: case does not count.
    """

    def __init__(
        self, name: str, references: Sequence[Sequence[str | None]], *, is_lowercase: bool, tokenize: str = "13a"
    ) -> None:
        self.name = NAMES[name]
        self.is_lowercase = is_lowercase
        self._key, self._tokenize = name, tokenize
        self._references = references
        self._metric = self._with(None)
        numbers = {sum(text is not None for text in texts) for texts in zip(*references, strict=True)}
        # What sacrebleu finds out for itself where it sees all lines at once: -1 is "they vary".
        self._metric.num_refs = numbers.pop() if len(numbers) == 1 else -1

    @property
    def signature(self) -> str:
        """How the number was made, in sacrebleu's words."""
        return str(self._metric.get_signature().format())

    def counts(self, hypotheses: Sequence[str]) -> Floats:
        """What is counted in each line: (lines, counts). Scores are of sums over lines."""
        return self.counts_of([hypotheses])[0]

    def counts_of(self, systems: Sequence[Sequence[str]]) -> list[Floats]:
        """The counts (lines, counts) of each of several systems; the references are read once for all of them."""
        found: list[list[list[float]]] = [[] for _ in systems]
        # In chunks, for the n-grams of a line's references take a hundred times its own memory.
        for start in range(0, len(self._references[0]), CHUNK_LINES):
            chunk = slice(start, start + CHUNK_LINES)
            metric = self._with([texts[chunk] for texts in self._references])
            for counted, lines in zip(found, systems, strict=True):
                # Private in sacrebleu, and the only way to its counts; tests hold what comes out to its public scores.
                counted.extend(metric._extract_corpus_statistics(lines[chunk], None))  # noqa: SLF001
        return [np.asarray(counted, dtype=np.float64) for counted in found]

    def score(self, sums: npt.ArrayLike) -> float:
        """The score, 0 to 100, of counts (counts,) summed over lines."""
        return float(self._scored(sums).score)

    def scores(self, sums: Floats) -> Floats:
        """Scores (cases,) of sums (cases, counts)."""
        return np.fromiter((self.score(row) for row in sums), dtype=np.float64, count=len(sums))

    def details(self, sums: npt.ArrayLike) -> dict[str, object]:
        """What BLEU is made of: precisions in per cent, brevity penalty, lengths in tokens; nothing for chrF."""
        scored: Any = self._scored(sums)
        if not hasattr(scored, "bp"):
            return {}
        return {
            "precisions": [float(precision) for precision in scored.precisions],
            "brevity_penalty": float(scored.bp),
            "hypothesis_tokens": int(scored.sys_len),
            "reference_tokens": int(scored.ref_len),
        }

    def _with(self, references: Sequence[Sequence[str | None]] | None) -> "BLEU | CHRF":
        """The metric as sacrebleu has it, with these references."""
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF

        # Its annotations leave out the None that it is made for.
        texts = cast("Sequence[Sequence[str]] | None", references)
        if self._key == "bleu":
            # force: no word about text that looks tokenised; that is for the command to say.
            return BLEU(lowercase=self.is_lowercase, tokenize=self._tokenize, force=True, references=texts)
        return CHRF(lowercase=self.is_lowercase, word_order=2 if self._key == "chrf++" else 0, references=texts)

    def _scored(self, sums: npt.ArrayLike) -> Any:
        return self._metric._compute_score_from_stats(np.asarray(sums, dtype=np.float64).tolist())  # noqa: SLF001


def present_references(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """References (references, lines) with None for a blank one where another of its line is not blank.

    sacrebleu would take "" for a reference of no words, and so the closest in length to a short hypothesis.
    """
    has_text = [any(line.strip() for line in lines) for lines in zip(*references, strict=True)]
    return [
        [None if has and not line.strip() else line for line, has in zip(lines, has_text, strict=True)]
        for lines in references
    ]


def resampled_sums(counts: Floats, *, seed: int, resamples: int) -> Floats:
    """Sums (resamples, counts) over as many lines as there are, drawn with replacement from counts (lines, counts).

    The draws depend on the seed and on the number of lines alone: systems and metrics are resampled in pairs.
    Source: Koehn, "Statistical significance tests for machine translation evaluation", 2004.
    """
    rng = np.random.default_rng(seed)
    lines = len(counts)
    sums = [
        np.stack([np.bincount(drawn, minlength=lines) for drawn in rng.integers(lines, size=(rows, lines))]) @ counts
        for rows in _blocks(resamples, lines)
    ]
    return np.concatenate(sums)


def percentile_interval(estimate: float, samples: Floats, level: float = LEVEL) -> Interval:
    """The estimate between the bounds that hold the middle `level` of its resampled values (resamples,)."""
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return Interval(estimate, float(low), float(high))


def compare(
    metric: TranslationMetric, system: Floats, baseline: Floats, *, seed: int, resamples: int, trials: int
) -> Comparison:
    """Two systems by their counts (lines, counts) of one metric.

    The interval of the difference is a paired bootstrap; the p-value, two-sided, is of approximate randomisation: lines
    are swapped between the systems at random, `trials` times.
    Swaps that come as far as the systems are apart count, ties too, so that a system against itself has p = 1.
    Source: Riezler and Maxwell, "On some pitfalls in automatic evaluation and significance testing for MT", 2005.
    """
    difference = metric.score(system.sum(axis=0)) - metric.score(baseline.sum(axis=0))
    drawn = resampled_sums(np.hstack([system, baseline]), seed=seed, resamples=resamples)
    width = system.shape[1]
    samples = metric.scores(drawn[:, :width]) - metric.scores(drawn[:, width:])
    # Sums of the same lines in another order differ in their last bits.
    as_far = int(np.sum(_swapped_differences(metric, system, baseline, seed, trials) >= abs(difference) - 1e-9))
    return Comparison(percentile_interval(difference, samples), (as_far + 1) / (trials + 1))


def _swapped_differences(metric: TranslationMetric, system: Floats, baseline: Floats, seed: int, trials: int) -> Floats:
    """Distances (trials,) between the scores of the two once each line has gone to either of them by chance."""
    rng = np.random.default_rng(seed)
    both = system.sum(axis=0) + baseline.sum(axis=0)
    found = []
    for rows in _blocks(trials, len(system)):
        stays = rng.integers(2, size=(rows, len(system)), dtype=bool)
        one = system.sum(axis=0) + stays.astype(np.float64) @ (baseline - system)
        found.append(np.abs(metric.scores(one) - metric.scores(both - one)))
    return np.concatenate(found)


def _blocks(cases: int, lines: int) -> Iterator[int]:
    """Sizes of blocks of the cases that take a few ten megabytes each."""
    block = max(1, BLOCK_VALUES // max(1, lines))
    yield from (min(block, cases - start) for start in range(0, cases, block))
