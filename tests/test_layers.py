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
NOT_YET = {"transformers", "wandb"}
# Seconds to import: inside the functions that need it, in the one file that does.
TORCH = {"objectives/adversarial.py"}
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
    names = {name.split(".")[0] for _, name in imported(path.read_text(encoding="utf-8"))}
    assert not names & (NOT_YET | NEVER)
    assert "torch" not in names or path.relative_to(PACKAGE).as_posix() in TORCH


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
        ("unmt.tasks.evaluate", {"hydra", "omegaconf", "numba", "sacrebleu"}),
    ],
)
def test_start_up_imports_little(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & (absent | NOT_YET | {"torch"})
