"""What every code that learns as it reads must keep to."""

import numpy as np
import pytest

from unmt.coding.byte_transformer import NetShape
from unmt.coding.context_mixing import ContextMixing
from unmt.coding.transformer_code import Learning, TransformerCode

CODES = (
    ContextMixing(slot_bits=16, text_bits=14),
    TransformerCode(NetShape(layers=1, width=16, heads=2, window=24), Learning(block=8, rate=5e-3)),
)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.name)
def test_a_copy_of_a_state_goes_on_by_itself(code, prose):
    text = prose(60, 2).encode()
    state = code.state()
    code.costs(text, state)
    copy = state.copy()
    first = code.costs(text, copy)
    assert np.array_equal(code.costs(text, state), first)
    assert not np.array_equal(code.costs(text, state), first)
