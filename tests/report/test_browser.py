"""The pages in a real browser: nothing overflows, nothing is fetched, dark is dark."""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from unmt.report.align_page import align_page
from unmt.report.evaluate_page import evaluate_page
from unmt.report.page import bench_page, decipher_page
from unmt.report.table_page import table_page
from unmt.report.train_page import train_page

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
WIDTHS = (390, 1280)
# Blink's numbers of the preferred colour schemes.
SCHEMES = {"light": 1, "dark": 0}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
]  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here (Debian: apt-get install chromium)"),
]

# Headless windows cannot be narrower than 500 pixels, so the page stands in frames of the widths to be tried.
MEASURE = """
<script>
function report(frame) {
  const page = frame.contentDocument, root = page.documentElement, style = frame.contentWindow.getComputedStyle(root);
  const scrolls = ".scroll, pre, svg";
  const right = node => node.getBoundingClientRect().right;
  const isWide = node => !node.closest(scrolls) && right(node) > root.clientWidth + 1;
  return {
    width: root.clientWidth, needed: root.scrollWidth, height: root.scrollHeight,
    title: page.querySelector("h1").textContent, background: style.backgroundColor, ink: style.color,
    fetched: frame.contentWindow.performance.getEntriesByType("resource").map(entry => entry.name),
    wide: [...page.querySelectorAll("body *")].filter(isWide).map(node => node.outerHTML.slice(0, 120)),
  };
}
window.onload = () => {
  document.body.dataset.report = JSON.stringify([...document.querySelectorAll("iframe")].map(report));
};
</script>
"""


def measured(page: str, folder: Path, scheme: str) -> list[dict[str, Any]]:
    """What the browser says of the page at each width. scheme: "light" or "dark"."""
    frames = "".join(f'<iframe style="width:{width}px" srcdoc="{html.escape(page)}"></iframe>' for width in WIDTHS)
    outer = folder / "outer.html"
    outer.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<style>iframe {{ height: 900px; border: 0 }}</style><body>{frames}{MEASURE}",
        encoding="utf-8",
    )
    assert CHROMIUM is not None
    command = [
        CHROMIUM, *FLAGS, f"--user-data-dir={folder / scheme}",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--window-size=1400,1000",
        "--dump-dom", outer.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r'data-report="([^"]*)"', done.stdout)
    assert found, done.stderr
    reports: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return reports


@pytest.fixture
def pages(
    homophonic: dict[str, Any],
    letter: dict[str, Any],
    nothing: dict[str, Any],
    benchmark: dict[str, Any],
    evaluation: dict[str, Any],
    training: dict[str, Any],
    net_training: dict[str, Any],
    words_alignment: dict[str, Any],
) -> dict[str, str]:
    long_tokens = [f"unbroken-token-of-many-characters-{n % 7}" for n in range(60)]
    tokens = {"letters": "abcdefg" * 8 + "abcd", "plaintext": "abcdefg" * 8 + "abcd", "ciphertext_symbols": long_tokens,
              "ciphertext": " ".join(long_tokens), "family": "homophonic", "verdict": "ambiguous",
              "key": {"keyword": "k" * 200}, "language": "/a/very/long/path" * 12}  # fmt: skip
    return {
        "homophonic": decipher_page(homophonic),
        "letter": decipher_page(letter),
        "moved": decipher_page(letter | {"family": "columnar", "key": {"order": list(range(40)), "width": 40}}),
        "nothing": decipher_page(nothing),
        "tokens": decipher_page(tokens),
        "keyword": decipher_page(tokens | {"family": "vigenere"}),
        "benchmark": bench_page(benchmark),
        "evaluation": evaluate_page(evaluation),
        "evaluation of long names": evaluate_page(
            json.loads(json.dumps(evaluation).replace("mine.txt", "/a/very/long/path" * 12))
        ),
        "training": train_page(training),
        "training of long names": train_page(
            json.loads(json.dumps(training).replace(".txt", "/a/very/long/path" * 12).replace("en-fr", "en-fr" * 20))
        ),
        "training of a net": train_page(net_training),
        "words": align_page(words_alignment),
        "words of long names": align_page(json.loads(json.dumps(words_alignment).replace("word5", "w" * 90))),
        "table": table_page(
            {"rows": 40, "table": [letter | {"id": f"row {n}" * (1 + 9 * (n == 7))} for n in range(40)]}
        ),
    }


@pytest.mark.parametrize(
    "name",
    [
        "homophonic",
        "letter",
        "moved",
        "nothing",
        "tokens",
        "keyword",
        "benchmark",
        "table",
        "evaluation",
        "evaluation of long names",
        "training",
        "training of long names",
        "training of a net",
        "words",
        "words of long names",
    ],
)
def test_a_page_fits_its_screen_and_fetches_nothing_in_light_and_dark(
    pages: dict[str, str], tmp_path: Path, name: str
) -> None:
    light, dark = (measured(pages[name], tmp_path, scheme) for scheme in SCHEMES)
    for report in light + dark:
        assert report["title"]
        assert report["height"] > 500
        assert report["fetched"] == []
        assert report["wide"] == []
        assert report["needed"] <= report["width"]
    assert [report["width"] for report in light] == list(WIDTHS)
    for bright, dim in zip(light, dark, strict=True):
        assert brightness(bright["background"]) > 230
        assert brightness(bright["ink"]) < 60
        assert brightness(dim["background"]) < 60
        assert brightness(dim["ink"]) > 200


def brightness(colour: str) -> float:
    """Mean of the channels of "rgb(252, 251, 248)"."""
    channels = [float(value) for value in re.findall(r"[\d.]+", colour)[:3]]
    return sum(channels) / 3
