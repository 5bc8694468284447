"""Imports only go down, and what is heavy or unsafe stays out."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import unmt

PACKAGE = Path(unmt.__file__).parent
# From the bottom up: a layer may import itself and those before it.
LAYERS = ("errors", "text", "evaluation", "coding", "mappings", "objectives", "solvers", "report", "tasks", "cli")
FILES = sorted(PACKAGE.rglob("*.py"))
# Seconds to import: inside the functions that need them.
HEAVY = {"transformers", "wandb", "ctranslate2", "sentencepiece"}
# Seconds too, but a net is a class of it: only where nets are, in files that are imported where they are used.
TORCH_LAYERS = {"coding", "mappings", "objectives", "solvers", "tasks"}
NEVER = {"pickle", "shelve", "marshal"}


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(source: str, package: tuple[str, ...] = ()) -> Iterator[tuple[int, str]]:
    """Line and full name of every import in the source, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def imported_at_once(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of the imports that are run when the file is imported."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(ast.unparse(node))


def upward(source: str, layer: str) -> list[str]:
    found = []
    for line, name in imported(source):
        root, _, rest = name.partition(".")
        other = rest.partition(".")[0]
        if root == "unmt" and other in LAYERS and LAYERS.index(other) > LAYERS.index(layer):
            found.append(f"line {line}: {name}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        return  # the public names, imported when asked for
    assert layer in LAYERS, f"{path} is in no layer"
    assert upward(path.read_text(encoding="utf-8"), layer) == []


def test_an_upward_import_is_seen() -> None:
    assert upward("def f():\n    from unmt.tasks import decipher\n", "solvers") == ["line 2: unmt.tasks.decipher"]
    assert upward("import unmt.cli.main", "tasks") == ["line 1: unmt.cli.main"]
    assert upward("from unmt import __version__\nfrom unmt.text import readers", "tasks") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_import_of_what_is_heavy_or_runs_what_it_loads(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    names = {name.split(".")[0] for _, name in imported(source)}
    assert not names & NEVER
    assert "torch" not in names or layer_of(path) in TORCH_LAYERS
    at_once = {name.split(".")[0] for _, name in imported_at_once(source)}
    assert not at_once & HEAVY


def test_no_command_loads_torch_before_it_runs() -> None:
    names = ["unmt.cli." + path.stem for path in FILES if layer_of(path) == "cli" and path.stem != "__init__"]
    code = f"import sys, {', '.join(names)}; print(' '.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (HEAVY | {"torch"})


@pytest.mark.parametrize("path", [p for p in FILES if layer_of(p) != "cli"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {ast.unparse(function) for function in calls}
    assert not names & {"print", "sys.exit", "exit", "quit", "os._exit"}


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("unmt", {"numpy", "numba", "hydra", "omegaconf", "yaml"}),
        ("unmt.cli.main", {"numpy", "numba", "hydra", "omegaconf", "yaml"}),
        ("unmt.cli.decipher", {"numpy", "numba", "hydra", "omegaconf", "yaml"}),
        ("unmt.cli.evaluate", {"numpy", "numba", "hydra", "omegaconf", "yaml", "scipy", "sacrebleu"}),
        ("unmt.tasks.decipher", {"hydra", "omegaconf", "matplotlib", "pandas"}),
        ("unmt.tasks.align", {"hydra", "omegaconf"}),
        ("unmt.tasks.train_lexicon", {"hydra", "omegaconf"}),
        ("unmt.tasks.translate", {"hydra", "omegaconf"}),
        ("unmt.tasks.evaluate", {"hydra", "omegaconf", "numba", "sacrebleu"}),
    ],
)
def test_start_up_imports_little(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (absent | HEAVY | {"torch"})
