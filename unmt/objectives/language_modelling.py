"""Joint language modelling: one net learns to predict the text of all languages, before and while it translates.

causal: the decoder, told nothing but the language, says the sentence: C_Y(Y). masked: the encoder names hidden words
(Devlin et al., "BERT", 2019; for several languages Conneau and Lample, "Cross-lingual language model pretraining",
2019). Hidden spans are denoising with another noise (unmt/text/noise.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from unmt.mappings.sequence_batch import Batch, Rows, batch_of, padded
from unmt.mappings.sequence_net import NO_DROPOUT, Dropout, SequenceNet
from unmt.mappings.transformer import PAD
from unmt.objectives.sequence_likelihood import Output, target_nats


def causal_batch(rows: Rows, end: int, tag: int, language: int, source_tag: int | None = None) -> Batch:
    """Sentences to be said after an empty source."""
    return batch_of([np.empty(0, np.int32)] * len(rows), rows, end, tag, language, language, source_tag)


def masked_nats(
    net: SequenceNet,
    rows: Rows,
    output: Output,
    ids: tuple[int, int],
    rng: np.random.Generator,
    dropout: Dropout = NO_DROPOUT,
    share: float = 0.15,
) -> tuple[Tensor, int]:
    """The sum of -ln P(hidden piece | the rest), in nats, and how many pieces were hidden.

    ids: of the blank and of the end. One piece of every sentence is hidden at least.
    """
    blank, end = ids
    hidden = [_hidden(len(row), share, rng) for row in rows]
    shown = [np.where(mask, blank, row).astype(np.int32) for row, mask in zip(rows, hidden, strict=True)]
    wanted = [np.where(mask, row, PAD).astype(np.int32) for row, mask in zip(rows, hidden, strict=True)]
    source = padded(shown, last=end).to(net.device)
    # As long as the source, which has an end that is not asked for.
    asked = padded([np.append(row, PAD).astype(np.int32) for row in wanted]).to(source.device)
    encoded, _ = net.encode(source, dropout)
    return target_nats(net, encoded, asked, output, smoothing=0.0), int((asked != PAD).sum())


def _hidden(length: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    mask = rng.random(length) < share
    if length and not mask.any():
        mask[rng.integers(length)] = True
    return mask
