"""A small online code for tests: counts of bytes after the last bytes, blended from order 0 to 3."""

from math import log2

import numpy as np

ORDERS = 4


class CountingState:
    def __init__(self, counts=None, last=b""):
        self.counts = {} if counts is None else counts
        self.last = last

    def copy(self):
        return CountingState({key: dict(value) for key, value in self.counts.items()}, self.last)


class CountingCode:
    """Witten and Bell's blending; every byte costs what the counts before it say."""

    name = "counting"
    is_online = True

    def state(self):
        return CountingState()

    def costs(self, data, state=None):
        state = state or self.state()
        out = np.empty(len(data), np.float32)
        for place, byte in enumerate(data):
            probability = 1 / 256
            for order in range(min(ORDERS, len(state.last) + 1)):
                key = state.last[len(state.last) - order :]
                seen = state.counts.setdefault(key, {})
                total, kinds = sum(seen.values()), len(seen)
                if total:
                    probability = (seen.get(byte, 0) + kinds * probability) / (total + kinds)
                seen[byte] = seen.get(byte, 0) + 1
            out[place] = -log2(probability)
            state.last = (state.last + bytes([byte]))[1 - ORDERS :]
        return out

    def bits(self, data):
        return float(self.costs(data).sum(dtype=np.float64))

    def joint_bits(self, parts):
        state, total, out = self.state(), 0.0, []
        for part in parts:
            total += float(self.costs(part, state).sum(dtype=np.float64))
            out.append(total)
        return out


class OneShot(CountingCode):
    """The same as a code that compresses every prefix anew and says nothing of single bytes."""

    name = "one shot"
    is_online = False
    costs = None

    def bits(self, data):
        return CountingCode().bits(data)

    def joint_bits(self, parts):
        return CountingCode().joint_bits(parts)
