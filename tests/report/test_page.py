"""The pages are whole, escaped, self-contained, and bear what is missing."""

import random
import re
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unmt.mappings.families import FAMILIES
from unmt.report.page import bench_page, decipher_page
from unmt.report.words import FAMILY_NAMES

PageOf = Callable[[str], Any]


@pytest.mark.parametrize("name", ["homophonic", "letter", "nothing"])
def test_a_page_is_whole_and_fetches_nothing(self_contained: PageOf, name: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(name)
    page = self_contained(decipher_page(result))
    assert result["verdict"].capitalize() in page.words
    assert " ".join(result["plaintext_words"].split()) in page.words
    assert result["data_sha256"] in page.words
    assert "unmt decipher input=ciphertext.txt seed=0" in page.words


def test_the_head_says_how_sure_it_is(page_of: PageOf, homophonic: dict[str, Any], nothing: dict[str, Any]) -> None:
    assert "99.6 %" in page_of(decipher_page(homophonic)).words
    words = page_of(decipher_page(nothing)).words
    assert "No structure found" in words
    assert "most likely wrong" in words
    assert "The null was not measured" in words


def test_code_lengths_alternatives_and_history_are_shown(page_of: PageOf, homophonic: dict[str, Any]) -> None:
    page = decipher_page(homophonic)
    words = page_of(page).words
    for expected in ("2,036 bits", "mapped text 1,012", "mapping 254", "way back 770", "8 shuffled texts"):
        assert expected in words
    assert "columnar transposition" in words
    assert "+799.3" in words
    assert 'class="line s0"' in page


def test_the_key_of_a_substitution_is_sorted_by_plaintext_letter(letter: dict[str, Any]) -> None:
    page = decipher_page(letter)
    plain = "".join(sorted(set(letter["letters"])))
    symbol_of = {plain_letter: symbol for symbol, plain_letter in letter["key"].items()}
    cipher = "".join(symbol_of[plain_letter] for plain_letter in plain)
    assert f"plain   {plain}\ncipher  {cipher}" in page


def test_all_homophones_of_a_letter_are_shown_with_their_confidence(
    page_of: PageOf, homophonic: dict[str, Any]
) -> None:
    page = page_of(decipher_page(homophonic))
    tiles = [attributes for tag, attributes in page.tags if tag == "i" and "title" in attributes]
    assert len(tiles) == len(homophonic["key"])


@pytest.mark.parametrize(
    ("family", "key", "expected"),
    [
        ("vigenere", {"keyword": "lighthouse", "period": 10}, ["keyword lighthouse", "period 10"]),
        ("columnar", {"order": [3, 0, 2, 1], "width": 4}, ["width 4", "order 3021"]),
        ("composition", {"steps": [{"family": "period", "period": 19}, {"family": "caesar", "shift": 3}]},
         ["1. periodic transposition", "period 19", "2. Caesar shift", "shift 3"]),
        ("affine", {"multiplier": 5, "shift": 8}, ["multiplier 5", "shift 8"]),
    ],
)  # fmt: skip
def test_other_keys_are_shown_by_name(
    page_of: PageOf, letter: dict[str, Any], family: str, key: dict[str, Any], expected: list[str]
) -> None:
    words = page_of(decipher_page(letter | {"family": family, "key": key})).words
    joined = words.replace(" ", "")
    for part in expected:
        assert part.replace(" ", "") in joined


def test_markup_in_a_cipher_is_text_everywhere(
    page_of: PageOf, self_contained: PageOf, homophonic: dict[str, Any], evil: str
) -> None:
    symbols = [evil, "&", "<", '"'] * 3
    result = homophonic | {
        "ciphertext": " ".join(symbols), "ciphertext_symbols": symbols, "letters": "<a&b" * 3, "plaintext": "<a&b" * 3,
        "plaintext_words": evil, "letter_confidence": [0.4] * 12, "key_confidence": dict.fromkeys(symbols, 0.4),
        "language": evil, "verdict": evil, "version": evil, "settings": {"input": evil, "language": evil},
        "alternatives": [{"family": evil, "language": evil, "plaintext": evil, "total_bits": 3.0}],
        "preflight": {"sentence": evil, "payable_bits": 3.0, "families": [{"family": evil, "key_bits": 2.0}]},
    }  # fmt: skip
    for family in ("homophonic", "columnar", evil):
        page = self_contained(decipher_page(result | {"family": family, "key": {evil: evil, "order": [evil]}}))
        assert evil in "".join(page.text)
        assert {tag for tag, _ in page.tags} <= {tag for tag, _ in page_of(decipher_page(homophonic)).tags} | {
            "ol",
            "h3",
            "s",
        }


def test_settings_make_the_command_line(page_of: PageOf, letter: dict[str, Any]) -> None:
    stored = {"input": "my letter.txt", "language": "en", "restarts": None, "family": "auto"}
    words = page_of(decipher_page(letter | {"settings": stored})).words
    assert "unmt decipher 'input=my letter.txt' language=en family=auto seed=0" in words


@pytest.mark.parametrize("count", [1, 2, 20_000])
def test_any_length_has_a_page(self_contained: PageOf, count: int) -> None:
    draw = random.Random(0)
    letters = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=count))
    result = {
        "letters": letters, "plaintext": letters, "ciphertext": letters.upper(), "family": "substitution",
        "letter_confidence": [draw.random() for _ in letters], "verdict": "ambiguous",
    }  # fmt: skip
    start = time.perf_counter()
    page = decipher_page(result)
    assert time.perf_counter() - start < 10
    assert len(page) < 100 * count + 60_000
    self_contained(page)


