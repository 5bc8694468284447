"""Which searches are tried, in which order: cheap families first, those with many keys last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from unmt.errors import InputError
from unmt.mappings.families import FAMILIES
from unmt.solvers.beam import solve_beam
from unmt.solvers.composed import solve_composed
from unmt.solvers.enumeration import FAMILIES as ENUMERATED
from unmt.solvers.enumeration import solve_enumeration
from unmt.solvers.homophonic import HomophonicSearch
from unmt.solvers.keyed import solve_keyed
from unmt.solvers.polyalphabetic import solve_beaufort, solve_vigenere
from unmt.solvers.problem import Problem, SearchResult
from unmt.solvers.substitution import SubstitutionSearch
from unmt.solvers.transposition import solve_columnar, solve_double_columnar
from unmt.tasks.hypotheses import Hypothesis, Setting

Builder = Callable[[Setting, str], list[Hypothesis]]

FEW_USES, WARM_EFFORT = 6.0, 0.3
"""Uses of a symbol below which a beam's best key is annealed on, and how long beside a restart from a random key."""

UNLIKE = 5.0
"""Standard deviations; other ciphers of 64 letters lie beyond 10, and true text of 16 letters within 3."""

LEAST_DOUBLE, LEAST_COMPOSED = 80, 80
"""Letters below which two ciphers one after the other have more keys than the text can tell apart."""

LEAST_KEYED = 150
"""Letters below which no keyed alphabet of a polyalphabetic cipher is known to have been found."""

LEAST_USES, ROUND_OF_DOUBT = 3.0, 6
"""Uses of a symbol below which no homophonic cipher is known to have been solved, and restarts where hope is small."""

SHORT = 100
"""Symbols below which more restarts are worth their time: the landscape is rough, and a restart is quick."""


def few_keys(setting: Setting, family: str) -> list[Hypothesis]:
    """Caesar, affine and the transpositions that can be enumerated."""
    if setting.problem.letters is None or (family != "auto" and family not in ENUMERATED):
        return []
    families = ENUMERATED if family == "auto" else (family,)
    problem = setting.undivided
    return [
        Hypothesis(
            "families with few keys" if family == "auto" else family,
            setting,
            lambda seed, effort: solve_enumeration(problem, seed, effort=effort, families=families),
            exhaustive=True,
        )
    ]


def substitution(setting: Setting, family: str) -> list[Hypothesis]:
    """Simple substitution, where there are no more symbols than letters."""
    if family not in ("auto", "substitution") or len(setting.ciphertext.symbols) > len(setting.model.alphabet):
        return []
    search = SubstitutionSearch(setting.problem, setting.code)
    most = 24 if len(setting.ciphertext) < SHORT else 12

    def restart(seed: np.random.SeedSequence, effort: float) -> SearchResult:
        if not is_first(seed):
            return search.restart(seed, effort)
        found = solve_beam(setting.problem, seed, effort=effort, homophonic=False)
        return SearchResult([replace(c, text_bits=setting.code(c.letters)) for c in found.candidates], found.keys)

    return [Hypothesis("substitution", setting, restart, most, drawn=True, polish=search.polish, scored=True)]


def is_first(seed: np.random.SeedSequence) -> bool:
    """Whether the seed is that of a hypothesis' first restart: a beam search, whose result later ones must confirm."""
    entropy = seed.entropy
    return isinstance(entropy, list) and entropy[-1] == 0


def keywords(setting: Setting, family: str) -> list[Hypothesis]:
    """Vigenère and Beaufort keywords of unknown period."""
    searches = {"vigenere": solve_vigenere, "beaufort": solve_beaufort}
    return [h for name, solve in searches.items() if family in ("auto", name) for h in _solved(setting, name, solve)]


def keyed_alphabets(setting: Setting, family: str) -> list[Hypothesis]:
    """Vigenère and Beaufort with a keyed alphabet, which one search finds together."""
    wanted = ("vigenere", "beaufort") if family == "auto" else (family,)
    hopeful = family != "auto" or len(setting.ciphertext) >= LEAST_KEYED
    if not {"vigenere", "beaufort"} & set(wanted) or not hopeful:
        return []

    def solve(problem: Problem, seed: np.random.SeedSequence, *, effort: float) -> SearchResult:
        found = solve_keyed(problem, seed, effort=effort)
        return replace(found, candidates=[c for c in found.candidates if c.mapping.family in wanted])

    return _solved(setting, "keyed alphabet", solve)


def columns(setting: Setting, family: str) -> list[Hypothesis]:
    """Columnar transposition of unknown width, where the letters are used as the language uses them."""
    if family == "columnar" or (family == "auto" and has_letters_of_language(setting)):
        return _solved(setting, "columnar", solve_columnar)
    return []


def two_columns(setting: Setting, family: str) -> list[Hypothesis]:
    """Double columnar transposition, where the letters are used as the language uses them."""
    long_enough = len(setting.ciphertext) >= LEAST_DOUBLE and has_letters_of_language(setting)
    if family == "double-columnar" or (family == "auto" and long_enough):
        return _solved(setting, "double-columnar", solve_double_columnar)
    return []


