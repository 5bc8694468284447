"""The linear maps of a net, by the faster of the two libraries that torch has for products of matrices on a CPU.

torch takes MKL for them, which keeps to AVX2 on processors that are not Intel's; oneDNN takes AVX-512 wherever it is:
on an AMD EPYC it has 210 GFLOP/s a core where MKL has 105. Without AVX-512 MKL is the faster (on an older EPYC 50 to 65
beside 35 to 65). The nets that torch compiles call oneDNN by the same operator. It makes a program for each size of a
product that it meets, which takes some 0.4 ms, and keeps a thousand; so small products stay with MKL. Sums are made in
another order, so that the two differ in the last bits.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from unmt.mappings.int8_product import Int8Product

HAS_ONEDNN: bool = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")  # type: ignore[no-untyped-call]
USES_ONEDNN = HAS_ONEDNN and torch.backends.cpu.get_cpu_capability().startswith("AVX512")

NARROW = 64
"""Fewer inputs or outputs than that make a product that is small."""


class Linear(nn.Linear):
    """nn.Linear, computed by `linear`, or in bytes."""

    in_bytes: Int8Product | None = None

    def forward(self, states: Tensor, *, rectified: bool = False) -> Tensor:
        """(..., in) to (..., out)."""
        if self.in_bytes is not None:
            return self.in_bytes(states, rectified=rectified)
        return linear(states, self.weight, self.bias, rectified=rectified)


def linear(states: Tensor, weight: Tensor, bias: Tensor | None = None, *, rectified: bool = False) -> Tensor:
    """States (..., in) times weight (out, in), and bias (out,); rectified: with what is below nought at nought."""
    if not _is_fast(states, weight):
        found = functional.linear(states, weight, bias)
        return functional.relu(found) if rectified else found
    if torch.is_grad_enabled() and (states.requires_grad or weight.requires_grad):
        made: Tensor = _Product.apply(states, weight, bias, rectified)  # type: ignore[no-untyped-call]
        return made
    return _product(states, weight, bias, rectified=rectified)


def _is_fast(states: Tensor, weight: Tensor) -> bool:
    """Whether oneDNN can compute it and pays."""
    return (
        USES_ONEDNN
        and not torch.compiler.is_compiling()
        and states.device.type == "cpu"
        and states.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and states.numel() > 0
        and min(weight.shape) >= NARROW
    )


def _product(states: Tensor, weight: Tensor, bias: Tensor | None, *, rectified: bool) -> Tensor:
    then = "relu" if rectified else "none"
    found: Tensor = torch.ops.mkldnn._linear_pointwise(states, weight, bias, then, [], "")  # noqa: SLF001
    return found


class _Product(torch.autograd.Function):
    """The operator has no gradient of its own. This one's is made of the same products, and so has a gradient too."""

    @staticmethod
    def forward(ctx: Any, states: Tensor, weight: Tensor, bias: Tensor | None, rectified: bool) -> Tensor:  # noqa: FBT001
        found = _product(states, weight, bias, rectified=rectified)
        ctx.save_for_backward(states, weight, found if rectified else None)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None]:
        states, weight, rectified = ctx.saved_tensors
        gradient = gradients[0]
        if rectified is not None:
            gradient = torch.ops.aten.threshold_backward(gradient, rectified, 0.0)
        of_states, of_weight, of_bias, _ = ctx.needs_input_grad
        rows = gradient.reshape(-1, weight.shape[0])
        return (
            linear(gradient, weight.t()) if of_states else None,
            _transposed(rows, states.reshape(-1, weight.shape[1])) if of_weight else None,
            rows.sum(dim=0) if of_bias else None,
            None,
        )


def _transposed(rows: Tensor, others: Tensor) -> Tensor:
    """The (A, B) product of rows (N, A) over N with others (N, B). The first factor is copied: the smaller one."""
    if rows.shape[1] <= others.shape[1]:
        return linear(rows.t(), others.t())
    return linear(others.t(), rows.t()).t().contiguous()
