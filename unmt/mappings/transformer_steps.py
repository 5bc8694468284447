"""The decoder of a Transformer one position after the other, for many hypotheses at once, without copying the past.

The hypotheses of a sentence stand side by side and are the queries of one attention, to the one memory of the sentence
and to the keys of all hypotheses at all places so far. A mask says which of these keys are a hypothesis' own past: when
hypotheses are chosen anew, the mask is put into their order, and keys and values stay where they are.

Letters of shapes: S sentences, W hypotheses of each, H heads, D width of a head, P places so far, A symbols.
"""

from __future__ import annotations

import torch
from torch import Tensor

from unmt.mappings.transformer import Attention, Transformer


class Steps:
    """A batch of sentences that is being translated."""

    def __init__(self, net: Transformer, encoded: Tensor, mask: Tensor | None, hypotheses: int, places: int) -> None:
        """encoded, mask: what net.encode gave. hypotheses: W, at most. places: room for so many."""
        shape, count = net.shape, len(encoded)
        self._net = net
        self._place = self._used = 0
        self._heads = (shape.heads, shape.width // shape.heads)
        self._memory = [(keys.contiguous(), values.contiguous()) for keys, values in net.memory(encoded)]
        # As that of hypotheses below; one of its own, as it is cut.
        self._mask = None if mask is None else encoded.new_zeros(mask.shape).masked_fill_(~mask, -torch.inf)
        room = (count, shape.heads, places * hypotheses, self._heads[1])
        self._past = [(encoded.new_empty(room), encoded.new_empty(room)) for _ in net.decoder]
        self._joint = [layer.attention.joint() for layer in net.decoder]
        # 0 where a hypothesis may look, -inf elsewhere; one hypothesis may look at all that is there.
        self._own: Tensor | None = None
        if hypotheses > 1:
            self._own = encoded.new_full((count, 1, hypotheses, places * hypotheses), -torch.inf)

    def step(self, ids: Tensor) -> Tensor:
        """States (S W, width) after ids (S W,), the newest symbol of each hypothesis, as many of each sentence."""
        net, width = self._net, len(ids) // len(self._past[0][0])
        heads, depth = self._heads
        first, last = self._used, self._used + width
        states = net.embed(ids[:, None], self._place)[:, 0]
        own = None
        if self._own is not None:
            here = torch.arange(width, device=ids.device)
            self._own[:, 0, here, first + here] = 0.0
            own = self._own[:, :, :width, :last]
        for number, layer in enumerate(net.decoder):
            joint = self._joint[number](layer.attention_norm(states))
            queries, new_keys, new_values = joint.view(-1, width, 3, heads, depth).permute(2, 0, 3, 1, 4)
            keys, values = self._past[number]
            keys[:, :, first:last] = new_keys
            values[:, :, first:last] = new_values
            states = states + self._attended(layer.attention, queries, keys[:, :, :last], values[:, :, :last], own)
            queries = layer.cross.query(layer.cross_norm(states)).view(-1, width, heads, depth).transpose(1, 2)
            states = states + self._attended(layer.cross, queries, *self._memory[number], self._mask)
            states = states + layer.feed(layer.feed_norm(states))
        self._place, self._used = self._place + 1, last
        normed: Tensor = net.decoder_norm(states)
        return normed

    def choose(self, parents: Tensor) -> None:
        """Hypothesis w of sentence s goes on from what was its hypothesis parents[s, w]; parents: int64 (S, W).

        There may be more or fewer of them than before: a translation begins with one.
        """
        if self._own is not None:
            seen = self._own[:, 0, :, : self._used]
            order = parents[:, :, None].expand(-1, -1, self._used)
            self._own[:, 0, : parents.shape[1], : self._used] = seen.gather(1, order)

    def keep(self, goes_on: Tensor) -> Tensor:
        """Go on with these sentences only; goes_on: bool (S,).

        The last take the places of those that leave, so that little is copied. Gives back which sentence stands in each
        place now, as int64.
        """
        going = goes_on.nonzero()[:, 0]
        count, used = len(going), self._used
        free, last = (~goes_on[:count]).nonzero()[:, 0], going[going >= count]
        for pair in self._past:
            for past in pair:
                past[free, :, :used] = past[last, :, :used]
        for kept in (*(part for pair in self._memory for part in pair), self._mask, self._own):
            if kept is not None:
                kept[free] = kept[last]
        self._past = [(keys[:count], values[:count]) for keys, values in self._past]
        self._memory = [(keys[:count], values[:count]) for keys, values in self._memory]
        self._mask = None if self._mask is None else self._mask[:count]
        self._own = None if self._own is None else self._own[:count]
        order = torch.arange(count, device=goes_on.device)
        order[free] = last
        return order

    @staticmethod
    def _attended(attention: Attention, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """(S W, width) of queries (S, H, W, D) and keys and values (S, H, any, D); mask: what is added to scores.

        Products of a sentence and head each: for so few queries that takes half the time of torch's own attention.
        """
        count, heads, width, depth = queries.shape
        keys, values = keys.reshape(count * heads, -1, depth), values.reshape(count * heads, -1, depth)
        rows = queries.reshape(count * heads, width, depth)
        scores = torch.baddbmm(rows.new_empty(1), rows, keys.transpose(1, 2), beta=0.0, alpha=depth**-0.5)
        if mask is not None:
            scores.view(count, heads, width, -1).add_(mask)
        found = torch.bmm(torch.softmax(scores, dim=-1), values).view(count, heads, width, depth)
        mixed: Tensor = attention.out(found.transpose(1, 2).reshape(count * width, heads * depth))
        return mixed
