import time
from pathlib import Path

import numpy as np
import pytest

from unmt.coding import language_model
from unmt.coding.language_model import SHIPPED, LanguageModel, text_name
from unmt.errors import InputError

FOLDER = Path(language_model.__file__).parent / "languages"
SENTENCES = {
    "en": "When the rain had stopped the children went down to the river and threw stones into the brown water",
    "de": "Als der Regen aufgehört hatte, gingen die Kinder zum Fluss hinunter und warfen Steine in das braune Wasser",
    "fr": "Quand la pluie eut cessé, les enfants descendirent à la rivière et jetèrent des pierres dans l'eau brune",
    "es": "Cuando la lluvia cesó, los niños bajaron al río y tiraron piedras al agua oscura que corría hacia el mar",
    "it": "Quando la pioggia fu cessata i bambini scesero al fiume e gettarono sassi nell'acqua bruna della sera",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_small(name):
    assert (FOLDER / f"{name}.unmtlm").stat().st_size <= 2 * 2**20


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_is_ready_in_three_tenths_of_a_second_after_its_first_use(name):
    def ready():
        start = time.perf_counter()
        model = LanguageModel.load(name)
        table = model.table(False), model.table(True)
        assert table[0].costs[0] + table[1].costs[0] >= 0
        assert len(model.words.single) == len(model.words.backoff) - 1
        return time.perf_counter() - start

    ready()
    assert min(ready() for _ in range(3)) <= 0.3


@pytest.mark.parametrize("name", SHIPPED)
def test_loading_unpacks_nothing(name, monkeypatch):
    LanguageModel.load(name).table(False)
    monkeypatch.setattr("unmt.coding.model_file.lzma.decompress", lambda _: 1 / 0)
    model = LanguageModel.load(name)
    assert model.table(False).letters == 26
    assert len(model.sha256) == 64


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_stated_of_a_shipped_model_is_measured(name):
    model = LanguageModel.load(name)
    assert set(model.file.header["rates"]) == {"plain", "spaced"}
    for spaces in (False, True):
        assert 1.8 < model.bits_per_letter(spaces) < 2.4
        assert 0.1 < model.deviation(spaces) < 0.3
        orders = model.file.header["spaced" if spaces else "plain"]["bits_per_letter"]
        assert len(orders) == 5
        assert orders == sorted(orders, reverse=True)
        assert model.bits_per_letter(spaces) < orders[-1]  # words make the code shorter
    assert model.file.header["source"]["letters"] > 10_000_000


def test_each_language_is_shortest_in_its_own_model():
    for own, sentence in SENTENCES.items():
        bits = {}
        for name in SHIPPED:
            model = LanguageModel.load(name)
            letters, _ = model.letters(sentence)
            bits[name] = model.ngrams(False).letter_bits(letters).sum()
        assert min(bits, key=lambda name: bits[name]) == own


def test_letters_and_boundaries_of_a_text():
    model = LanguageModel.load("en")
    letters, boundaries = model.letters("He  saw: Été!")
    assert "".join(model.alphabet[i] for i in letters) == "hesawete"
    assert boundaries.tolist() == [2, 5]
    letters, boundaries = model.letters("")
    assert len(letters) == len(boundaries) == 0


def test_frequencies_are_those_of_english():
    model = LanguageModel.load("en")
    assert model.frequencies.shape == (26,)
    assert model.frequencies.sum() == pytest.approx(1)
    order = "".join(model.alphabet[i] for i in np.argsort(-model.frequencies))
    assert order.startswith("et")
    assert set(order[-4:]) == set("jqxz")


def test_a_model_file_is_found_by_its_path(tmp_path):
    copy = tmp_path / "mine.unmtlm"
    copy.write_bytes((FOLDER / "it.unmtlm").read_bytes())
    model = LanguageModel.load(copy)
    assert model.name == "mine"
    assert model.sha256 == LanguageModel.load("it").sha256


@pytest.mark.usefixtures("own_cache")
def test_a_text_file_becomes_a_model(tmp_path, prose):
    (tmp_path / "toy.txt").write_text(prose(1000))
    model = LanguageModel.load(tmp_path / "toy.txt")
    assert model.name == "toy"
    assert "zebra" in model.word_counts.words


def test_a_broken_shipped_model_is_said_to_be_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(language_model, "__file__", str(tmp_path / "language_model.py"))
    with pytest.raises(InputError, match=r"en\.unmtlm is missing from this installation"):
        LanguageModel.load("en")


def nowhere(_):
    pass


BROKEN = {
    "missing": (nowhere, "no such language"),
    "empty": (lambda path: path.write_bytes(b""), "is not a language model"),
    "no model": (lambda path: path.write_text("Once upon a time there was a file"), "is not a language model"),
    "cut": (lambda path: path.write_bytes((FOLDER / "es.unmtlm").read_bytes()[:-10]), "damaged or cut"),
    "folder": (lambda path: path.mkdir(), "is not a file"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_model_file_is_an_input_error(tmp_path, case):
    path = tmp_path / "x.unmtlm"
    make, why = BROKEN[case]
    make(path)
    with pytest.raises(InputError, match=why) as told:
        LanguageModel.load(path)
    assert "x.unmtlm" in str(told.value)
    assert "\n" not in str(told.value)


TEXTS = {
    "empty": (lambda path: path.write_text(""), "is empty"),
    "blank": (lambda path: path.write_text(" \n \n"), "is blank"),
    "binary": (lambda path: path.write_bytes(bytes(range(256))), "is binary"),
    "not UTF-8": (lambda path: path.write_bytes("é".encode("latin-1") * 2000), "not UTF-8"),
    "folder": (lambda path: path.mkdir(), "is a folder"),
    "short": (lambda path: path.write_text("too short a text"), "too few"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_that_teaches_nothing_is_an_input_error(tmp_path, case):
    path = tmp_path / "x.txt"
    make, why = TEXTS[case]
    make(path)
    with pytest.raises(InputError, match=why) as told:
        LanguageModel.load(path)
    assert "x.txt" in str(told.value)


def test_an_unreadable_model_file_is_an_input_error(tmp_path, monkeypatch):
    path = tmp_path / "x.unmtlm"
    path.write_bytes(b"unmtlm 1\n")

    def denied(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputError, match=r"x\.unmtlm.*Permission denied"):
        LanguageModel.load(path)


def test_names_of_texts():
    assert [text_name(path) for path in ("a/latin.txt", "b.txt.gz", "c", ".d", "e.f.txt")] == [
        *("latin", "b", "c", ".d", "e.f")
    ]
