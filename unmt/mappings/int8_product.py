"""A linear map in bytes: weights rounded to 8 bits once, states at each call (dynamic quantisation).

A weight has a scale for each output, and states one for each row, so that what a row comes to does not depend on the
rows beside it: a line has the same translation whatever its neighbours are. Sums are whole numbers, without rounding.
"""

from __future__ import annotations

import torch
from torch import Tensor

LARGEST = 127.0
SMALLEST_SCALE = 1e-12
"""Of rows that are nought."""


class Int8Product:
    """What `linear` of a weight and a bias gives, but for some 1 % of its size."""

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        """weight: (out, in), bias: (out,)."""
        whole, scale = rounded(weight.detach())
        self._weight, self._scale, self._bias = whole.t(), scale[:, 0], bias.detach()

    def __call__(self, states: Tensor, *, rectified: bool = False) -> Tensor:
        """(..., in) to (..., out)."""
        whole, scale = rounded(states.reshape(-1, states.shape[-1]))
        sums = torch._int_mm(whole, self._weight)  # noqa: SLF001
        found = sums.to(states.dtype).mul_(self._scale).mul_(scale).add_(self._bias)
        if rectified:
            found.relu_()
        return found.view(*states.shape[:-1], -1)


def rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (N, D) as int8 (N, D) and scales (N, 1), of which the product is near them."""
    scale = rows.abs().amax(dim=1, keepdim=True).clamp_min_(SMALLEST_SCALE).div_(LARGEST)
    return (rows / scale).round_().to(torch.int8), scale
