"""How a task says how far it is, and how it is asked to stop."""

from collections.abc import Callable


class Monitor:
    """Says and asks nothing. The command line's own shows progress and sets stop_requested on Ctrl-C.

    A task calls `update` a few times a second and looks at `stop_requested` as often; where it is set, the task
    returns the best that it has, marked as interrupted.
    """

    stop_requested: bool = False

    def update(self, stage: str, keys: int, bits: float | None, fraction: float | None) -> None:
        """One report.

        stage: what is being done, in a few words. keys: keys scored so far in this task. bits: the smallest code
        length so far, None before the first. fraction: the part of the work that is done, 0 to 1, None if unknown.
        """


class Part(Monitor):
    """A stage's monitor: the same wish to stop, another scale of progress."""

    def __init__(self, whole: Monitor, scaled: Callable[[float], float], prefix: str = "") -> None:
        self.whole, self.scaled, self.prefix = whole, scaled, prefix

    @property
    def stop_requested(self) -> bool:  # type: ignore[override]
        """As of the whole."""
        return self.whole.stop_requested

    def update(self, stage: str, keys: int, bits: float | None, fraction: float | None) -> None:
        self.whole.update(self.prefix + stage, keys, bits, self.scaled(fraction or 0.0))
