"""Names, numbers and other words that no text of training had go through a net's translation as they stand.

A net spells such a word in pieces and writes, with confidence, some other word for it. So the word that was written for
it is looked for, and the source's is put there (as for words without a translation in Luong et al., "Addressing the
rare word problem in neural machine translation", 2015). Written for it is the word whose probability falls most when
the unknown one is left out of the source: no net has to have attention that can be read, and several that translate
together are asked together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from unmt.mappings.sequence_batch import batch_of
from unmt.mappings.sequence_net import SequenceNet
from unmt.objectives.sequence_likelihood import Output, symbol_nats
from unmt.solvers.sequence_search import Search
from unmt.text.pieces import Vocabulary

LEAST_NATS = 0.2
"""What the unknown word must tell of a written one, to be taken for what that was written for."""


def carried(
    net: SequenceNet,
    how: Search,
    pieces: Vocabulary,
    source: Sequence[str],
    unread: Sequence[int],
    ids: NDArray[np.int32],
) -> dict[int, int]:
    """Which token of the source is to be put in the place of which word of its translation: {place in it: in source}.

    how: that it was searched for with; source: folded tokens; unread: places of those that training did not have; ids:
    its pieces. Tokens that the translation has already, and marks, are left alone.
    """
    if not unread:
        return {}
    said = pieces.decode(ids.tolist())
    lost = [place for place in unread if source[place] not in said and any(map(str.isalnum, source[place]))]
    words = np.cumsum(pieces.begins_word[ids]) - 1
    if not lost or not said or words[0] != 0 or words[-1] != len(said) - 1:
        return {}
    without = [[*source[:place], *source[place + 1 :]] for place in lost]
    rows = [np.array(pieces.encode(text)[: net.longest - 2], np.int32) for text in (source, *without)]
    batch = batch_of(rows, [ids] * len(rows), how.end, how.tag, 0, 1, how.source_tag).to(net.device)
    output = Output.of(how.allowed.to(net.device), len(pieces))
    nats = symbol_nats(net, batch, output)[:, :-1].double().cpu().numpy()
    told = np.stack([np.bincount(words, row, len(said)) for row in nats[1:] - nats[0]])  # (lost, words of said)
    found: dict[int, int] = {}
    while told.max() > LEAST_NATS:
        row, place = (int(number) for number in np.unravel_index(int(told.argmax()), told.shape))
        found[place] = lost[row]
        told[row], told[:, place] = -np.inf, -np.inf
    return found
