"""Make now what is made once: compiled kernels and the tables of the shipped languages.

Kernels are compiled by the first call of each, so every family is asked to decipher a few words, with word divisions
and without, and a translator is trained on a few sentences; numba keeps what it compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from unmt.coding.cache import cache_folder
from unmt.coding.language_model import SHIPPED, LanguageModel
from unmt.errors import InputError
from unmt.mappings.families import FAMILIES
from unmt.tasks.decipher import decipher
from unmt.tasks.monitor import Monitor
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.training_settings import Settings, Text
from unmt.text.corpus_file import read_lines

WORDS = "gsv hsvksviw xlfmgh srh tlzgh zg wzdm zmw urmwh lmv nliv gszm svhgviwzb"
GRID = "GSVHSVKSVIWXLFMGHSRHTLZGHZGWZDMZMWURMWHLMVNLIVGSZMSVHGVIWZB"
NUMBERS = " ".join(str(10 + number**7 % 31) for number in range(280))
LANGUAGE = "en"
SAMPLES, SENTENCES = Path(__file__).resolve().parents[1] / "samples", 300


def prepare(monitor: Monitor | None = None) -> None:
    """Compile and build whatever is not there yet; ends early where the monitor asks to stop.

    Raises InputError where what is made cannot be kept.
    """
    monitor = monitor or Monitor()
    _check_cache()
    steps = [*_tables(), *_searches(), ("compiling: translation", _translate)]
    for number, (stage, step) in enumerate(steps):
        if monitor.stop_requested:
            return
        monitor.update(stage, 0, None, number / len(steps))
        step()
    monitor.update("ready", 0, None, 1.0)


def _check_cache() -> None:
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder}: {error.strerror}, so that no table can be kept. Name another folder by UNMT_CACHE=."
        ) from None


def _tables() -> list[tuple[str, Callable[[], object]]]:
    return [(f"tables: {name}", partial(_build_tables, name)) for name in SHIPPED]


def _build_tables(name: str) -> None:
    model = LanguageModel.load(name)
    model.table(False)
    model.table(True)
    assert model.words is not None


def _searches() -> list[tuple[str, Callable[[], object]]]:
    plans = [(WORDS, "auto"), (NUMBERS, "auto")]
    plans += [(text, family) for family in FAMILIES for text in (WORDS, GRID)]
    return [(f"compiling: {family}", partial(_search, text, family)) for text, family in plans]


def _search(text: str, family: str) -> None:
    # A search of its own monitor: its keys and bits say nothing here, and one takes a second at most.
    try:
        decipher(text, language=LANGUAGE, family=family, restarts=1, threads=1, null=family == "auto")
    except InputError:
        return  # the family does not apply to such a text


def _translate() -> None:
    texts = [
        Text(name, f"harbour.{name}.txt", read_lines(SAMPLES / f"harbour.{name}.txt")[:SENTENCES])
        for name in ("en", "fr")
    ]
    with TemporaryDirectory() as folder:
        train_lexicon(texts[0], texts[1], Settings(rounds=1, held_out=20, force=True), Path(folder))
