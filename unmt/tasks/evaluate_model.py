"""What a trained model says of a text, before any reference is read."""

from typing import Any

from unmt.errors import InputError
from unmt.tasks.monitor import Monitor


def model_figures(
    model: str,
    source: str,  # noqa: ARG001  # of the call that `evaluate` makes
    direction: str | None,  # noqa: ARG001
    monitor: Monitor,  # noqa: ARG001
) -> tuple[list[str], dict[str, Any]]:
    """Translations, one a line of the source, and figures that need no reference.

    model: a run directory. source: a file of sentences, a line each. direction: such as "en-fr"; None where the model
    knows one that fits. The figures are numbers or text by name, in groups by name: {"round_trip": {"score", "low",
    "high", "signature"}, "code_lengths": {name: bits a word}}.
    Raises InputError where the model cannot translate the text.
    """
    raise InputError(f"model={model}: this version does not translate. Give its translations by hypotheses=FILE.")
