"""Progress on standard error: one line that is written over on a terminal, a line now and then elsewhere."""

import shutil
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from unmt.cli.output import note
from unmt.report.words import duration, rate
from unmt.tasks.monitor import Monitor

REFRESH_SECONDS = 0.1
METRICS_SECONDS, METRICS_SHARE = 0.5, 0.01
"""Between two lines of metrics: so long, or this share of the time so far, whichever is more."""
FIRST_LINE_SECONDS, LONGEST_SILENCE_SECONDS = 5.0, 60.0


class Progress(Monitor):
    """The command line's monitor: shows reports, and hands them to `sink` as values for metrics.jsonl.

    A task may report from any thread. unit: what its reports count, None to show no speed.
    """

    def __init__(
        self, sink: Callable[[dict[str, Any]], None] | None = None, *, quiet: bool = False, unit: str | None = "keys"
    ) -> None:
        self._sink = sink
        self._unit = unit
        self._is_quiet = quiet
        self._is_terminal = sys.stderr is not None and sys.stderr.isatty()
        self._lock = threading.Lock()
        self._start = self._row_start = time.monotonic()
        self._shown_at = self._logged_at = -1e9
        self._silence = FIRST_LINE_SECONDS
        self._label, self._done, self._total, self._first_done = "", 0, 1, 0
        self._has_line = False

    def begin(self, label: str, done: int, total: int) -> None:
        """The task that follows is one of several: number `done` (from 0) of `total`, called `label`."""
        self._first_done = done if not self._label else self._first_done
        self._label, self._done, self._total = label, done, total
        self._row_start = time.monotonic()

    def update(self, stage: str, keys: int, bits: float | None, fraction: float | None) -> None:
        """Show the report, and log it, where it is time to."""
        now = time.monotonic()
        with self._lock:
            if now - self._logged_at >= max(METRICS_SECONDS, METRICS_SHARE * (now - self._row_start)):
                self._logged_at = now
                self._log(stage, keys, bits, fraction, now)
            if self._is_due(now):
                self._shown_at = now
                self._show(self._line(stage, keys, bits, fraction, now))

    def finish(self, stage: str, keys: int, bits: float | None) -> None:
        """The task is done: a last line of metrics, which even the shortest run has."""
        with self._lock:
            self._log(stage, keys, bits, 1.0, time.monotonic())

    def clear(self) -> None:
        """Take the line off the terminal, for something else to be written."""
        with self._lock:
            if self._has_line:
                sys.stderr.write("\r\x1b[K")
                sys.stderr.flush()
                self._has_line = False

    def _log(self, stage: str, keys: int, bits: float | None, fraction: float | None, now: float) -> None:
        if self._sink is None:
            return
        values: dict[str, Any] = {"id": self._label} if self._label else {}
        seconds = now - self._row_start
        values |= {"seconds": round(seconds, 3), "stage": stage, "keys": int(keys)}
        values |= {"keys_per_second": round(keys / seconds) if seconds > 0 else None}
        values |= {"bits": None if bits is None else round(float(bits), 3), "fraction": fraction}
        self._sink(values)

    def _is_due(self, now: float) -> bool:
        if self._is_quiet:
            return False
        if self._is_terminal:
            return now - self._shown_at >= REFRESH_SECONDS
        if now - max(self._shown_at, self._start) < self._silence:
            return False
        self._silence = min(2 * self._silence, LONGEST_SILENCE_SECONDS)
        return True

    def _line(self, stage: str, keys: int, bits: float | None, fraction: float | None, now: float) -> str:
        seconds = now - self._row_start
        whole = None if fraction is None else (self._done + fraction) / self._total
        parts = [f"{self._done + 1} of {self._total}, {self._label}:" if self._label else "", stage]
        parts.append(f"{rate(keys / seconds)} {self._unit}/s" if seconds > 0 and keys and self._unit else "")
        parts.append("" if bits is None else f"best {bits:.1f} bits")
        parts.append("" if whole is None else f"{100 * whole:.0f} %")
        parts.append("" if whole is None else self._left(whole, now))
        return "  ".join(part for part in parts if part)

    def _left(self, whole: float, now: float) -> str:
        """The time that the rest takes at the pace so far, once there is a pace."""
        before = self._first_done / self._total
        elapsed = now - self._start
        if elapsed < 0.5 or whole - before < 0.01:
            return ""
        return f"{duration(elapsed * (1 - whole) / (whole - before))} left"

    def _show(self, line: str) -> None:
        if not self._is_terminal:
            note(line)
            return
        width = shutil.get_terminal_size().columns
        try:
            sys.stderr.write("\r" + line[: width - 1] + "\x1b[K")
            sys.stderr.flush()
        except OSError:
            return
        self._has_line = True
