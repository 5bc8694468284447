"""After `prepare` nothing is left to build: no table, and no kernel of any family."""

import json
import os
import subprocess
import sys

import pytest

from unmt.coding.language_model import SHIPPED
from unmt.mappings.families import FAMILIES
from unmt.tasks import prepare as module
from unmt.tasks.monitor import Monitor
from unmt.tasks.prepare import prepare


class Listener(Monitor):
    def __init__(self, stop_after=10**9):
        self.heard, self.left = [], stop_after

    def update(self, stage, keys, bits, fraction):
        assert keys == 0
        assert bits is None
        self.heard.append((stage, fraction))
        self.left -= 1
        self.stop_requested = self.left <= 0


@pytest.fixture
def searched(monkeypatch):
    """Families that were searched, without the search."""
    seen = []
    monkeypatch.setattr(module, "decipher", lambda text, **settings: seen.append((text, settings["family"])))
    return seen


def test_every_family_is_searched_and_every_language_built(searched):
    listener = Listener()
    prepare(listener)
    assert {family for _, family in searched} == {"auto", *FAMILIES}
    stages = [stage for stage, _ in listener.heard]
    assert [stage for stage in stages if stage.startswith("tables")] == [f"tables: {name}" for name in SHIPPED]
    fractions = [fraction for _, fraction in listener.heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_it_ends_early_where_it_is_asked_to(searched):
    prepare(Listener(stop_after=2))
    assert searched == []


def test_tables_are_in_the_cache_afterwards(tmp_path, monkeypatch, searched):
    monkeypatch.setenv("UNMT_CACHE", str(tmp_path))
    prepare()
    entries = {entry.name.split("-", 1)[1].rsplit("-", 2)[0] for entry in tmp_path.iterdir()}
    assert entries == {"plain", "spaced", "words"}
    assert len(list(tmp_path.iterdir())) == 3 * len(SHIPPED)
    assert searched


COUNT_MISSES = """
import json, sys
from numba.core.dispatcher import Dispatcher
from unmt.tasks.decipher import decipher
text = "Gsv pvvksvi lu gsv ortsgslfhv szw mlg hklpvm gl zmbylwb hrmxv gsv ylzg xznv rm gsv hkirmt."
numbers = " ".join(str(10 + (7 * n * n + n) % 41) for n in range(200))
for sample in (text, text.replace(" ", ""), numbers):
    decipher(sample, language="en", restarts=2)
decipher(text, family="vigenere", language="de", null=False)
missed = [
    f"{name}.{kernel}"
    for name, module in list(sys.modules.items()) if name.startswith("unmt.")
    for kernel, found in vars(module).items()
    if isinstance(found, Dispatcher) and sum(found.stats.cache_misses.values())
]
print(json.dumps(sorted(set(missed))))
"""


@pytest.mark.slow
def test_no_kernel_is_left_to_compile(tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "numba")}
    code = "from unmt.tasks.prepare import prepare; prepare()"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    done = subprocess.run(
        [sys.executable, "-c", COUNT_MISSES], env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []
