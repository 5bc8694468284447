"""Words with an apostrophe inside, divided where a text shows that the parts are words: l'eau, man's.

A clitic stands before (l') or after ('s) many hosts, and its hosts stand alone elsewhere. Neither holds for the
aujourd' of aujourd'hui nor for the 't of isn't, so those words stay whole.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

APOSTROPHE = "'"
APOSTROPHES = "'’ʼ´`"
"""Characters that writers use as apostrophes; folded tokens have the first."""

LEAST_HOSTS = 3
"""Distinct hosts that stand alone elsewhere, to make a clitic."""

LEAST_SHARE = 0.2
"""Share of the hosts, counted by token, that stand alone elsewhere: low, since many nouns always have an article."""

RAREST_HOST = 10
"""Times that a host may stand with the clitic for each time that it stands alone."""

LONGEST = 8
"""Letters of a clitic at most."""

AT_APOSTROPHE = re.compile(f"[{APOSTROPHES}]")


@dataclass(frozen=True)
class Clitics:
    """prefixes: folded, each ends in an apostrophe (l'). suffixes: folded, each begins with one ('s)."""

    prefixes: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()

    @classmethod
    def learn(cls, counts: Mapping[str, int], apart: Mapping[str, int]) -> Clitics:
        """Clitics of a text by productivity.

        counts: how often each folded word stands in it, apostrophes inside.
        apart: how often each has an apostrophe and a space after it; where that is usual (po'), it is no clitic.
        """
        before: dict[str, dict[str, int]] = defaultdict(dict)
        after: dict[str, dict[str, int]] = defaultdict(dict)
        for word, count in counts.items():
            if APOSTROPHE in word:
                first, _, rest = word.partition(APOSTROPHE)
                before[first][rest] = before[first].get(rest, 0) + count
                rest, _, last = word.rpartition(APOSTROPHE)
                after[last][rest] = after[last].get(rest, 0) + count
        prefixes = {part: hosts for part, hosts in before.items() if _is_productive(part, hosts, counts)}
        prefixes = {part: hosts for part, hosts in prefixes.items() if apart.get(part, 0) < sum(hosts.values())}
        suffixes = {part: hosts for part, hosts in after.items() if _is_productive(part, hosts, counts)}
        return cls(
            frozenset(part + APOSTROPHE for part, hosts in prefixes.items() if not _is_rather(hosts, suffixes)),
            frozenset(APOSTROPHE + part for part, hosts in suffixes.items() if not _is_rather(hosts, prefixes)),
        )

    def split(self, word: str) -> tuple[str, ...]:
        """The parts of a word in its own case and apostrophes; "".join of them is the word."""
        before, after = [], []
        while match := AT_APOSTROPHE.search(word, 1):
            part = word[: match.end()]
            if match.end() == len(word) or fold_apostrophes(part).lower() not in self.prefixes:
                break
            before.append(part)
            word = word[match.end() :]
        while starts := [match.start() for match in AT_APOSTROPHE.finditer(word, 1)]:
            part = word[starts[-1] :]
            if fold_apostrophes(part).lower() not in self.suffixes:
                break
            after.append(part)
            word = word[: starts[-1]]
        return (*before, word, *reversed(after))


def fold_apostrophes(text: str) -> str:
    """The text with every apostrophe as the plain one."""
    return AT_APOSTROPHE.sub(APOSTROPHE, text)


def _is_productive(part: str, hosts: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    # The don of don't is a word too, but a far rarer one.
    alone = [host for host, count in hosts.items() if counts.get(host, 0) * RAREST_HOST >= count]
    if not part or len(part) > LONGEST or len(alone) < LEAST_HOSTS:
        return False
    return sum(hosts[host] for host in alone) >= LEAST_SHARE * sum(hosts.values())


def _is_rather(hosts: Mapping[str, int], other: Mapping[str, Mapping[str, int]]) -> bool:
    """Whether most hosts are clitics themselves, of more hosts, on the other side: the s of it's, the l of l'il."""
    better = sum(count for host, count in hosts.items() if len(other.get(host, ())) > len(hosts))
    return better * 2 > sum(hosts.values())
