"""How many cores a task works on."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Found = TypeVar("Found")


def cores(threads: int | None) -> int:
    """As many as were asked for, or all that there are."""
    return threads or os.cpu_count() or 1


def with_one_blas_thread(task: Callable[Given, Found]) -> Callable[Given, Found]:
    """The task, with numpy's products of matrices on one thread each while it runs.

    Their last bits depend on how many threads there are: with more, a result would be a function of the machine's
    cores too. And where other work is beside them, threads that wait for each other take many times as long as one.
    """

    @wraps(task)
    def limited(*arguments: Given.args, **named: Given.kwargs) -> Found:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=1, user_api="blas"):
            return task(*arguments, **named)

    return limited
