"""Do two texts share structure, and how many bits of it? Code lengths apart and together, with a mapping if need be.

Every way to code the pair (apart, one after the other, in turns, with f) by every code is a member of one Bayesian
mixture, so the joint code is never more than log2 of the number of members above the best of them, and nobody chooses.
What is saved is held against the same measurement with texts that share nothing with y.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Any

from unmt.coding.codes import Code
from unmt.coding.mixture import mixture_bits
from unmt.errors import InputError
from unmt.mappings.families import FAMILIES
from unmt.tasks import compress_lengths as lengths_of
from unmt.tasks.compress_interval import interval
from unmt.tasks.compress_lengths import APART, BY_BYTES, X_FIRST, Y_FIRST, Lengths, is_online, measured
from unmt.tasks.compress_mapping import FoundMapping, searched
from unmt.tasks.compress_null import Null, null_interval, nulls, substitutes
from unmt.tasks.compress_result import MIXTURE, NOTHING, SHARED, Compression
from unmt.tasks.compress_ways import Way, mapped, one_after_the_other
from unmt.tasks.cores import with_one_blas_thread
from unmt.tasks.monitor import Monitor

if TYPE_CHECKING:
    from unmt.tasks.compress_word_code import Beyond

NONE, AUTO, LEXICON = "none", "auto", "lexicon"
LEAST_BYTES = 16
SLOT_BYTES_A_BYTE = 64
"""Memory of our own code for each byte that it reads, so that nothing it has seen must make room."""
SHORT_WINDOW = 0.8
"""Share of C(x) that x costs a second time from which on a code is said not to see the whole of x."""


@dataclass(frozen=True)
class Options:
    """How a pair is measured; see `compress`."""

    mapping: str = NONE
    null: bool = True
    samples: int = 3
    null_order: int = 2
    unrelated: bytes | None = None
    seed: int = 0
    threads: int | None = None


@dataclass(frozen=True)
class Pair:
    """Two texts and, by code, their lengths and the ways that a mapping adds."""

    x: bytes
    y: bytes
    lengths: dict[str, Lengths]
    ways: dict[str, list[Way]]
    mapping: Any = None

    def members(self) -> list[tuple[str, str, float]]:
        """Code, way and bits of every member of the mixture."""
        plain = [(code, way, bits) for code, one in self.lengths.items() for way, bits in one.members.items()]
        return plain + [(code, way.name, way.bits) for code, ways in self.ways.items() for way in ways]


@with_one_blas_thread
def compress(
    x: bytes | str,
    y: bytes | str,
    *,
    mapping: str = NONE,
    codes: Sequence[Code] | None = None,
    null: bool = True,
    samples: int = 3,
    null_order: int = 2,
    unrelated: bytes | str | None = None,
    seed: int = 0,
    threads: int | None = None,
    monitor: Monitor | None = None,
) -> Compression:
    """Code lengths of two texts apart and together; `verdict` says whether they share more than chance does.

    x, y: the texts themselves. mapping: "none", "auto" (a cipher of x in the language of y or the other way round),
    a family of ciphers, or "lexicon" (words; both texts are then taken as lower-case tokens). codes: None for all that
    are installed. samples: texts of each kind of null; null_order: n-grams that the first kind keeps; unrelated: one
    more null. seed: of searches, nulls and intervals. threads: of searches; codes have one.
    Raises InputError for texts that are too short, unknown mappings, and numbers that make no sense.
    """
    start = time.perf_counter()
    x, y = as_bytes(x), as_bytes(y)
    options = Options(
        mapping, null, samples, null_order, None if unrelated is None else as_bytes(unrelated), seed, threads
    )
    check(x, y, options)
    monitor = monitor or Monitor()
    used = list(installed_codes(2 * (len(x) + len(y))) if codes is None else codes)
    sizes = {"x": size_of(x), "y": size_of(y)}
    text = "as it stands"
    if mapping == LEXICON:
        from unmt.tasks.compress_words import token_texts

        x, y = token_texts(x, y)
        text = "lower-case tokens"
    lengths: dict[str, Lengths] = {}
    for number, code in enumerate(used):
        say(monitor, f"coding by {code.name}", 0.4 * number / len(used))
        lengths[code.name] = measured(code, x, y)
    able = [code for code in used if is_online(code)] if mapping == LEXICON else used
    best = min(able or used, key=lambda code: lengths[code.name].apart)
    pair = _with_mapping(Pair(x, y, lengths, {}), used, best, options, monitor)
    beyond = None
    if mapping == LEXICON:
        found, beyond = _of_lexicon(pair, options, monitor)
    else:
        found = nulls(_null_samples(pair, best, options, monitor)) if null else []
    return _result(pair, best, found, beyond, options, text, sizes, time.perf_counter() - start)


def installed_codes(size: int) -> tuple[Code, ...]:
    """The general compressors that there are, and our own with memory enough for `size` bytes."""
    from unmt.coding.context_mixing import ContextMixing
    from unmt.coding.general_codes import general_codes

    return (*general_codes(), own_code(size, ContextMixing))


def own_code(size: int, kind: Callable[..., Code]) -> Code:
    """Our code for so many bytes: a state is copied now and then, so it shall not be larger than it has to be."""
    slots = min(max((SLOT_BYTES_A_BYTE * size).bit_length(), 22), 28)
    return kind(slot_bits=slots, text_bits=min(max(size.bit_length(), 16), 26))


def as_bytes(text: bytes | str) -> bytes:
    """A text in UTF-8."""
    return text.encode() if isinstance(text, str) else text


def check(x: bytes, y: bytes, options: Options) -> None:
    """Raises InputError for what cannot be measured."""
    if options.mapping not in (NONE, AUTO, LEXICON, *FAMILIES):
        raise InputError(
            f"mapping={options.mapping}: unknown. Choose none, auto, lexicon or one of {', '.join(FAMILIES)}."
        )
    for name, text in (("x", x), ("y", y), ("unrelated", options.unrelated)):
        if text is not None and len(text) < LEAST_BYTES:
            raise InputError(f"{name} has {len(text)} bytes; {LEAST_BYTES} are the least. Give more text.")
    for name, value, least in (("samples", options.samples, 1), ("null_order", options.null_order, 1)):
        if value < least:
            raise InputError(f"{name}={value}: too small. Give {least} or more.")
    if options.mapping != NONE:
        for name, text in (("x", x), ("y", y)):
            try:
                text.decode()
            except UnicodeDecodeError:
                raise InputError(f"{name} is not UTF-8 text, so mapping={options.mapping} has no symbols to map. "
                                 "Convert it, or use mapping=none.") from None  # fmt: skip


def size_of(text: bytes) -> dict[str, Any]:
    """Bytes, characters (of what is UTF-8), lines, and the hash."""
    characters = len(text.decode(errors="replace"))
    digest = hashlib.sha256(text).hexdigest()
    return {"bytes": len(text), "characters": characters, "lines": text.count(b"\n"), "sha256": digest}


def say(monitor: Monitor, stage: str, fraction: float) -> None:
    """Report, and leave where the user asked for it: half a measurement says nothing."""
    if monitor.stop_requested:
        raise KeyboardInterrupt
    monitor.update(stage, 0, None, fraction)


def _with_mapping(pair: Pair, codes: Sequence[Code], best: Code, options: Options, monitor: Monitor) -> Pair:
    """The pair with the ways that f adds, where one was found."""
    if options.mapping == NONE:
        return pair
    if options.mapping == LEXICON:
        from unmt.tasks.compress_words import with_lexicon

        return with_lexicon(best, pair, options.seed, monitor)
    say(monitor, "search for a mapping", 0.4)
    cipher = searched(pair.x.decode(), pair.y.decode(), options.mapping, options.seed, options.threads, monitor)
    if cipher is None:
        return pair
    ways: dict[str, list[Way]] = {}
    for code in codes:
        say(monitor, f"coding f(x) by {code.name}", 0.5)
        one = pair.lengths[code.name]
        ways[code.name] = mapped(code, pair.x, pair.y, cipher, one.apart, one.y_costs, with_blocks=code is best)
    return Pair(pair.x, pair.y, pair.lengths, ways, cipher)


def _of_lexicon(pair: Pair, options: Options, monitor: Monitor) -> tuple[list[Null], Beyond]:
    """Its null, and what it tells beyond x without it and beyond that null."""
    from unmt.tasks.compress_word_code import Beyond
    from unmt.tasks.compress_words import EXCHANGED, exchanged_ways

    ways = exchanged_ways(pair.mapping, options, monitor) if options.null else []
    found = [Null(EXCHANGED, tuple(way.saved for way in ways))] if ways else []
    return found, Beyond.of(pair.mapping.words.without_f, pair.mapping.read, ways, options.seed)


def _null_samples(pair: Pair, best: Code, options: Options, monitor: Monitor) -> Iterator[tuple[str, float]]:
    """Kind of null, and what the best code finds shared between y and a sample of it, by the same ways as for x."""
    cipher = pair.mapping if isinstance(pair.mapping, FoundMapping) else None
    one = pair.lengths[best.name]
    backwards = min(one.ways, key=lambda way: one.ways[way]) == Y_FIRST
    made = substitutes(
        pair.x, options.samples, options.null_order, options.seed, options.unrelated, is_mapped=cipher is not None
    )
    for number, (kind, sample, text) in enumerate(made):
        say(monitor, f"null: {kind}, sample {sample + 1}", min(0.6 + 0.03 * number, 0.95))
        apart = best.bits(text) + one.y
        ways = one_after_the_other(best, text, pair.y, apart, 0.0, alone=one.y_costs)
        if backwards:
            ways += one_after_the_other(best, pair.y, text, apart, 0.0)
        if cipher is not None:
            found = searched(
                text.decode(), pair.y.decode(), cipher.family, options.seed + sample, options.threads, monitor
            )
            if found is not None:
                ways += mapped(best, text, pair.y, found, apart, one.y_costs)
        yield kind, apart - mixture_bits([apart, *(way.bits for way in ways)])


def _result(
    pair: Pair, best: Code, found: list[Null], beyond: Beyond | None, options: Options, text: str,
    sizes: dict[str, dict[str, Any]], seconds: float
) -> Compression:  # fmt: skip
    members = sorted(pair.members(), key=lambda member: member[2])
    x_bits, y_bits = (mixture_bits([getattr(one, side) for one in pair.lengths.values()]) for side in ("x", "y"))
    joint = mixture_bits([bits for _, _, bits in members])
    shared = x_bits + y_bits - joint
    bounds = _shared_interval(pair, best, members, x_bits + y_bits, options.seed)
    null_bounds = null_interval(found)
    above_null = bounds[0] > max(0.0, null_bounds[1] if null_bounds else 0.0)
    verdict = SHARED if (above_null if beyond is None else beyond.is_shared) else NOTHING
    by_code = {code: one.shared for code, one in pair.lengths.items()}
    bits = _bits(pair, x_bits, y_bits, joint)
    return Compression(
        verdict=verdict,
        sentence=_sentence(shared, y_bits, null_bounds, members[0], beyond),
        bits=bits,
        shared_bits=shared,
        shared_bits_by_code=by_code,
        shared_bits_with_mapping={code: max(way.saved for way in ways) for code, ways in pair.ways.items() if ways},
        shared_interval=bounds,
        null_interval=null_bounds,
        nulls=[{"kind": null.kind, "samples": list(null.samples)} for null in found],
        per_symbol={
            "shared_bits_per_byte_of_y": shared / len(pair.y),
            "shared_bits_per_character_of_y": shared / max(len(pair.y.decode(errors="replace")), 1),
            "share_of_y_bits": shared / y_bits,
            "y_bits_per_byte": y_bits / len(pair.y),
            "x_bits_per_byte": x_bits / len(pair.x),
        },
        ncd={
            **{code: ncd(one.x, one.y, one.ways[X_FIRST]) for code, one in pair.lengths.items()},
            MIXTURE: ncd(x_bits, y_bits, joint),
        },
        members=[{"code": code, "way": way, "bits": bits_} for code, way, bits_ in members],
        regret_bits=min(max(joint - members[0][2], 0.0), log2(len(members))),  # rounding is no regret
        regret_bound_bits=log2(len(members)),
        conditional={
            code: {
                "joint_less_alone": one.ways[X_FIRST] - one.x,
                "conditional": one.y_given_x,
                "how": one.conditional,
            }
            for code, one in pair.lengths.items()
        },
        repeated_share={code: one.repeated_x / one.x for code, one in pair.lengths.items()},
        mapping=None if pair.mapping is None else pair.mapping.to_dict() | (beyond.to_dict() if beyond else {}),
        text=text,
        sizes=sizes,
        warnings=_warnings(pair),
        settings={
            "mapping": options.mapping,
            "null": options.null,
            "samples": options.samples,
            "null_order": options.null_order,
            "codes": list(pair.lengths),
        },
        seed=options.seed,
        seconds=seconds,
    )


def ncd(x: float, y: float, xy: float) -> float:
    """The normalised compression distance (Cilibrasi and Vitányi, "Clustering by compression", 2005)."""
    return (xy - min(x, y)) / max(x, y)


def _bits(pair: Pair, x_bits: float, y_bits: float, joint: float) -> dict[str, dict[str, float]]:
    lengths = pair.lengths
    by_code = {
        code: mixture_bits([*one.members.values(), *(way.bits for way in pair.ways.get(code, ()))])
        for code, one in lengths.items()
    }
    found: dict[str, dict[str, float]] = {
        "x": {**{code: one.x for code, one in lengths.items()}, MIXTURE: x_bits},
        "y": {**{code: one.y for code, one in lengths.items()}, MIXTURE: y_bits},
        "xy": {code: one.ways[X_FIRST] for code, one in lengths.items()},
        "yx": {code: one.ways[Y_FIRST] for code, one in lengths.items()},
        "y_given_x": {code: one.y_given_x for code, one in lengths.items()},
        "x_given_y": {code: one.x_given_y for code, one in lengths.items()},
        "joint": {**by_code, MIXTURE: joint},
    }
    for name, way in (("in_turns", lengths_of.IN_TURNS), ("byte_by_byte", BY_BYTES)):
        found[name] = {code: one.ways[way] for code, one in lengths.items() if way in one.ways}
    if pair.ways:
        found["with_mapping"] = {code: min(way.bits for way in ways) for code, ways in pair.ways.items() if ways}
    return found


def _shared_interval(
    pair: Pair, best: Code, members: list[tuple[str, str, float]], apart: float, seed: int
) -> tuple[float, float]:
    """Of the mixture's shared bits, as the best way to code the pair together by the best code is drawn again."""
    code = min(pair.ways or [best.name], key=lambda name: pair.lengths[name].apart)
    one = pair.lengths[code]
    ways = [Way(name, bits, one.apart - bits, one.saved.get(name, ())) for name, bits in one.ways.items()]
    ways += pair.ways.get(code, [])
    way = min(ways, key=lambda way: way.bits)
    blocks = way.blocks
    if not blocks and not is_online(best):
        first, second = (pair.y, pair.x) if way.name == Y_FIRST else (pair.x, pair.y)
        blocks = tuple(lengths_of.saved_by_block(best, first, second))
    apart_bits = [bits for _, name, bits in members if name == APART]
    # All that is joined rises and falls with what x tells of y.
    joined = [bits for _, name, bits in members if name != APART]
    return interval(blocks, lambda more: apart - mixture_bits([*apart_bits, *(bits - more for bits in joined)]), seed)


def _sentence(
    shared: float, y_bits: float, null_bounds: tuple[float, float] | None, member: tuple[str, str, float],
    beyond: Beyond | None,
) -> str:  # fmt: skip
    found = f"{shared:,.0f} bits are shared, {100.0 * shared / y_bits:.2f} % of y"
    if beyond is not None:
        found += f". {beyond.sentence}"
    elif null_bounds is None:
        found += "; the null was not measured."
    else:
        found += f"; texts that share nothing come to {null_bounds[0]:,.0f} to {null_bounds[1]:,.0f}."
    how = "apart" if member[1] == APART else f"together, {member[1]}"
    return f"{found} Shortest: {member[0]}, {how}."


def _warnings(pair: Pair) -> list[str]:
    found = []
    for code, one in pair.lengths.items():
        if one.repeated_x > SHORT_WINDOW * one.x:
            share = 100.0 * one.repeated_x / one.x
            found.append(
                f"{code}: x right after x still costs {share:.0f} % of x, so this code does not see all of x from y."
            )
    if pair.x == pair.y:
        found.append("x and y are the same bytes.")
    return found
