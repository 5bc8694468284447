"""The code lengths of a reading against its null, as a picture: shorter is better."""

from collections.abc import Mapping
from typing import Any

from unmt.report.charts import SIDE, BarRow, Scale, Segment, bars, dots, legend, linear_scale, plot
from unmt.report.words import MISSING, finite, grouped

PARTS = (
    ("text_bits", "plaintext", "text"),
    ("mapping_bits", "key", "mapping"),
    ("homophone_bits", "choice of homophones", "homophones"),
)


def code_length_picture(result: Mapping[str, Any]) -> str:
    """Bars of the reading, the null and no structure, and the null samples close up; empty without code lengths."""
    segments = [Segment(name, finite(result, field) or 0.0, style) for field, name, style in PARTS]
    total = finite(result, "total_bits") or sum(segment.length for segment in segments)
    if not total:
        return ""
    samples = null_samples(result)
    null, random = finite(result, "null_bits"), finite(result, "random_bits")
    saved = (null or 0.0) - total
    shown = [*segments, Segment("saved against the null", saved, "saved")] if saved > 0 else segments
    rows = [
        BarRow("this reading", f"{grouped(total)} bits", shown),
        BarRow(
            "the same search on shuffled text",
            f"{grouped(null)} bits" if null is not None else "not measured",
            [Segment("null", null or 0.0, "null")],
            samples,
        ),
        BarRow(
            "no structure at all",
            f"{grouped(random)} bits" if random is not None else MISSING,
            [Segment("random", random or 0.0, "random")],
        ),
    ]
    scale = linear_scale(0.0, max([total, null or 0.0, random or 0.0, *samples]))
    description = "Code lengths in bits. " + "; ".join(f"{row.name}: {row.value}" for row in rows) + "."
    named = [(part.style, f"{part.name} {grouped(part.length)}") for part in shown if part.length > 0]
    return bars(rows, scale, description=description) + legend(named) + _close_up(total, samples, random)


def null_samples(result: Mapping[str, Any]) -> list[float]:
    """The measured code lengths of shuffled texts; none where the null was not measured."""
    stored = result.get("null_samples")
    values = stored if isinstance(stored, (list, tuple)) else []
    return [value for place in range(len(values)) if (value := finite({"value": values[place]}, "value")) is not None]


def _close_up(total: float, samples: list[float], random: float | None) -> str:
    """This reading and each sample of the null on one line, so that their spread can be seen."""
    if not samples:
        return ""
    others = [total, *samples, *([random] if random is not None else [])]
    x = linear_scale(min(others), max(others), ticks=4)
    y = Scale(0.0, 1.0, ())
    marks = f'<path class="axis-line" d="M0 {SIDE // 2}h{SIDE}"/>'
    marks += dots([(random, 0.5)], x, y, "random-dot", 11) if random is not None else ""
    marks += dots([(sample, 0.5) for sample in samples], x, y, "null-dot", 11)
    marks += dots([(total, 0.5)], x, y, "reading-dot", 15)
    spread = f"{grouped(min(samples))} to {grouped(max(samples))}"
    description = f"This reading at {grouped(total)} bits; {len(samples)} shuffled texts from {spread} bits."
    entries = [("reading-swatch", "this reading"), ("null", f"{len(samples)} shuffled texts, {spread}")]
    entries += [("random", "no structure at all")] if random is not None else []
    return plot(marks, x, y, labels=("", ""), description=description, style="strip") + legend(entries)
