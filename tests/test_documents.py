"""What the documents say of files, keys and commands is so."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

import unmt
from unmt.cli import commands
from unmt.cli.arguments import checked
from unmt.mappings.families import FAMILIES
from unmt.tasks.solution import Solution

ROOT = Path(unmt.__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="the documents are not beside this installation")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(path: Path) -> set[str]:
    """The names that headings get where Markdown is shown."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        name, _, anchor = target.partition("#")
        path = document.parent / name if name else document
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_are_named_are_there(document: Path) -> None:
    named = re.findall(
        r"`((?:unmt|docs|scripts|data_prep|tests|conf)/[\w./-]+\.\w+)`", document.read_text(encoding="utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_file_of_the_layers_is_there() -> None:
    layers = text_of("DESIGN.md").split("## Layers")[1].split("## ")[0]
    folder = ROOT
    for line in (line for line in layers.splitlines() if line.startswith("    ")):
        found = re.match(r"    (\w+/(?:\w+/)?) ", line)
        folder = ROOT / found[1] if found else folder
        for name in re.findall(r"(?<![\w/*])[\w*]+\.py", line):
            assert list(folder.glob(name)), f"{folder}: {name}"


def test_every_key_of_a_result_is_documented() -> None:
    files = text_of("DESIGN.md").split("### result.json of `unmt decipher`")[1].split("### ")[0]
    first_cells = {
        key for row in re.findall(r"^\| ([^|]*) \|", files, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)
    }
    assert first_cells == {field.name for field in fields(Solution)}


def test_every_family_and_its_fields_are_documented() -> None:
    table = text_of("DESIGN.md").split("### Mappings")[1].split("### ")[0]
    for name, family in FAMILIES.items():
        row = next(line for line in table.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1])
        own = [field.name for field in fields(family) if field.name not in {"symbols", "alphabet"}]
        assert re.findall(r"`(\w+)`", row.split("|")[2]) == own, name
        assert f"`{name}`" in text_of("README.md")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_have_the_keys_that_are_typed(document: Path) -> None:
    lines = re.findall(r"^    .*?\bunmt (\w+) (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    for name, rest in lines:
        if name in commands.NAMES:
            typed = shlex.split(re.split(r"[|>]", rest)[0], comments=True)
            checked(commands.load(name), typed)


def test_versions_agree() -> None:
    assert f"version: {unmt.__version__}" in text_of("CITATION.cff")
    assert f"## {unmt.__version__}" in text_of("CHANGELOG.md")
