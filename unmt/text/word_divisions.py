"""Do gaps divide words, or are they groups and lines that mean nothing?

Three short codes describe the lengths of the runs between gaps; the shortest one is believed:

    words      lengths as words have them
    groups     one length throughout (five letters, mostly), the last run of a line may be shorter
    arbitrary  any lengths, long ones not much dearer than short ones: the lines of a grid, paragraphs
"""

from collections import Counter
from collections.abc import Sequence
from math import inf, log2

# Share of words of 1, 2, 3 ... letters, of no particular language; longer words are dearer by 0.6 bit a letter.
WORD_LENGTH_SHARES = (0.04, 0.16, 0.20, 0.17, 0.12, 0.09, 0.08, 0.06, 0.04, 0.02, 0.01)
BITS_PER_FURTHER_LETTER = 0.6

# What senders use, from the habits of telegraph offices. The rest (0.01) is for any other length.
GROUP_LENGTH_SHARES = {1: 0.1, 2: 0.04, 3: 0.04, 4: 0.15, 5: 0.54, 6: 0.05, 8: 0.03, 10: 0.04}
GROUPS_PRIOR = 0.1
ARBITRARY_PRIOR = 0.02
SHARE_OF_BROKEN_GROUPS = 0.03


def are_words(lines: Sequence[Sequence[int]]) -> bool:
    """True if runs of these lengths are words. `lines`: for each line the number of symbols in each run, all >= 1.

    False where no line has two runs: line breaks alone are the sign of a grid.
    """
    if all(len(runs) < 2 for runs in lines):
        return False
    lengths = [length for runs in lines for length in runs]
    return _word_bits(lengths) < min(_group_bits(lines, lengths), _arbitrary_bits(lengths))


def _word_bits(lengths: Sequence[int]) -> float:
    longest = len(WORD_LENGTH_SHARES)
    return sum(
        -log2(WORD_LENGTH_SHARES[min(length, longest) - 1]) + BITS_PER_FURTHER_LETTER * max(0, length - longest)
        for length in lengths
    )


def _group_bits(lines: Sequence[Sequence[int]], lengths: Sequence[int]) -> float:
    group, _ = Counter(lengths).most_common(1)[0]
    bits = -log2(GROUPS_PRIOR) - log2(GROUP_LENGTH_SHARES.get(group, 0.01 / (group * (group + 1))))
    for runs in lines:
        for position, length in enumerate(runs):
            may_be_shorter = position == len(runs) - 1
            if may_be_shorter and length <= group:
                bits += log2(group)
            elif length == group:
                bits -= log2(1 - SHARE_OF_BROKEN_GROUPS)
            else:
                bits -= log2(SHARE_OF_BROKEN_GROUPS / (length * (length + 1)))
    return bits if lengths else inf


def _arbitrary_bits(lengths: Sequence[int]) -> float:
    return -log2(ARBITRARY_PRIOR) + sum(-log2(8 / ((length + 7) * (length + 8))) for length in lengths)
