"""Two models in a row, for two languages that no one model knows: by way of the language that both know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from unmt.errors import InputError
from unmt.tasks.models import Model, translator_of
from unmt.tasks.monitor import Monitor
from unmt.tasks.translation import Translation, by_blocks, is_copy


class PivotTranslator:
    """What the first model makes of a line, translated by the second (pivoting: Utiyama and Isahara, 2007)."""

    def __init__(
        self,
        first: Model,
        second: Model,
        direction: str,
        *,
        beam: int | None = None,
        ngrams: float | None = None,
        threads: int | None = None,
    ) -> None:
        """direction: from a language of the first model to one of the second.

        Raises InputError where there is no such way, or where more than one language could stand between.
        """
        ways = between(first.directions, second.directions, direction)
        if not ways:
            raise InputError(
                f"direction={direction}: no language stands between. model= knows {', '.join(first.directions)}, pivot="
                f" knows {', '.join(second.directions)}."
            )
        if len(ways) > 1:
            names = ", ".join(way[0].split("-")[1] for way in ways)
            raise InputError(f"direction={direction}: {names} all stand between. Give models that share one language.")
        self._steps = tuple(
            translator_of(model, way, beam=beam, ngrams=ngrams, threads=threads)
            for model, way in zip((first, second), ways[0], strict=True)
        )

    def translate(self, lines: Sequence[str], monitor: Monitor | None = None) -> Iterator[Translation]:
        """Each line, in order. bits: a word, of both steps together; copied: the most that can have passed both."""
        return by_blocks(lines, self._block, monitor)

    def _block(self, lines: Sequence[str]) -> Iterator[Translation]:
        between_ = list(self._steps[0].translate(lines))
        for line, first, second in zip(
            lines, between_, self._steps[1].translate([done.text for done in between_]), strict=True
        ):
            yield Translation(
                second.text, first.bits + second.bits, min(first.copied, second.copied), is_copy(second.text, line)
            )


def between(first: Collection[str], second: Collection[str], direction: str) -> list[tuple[str, str]]:
    """The pairs of directions, one of each model, that lead the whole way."""
    source, _, target = direction.partition("-")
    return [
        (way, f"{middle}-{target}")
        for way in first
        for start, middle in [way.split("-")]
        if start == source and f"{middle}-{target}" in second
    ]