def compositions(setting: Setting, family: str) -> list[Hypothesis]:
    """A substitution, simple or homophonic, after a transposition that can be enumerated."""
    text = setting.ciphertext
    hopeful = len(text) >= max(LEAST_COMPOSED, LEAST_USES * len(text.symbols))
    if family != "composition" and not (family == "auto" and hopeful):
        return []
    problem, many = setting.undivided, len(text.symbols) > len(setting.model.alphabet)

    def solve(reordered: Problem, seed: np.random.SeedSequence, effort: float) -> SearchResult:
        return solve_beam(reordered, seed, effort=effort, homophonic=many)

    return [
        Hypothesis(
            "composition", setting, lambda seed, effort: solve_composed(problem, seed, effort=effort, solve=solve)
        )
    ]


def _solved(setting: Setting, name: str, solve: Callable[..., SearchResult]) -> list[Hypothesis]:
    """The hypothesis of one run of a solver that works on letters without word divisions."""
    if setting.problem.letters is None:
        return []
    problem = setting.undivided
    return [Hypothesis(name, setting, lambda seed, effort: solve(problem, seed, effort=effort))]


def has_letters_of_language(setting: Setting) -> bool:
    """Whether the ciphertext uses letters as often as the language does, so that it may be a transposition.

    Its cost under the language's letter frequencies lies within UNLIKE standard deviations of what text costs.
    """
    letters = setting.problem.letters
    if letters is None:
        return False
    shares = setting.model.frequencies
    bits = -np.log2(shares)
    mean = float(shares @ bits)
    deviation = float(np.sqrt(shares @ (bits - mean) ** 2 / len(letters)))
    return float(bits[letters].mean()) <= mean + UNLIKE * deviation


def enciphered_space(setting: Setting, family: str) -> list[Hypothesis]:
    """Simple substitution in which the space is a letter like others: no divisions are given, and symbols suffice."""
    text, model = setting.ciphertext, setting.model
    possible = text.boundaries is None and model.has_words and len(text.symbols) <= len(model.alphabet) + 1
    if family not in ("auto", "substitution") or not possible:
        return []
    spaced = replace(setting, enciphered_space=True)
    search = SubstitutionSearch(spaced.problem, spaced.code)
    return [Hypothesis("substitution with space", spaced, search.restart, 8, drawn=True, scored=True)]


def homophonic(setting: Setting, family: str) -> list[Hypothesis]:
    """Homophonic substitution where symbols are too many for a simple one."""
    if family == "homophonic" or (family == "auto" and len(setting.ciphertext.symbols) > len(setting.model.alphabet)):
        return [_homophonic(setting)]
    return []


def few_homophones(setting: Setting, family: str) -> list[Hypothesis]:
    """Homophonic substitution with as many symbols as a simple one would have, tried after that."""
    symbols, letters = len(setting.ciphertext.symbols), len(setting.model.alphabet)
    enough = len(setting.ciphertext) >= LEAST_USES * symbols
    if family != "auto" or not letters * 2 // 3 <= symbols <= letters or not enough:
        return []
    return [_homophonic(setting, most=ROUND_OF_DOUBT)]


def _homophonic(setting: Setting, most: int | None = None) -> Hypothesis:
    search = HomophonicSearch(setting.problem, setting.code)
    uses = len(setting.ciphertext) / len(setting.ciphertext.symbols)
    if most is None:
        most = ROUND_OF_DOUBT if uses < LEAST_USES else 12 if uses >= FEW_USES else 20

    def restart(seed: np.random.SeedSequence, effort: float) -> SearchResult:
        if not is_first(seed):
            return search.restart(seed, effort)
        found = solve_beam(setting.problem, seed, effort=effort, homophonic=True)
        result = search.rescored(found)
        if uses < FEW_USES and result.candidates:
            warm = search.restart(seed, effort * WARM_EFFORT, start=result.candidates[0])
            result = SearchResult([*warm.candidates, *result.candidates], result.keys + warm.keys)
        return result

    return Hypothesis(
        "homophonic", setting, restart, most, drawn=True, polish=search.polish, scored=True, stop=search.stop
    )


QUICK_STAGES = 4
"""Stages of which one round is tried before any is searched to its end."""

BUILDERS: tuple[tuple[Builder, ...], ...] = (
    (few_keys,),
    (substitution, homophonic),
    (keywords,),
    (columns,),
    (enciphered_space, few_homophones),
    (two_columns, compositions, keyed_alphabets),
)


def stages(setting: Setting, family: str) -> list[tuple[int, list[Hypothesis]]]:
    """The hypotheses to try for one language, by number of their stage.

    Raises InputError where the family is unknown or cannot apply.
    """
    if family != "auto" and family not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise InputError(f"family={family}: no such family. Choose auto or one of {known}.")
    built = [(number, [h for build in stage for h in build(setting, family)]) for number, stage in enumerate(BUILDERS)]
    kept = [(number, stage) for number, stage in built if stage]
    if not kept:
        raise InputError(why_not(setting, family))
    return kept


def why_not(setting: Setting, family: str) -> str:
    """Why no hypothesis of a family applies to a ciphertext."""
    symbols, letters = len(setting.ciphertext.symbols), len(setting.model.alphabet)
    if family == "substitution":
        return (
            f"family=substitution: {symbols} different symbols are more than the {letters} letters of the language. "
            "Use family=homophonic, or symbols= and spaces= if the text was read wrongly."
        )
    return f"family={family}: some symbols of the ciphertext are no letters of the language. Use family=auto."


def same_search(setting: Setting, name: str, family: str) -> list[Hypothesis]:
    """The hypothesis of that name for another text (at most one)."""
    built = [h for stage in BUILDERS for build in stage for h in build(setting, family)]
    return [h for h in built if h.name == name][:1]