def test_symbols_may_have_several_characters(page_of: PageOf) -> None:
    tokens = [str(n) for n in range(990, 1010)]
    result = {"ciphertext": " ".join(tokens), "letters": "abcde" * 4, "plaintext": "abcde" * 4, "family": "homophonic"}
    words = page_of(decipher_page(result)).words
    assert all(token in words for token in tokens)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_missing_or_none_is_left_out(page_of: PageOf, homophonic: dict[str, Any], data: st.DataObject) -> None:
    result = dict(homophonic)
    for name in data.draw(st.lists(st.sampled_from(sorted(result)), unique=True)):
        if data.draw(st.booleans()):
            del result[name]
        else:
            result[name] = data.draw(st.sampled_from([None, [], {}, 0, float("nan"), ""]))
    page_of(decipher_page(result))


def test_an_empty_result_has_a_page(page_of: PageOf) -> None:
    assert "Deciphered" in page_of(decipher_page({})).words
    assert "0 ciphers" in page_of(bench_page({})).words


def test_the_page_of_a_benchmark_shows_cells_calibration_and_peers(
    self_contained: PageOf, benchmark: dict[str, Any]
) -> None:
    page = self_contained(bench_page(benchmark))
    for expected in (
        "260 ciphers", "homophonic-54-nospaces", "0.05 %", "Expected calibration error 0.031", "subbreaker 1.2.0",
        "0.21 (0.1 to 0.4)", "cipher-solver: not installed", "unmt bench ciphers data=synthetic.en.tsv.gz",
    ):  # fmt: skip
        assert expected in page.words


def test_every_family_has_a_name() -> None:
    assert set(FAMILIES) <= set(FAMILY_NAMES)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9]+): (#[0-9a-f]{6})", block))


def luminance(colour: str) -> float:
    """Relative luminance. Source: Web Content Accessibility Guidelines 2.2."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_the_contrast_that_readers_need(scheme: str) -> None:
    style = files("unmt.report").joinpath("page.css").read_text(encoding="utf-8")
    light, dark = style.split("prefers-color-scheme: dark", maxsplit=1)
    colour = colours(light) | (colours(dark.split("@media")[0]) if scheme == "dark" else {})
    for text in ("ink", "soft", "accent", "good", "unsure", "nothing"):
        assert contrast(colour[text], colour["paper"]) >= 4.5, text
    for name in ("panel", "c1", "c2", "c3", "c4"):
        assert contrast(colour["ink"], colour[name]) >= 4.5, name
    for name in ("panel", "c1"):
        assert contrast(colour["soft"], colour[name]) >= 4.5, name
    for mark in ("text", "mapping", "homophones", "null", "random", *(f"s{n}" for n in range(7))):
        assert contrast(colour[mark], colour["paper"]) >= 3, mark
