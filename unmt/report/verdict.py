"""The head of the page: what was found, in words, and how sure that is."""

from collections.abc import Mapping
from html import escape
from typing import Any

from unmt.report.document import header
from unmt.report.words import family_name, finite, grouped, language_name, percent

IDENTIFIED, AMBIGUOUS, NOTHING = "identified", "ambiguous", "no structure found"
STYLES = {IDENTIFIED: "good", AMBIGUOUS: "unsure", NOTHING: "nothing"}


def title(result: Mapping[str, Any]) -> str:
    """One line for the title of the window."""
    verdict = str(result.get("verdict") or "deciphered")
    if verdict == NOTHING:
        return "No structure found – unmt"
    return (
        f"{verdict.capitalize()}: {family_name(result.get('family'))}, {language_name(result.get('language'))} – unmt"
    )


def head(result: Mapping[str, Any]) -> str:
    """Verdict, sentence and probability as HTML."""
    verdict = str(result.get("verdict") or "deciphered")
    probability = finite(result, "probability_correct")
    return header(
        "unmt decipher",
        verdict.capitalize(),
        _sentence(result, verdict),
        style=STYLES.get(verdict, "unsure"),
        more=f"<p>{escape(_saving(result))}</p>\n",
        beside=_ring(probability),
    )


def _sentence(result: Mapping[str, Any], verdict: str) -> str:
    what = f"{family_name(result.get('family'))}, {language_name(result.get('language'))}"
    if verdict == NOTHING:
        return f"Nothing here reads better than chance would. The best candidate was: {what}."
    if verdict == AMBIGUOUS:
        return f"More than one reading fits the text. The best of them: {what}."
    return what[:1].upper() + what[1:] + "."


def _saving(result: Mapping[str, Any]) -> str:
    total, null = finite(result, "total_bits"), finite(result, "null_bits")
    gain = finite(result, "gain_bits")
    if gain is None and total is not None and null is not None:
        gain = null - total
    if gain is None or null is None:
        return "The null was not measured: how much of this a search finds in random text is not known."
    if gain > 0:
        return (
            f"Key and text together are {grouped(gain)} bits shorter than chance allows: symbols without structure, "
            "and the same search on shuffled text."
        )
    return "Key and text together are no shorter than symbols without structure, or than what shuffled text gives."


def _ring(probability: float | None) -> str:
    """The probability as a ring with its number inside, and what it is the probability of."""
    if probability is None:
        return ""
    share = min(max(probability, 0.0), 1.0)
    stated = percent(share)
    size = "small" if len(stated) > 6 else "large"
    return (
        f'<figure class="ring" role="img" aria-label="Probability that the reading is right: {escape(stated)}">'
        '<svg viewBox="0 0 120 120" aria-hidden="true"><circle class="rail" cx="60" cy="60" r="52"/>'
        f'<circle class="arc" cx="60" cy="60" r="52" pathLength="100" stroke-dasharray="{100 * share:.2f} 100" '
        f'transform="rotate(-90 60 60)"/><text class="{size}" x="60" y="67">{escape(stated)}</text></svg>'
        "<figcaption>probability that at most 2 letters in 100 are wrong</figcaption></figure>\n"
    )
