"""What the documents say of files, keys and commands is so."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

import unmt
from unmt.cli import commands
from unmt.cli.arguments import checked
from unmt.cli.main import status
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


def section(heading: str) -> str:
    """What stands under a heading of the third level of DESIGN.md."""
    return text_of("DESIGN.md").split(f"### {heading}\n")[1].split("### ")[0]


def first_cells(table: str) -> set[str]:
    """The keys in the first column."""
    return {key for row in re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}


def keys_of(heading: str) -> set[str]:
    """The keys of the table under a heading; a table of figures may follow."""
    return first_cells(section(heading).split("| figure |")[0])


def test_every_key_of_a_result_is_documented() -> None:
    assert keys_of("result.json of `unmt decipher`") == {field.name for field in fields(Solution)} | {"code_lengths"}


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The run directory of a command on the first lines of the sample texts."""
    folder = tmp_path_factory.mktemp("documents")
    samples = ROOT / "unmt" / "samples"
    for name in ("harbour.en.txt", "harbour.fr.txt", "harbour.test.fr.txt"):
        lines = (samples / name).read_text(encoding="utf-8").splitlines()[:1500]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def run(command: str, *keys: str) -> Path:
        run = folder / command
        if run.exists():
            return run
        typed = [key.replace("FOLDER", str(folder)) for key in (*keys, f"run.dir={run}", "quiet=true")]
        assert status([command, *typed]) == 0
        return run

    return run


TRAIN = (
    "source.language=en", "source.train=FOLDER/harbour.en.txt", "target.language=fr",
    "target.train=FOLDER/harbour.fr.txt", "trainer.rounds=0", "trainer.held_out=20", "trainer.force=true",
    "network.beam=2",
)  # fmt: skip
ALIGN = ("source.train=FOLDER/harbour.en.txt", "target.train=FOLDER/harbour.fr.txt", "runs=1")
EVALUATE = (
    "hypotheses=FOLDER/harbour.test.fr.txt", "references=FOLDER/harbour.test.fr.txt", "resamples=100", "trials=100"
)  # fmt: skip

INNER = {"train": ("preflight", "texts", "rounds"), "align": ("methods", "sides"), "evaluate": ("scores", "data")}


@pytest.mark.parametrize(
    ("command", "keys", "absent"),
    [("train", TRAIN, set()), ("align", ALIGN, set()), ("evaluate", EVALUATE, {"figures", "code_lengths"})],
)
def test_every_key_of_a_result_of_words_is_documented(
    harbour: Callable[..., Path], command: str, keys: tuple[str, ...], absent: set[str]
) -> None:
    result = json.loads((harbour(command, *keys) / "result.json").read_text(encoding="utf-8"))
    assert keys_of(f"result.json of `unmt {command}`") == result.keys() | absent
    described = section(f"result.json of `unmt {command}`")
    for name in INNER[command]:
        entry = result[name][0] if isinstance(result[name], list) else result[name]
        assert [key for key in entry if f"`{key}`" not in described] == [], name


def test_figures_of_a_round_and_files_of_a_model_are_documented(harbour: Callable[..., Path]) -> None:
    folder = harbour("train", *TRAIN)
    figures = json.loads((folder / "result.json").read_text(encoding="utf-8"))["rounds"][0]["figures"]["en-fr"]
    assert first_cells(section("result.json of `unmt train`").split("| figure |")[1]) == figures.keys()
    files = {path.name for path in (folder / "model").iterdir()}
    general = {re.sub("^(en-fr|fr-en)", "SOURCE-TARGET", re.sub(r"^(en|fr)\.", "LANGUAGE.", name)) for name in files}
    assert set(re.findall(r"^\| `([^`]*)` \|", section("A model of translation"), re.MULTILINE)) == general


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
            typed = shlex.split(re.split(r"[|<>]", rest)[0], comments=True)
            checked(commands.load(name), typed)


def test_versions_agree() -> None:
    assert f"version: {unmt.__version__}" in text_of("CITATION.cff")
    assert f"## {unmt.__version__}" in text_of("CHANGELOG.md")
