import gzip
import hashlib
import time

import numpy as np
import pytest

from unmt.coding.language_model import LanguageModel
from unmt.errors import InputError
from unmt.tasks.build_language import build_language, language_model
from unmt.tasks.monitor import Monitor
from unmt.text.alphabet import fold

pytestmark = pytest.mark.usefixtures("own_cache")


class Listener(Monitor):
    """Keeps what it hears; stops before stage `stop`."""

    def __init__(self, stop=None):
        self.heard, self.stop = [], stop

    def update(self, stage, keys, bits, fraction):
        assert keys == 0
        assert bits is None
        self.heard.append((stage, fraction))
        self.stop_requested = stage == self.stop


@pytest.fixture
def text(tmp_path, greek):
    path = tmp_path / "greek.txt"
    path.write_text(greek(100), encoding="utf-8")
    return path


def test_a_text_becomes_a_file_and_what_was_learned_is_said(text, tmp_path):
    listener = Listener()
    said = build_language(text, tmp_path / "el.unmtlm", monitor=listener)
    model = LanguageModel.load(tmp_path / "el.unmtlm")
    assert "\n" not in said
    assert f"{model.file.header['source']['letters']:,} letters" in said
    assert f"alphabet of {len(model.alphabet)}" in said
    assert f"{len(model.word_counts.words):,} words" in said
    assert f"{model.bits_per_letter(False):.2f} bits a letter" in said
    assert f"with word divisions {model.bits_per_letter(True):.2f}" in said
    fractions = [fraction for _, fraction in listener.heard]
    assert fractions == sorted(fractions)
    assert len(fractions) >= 4
    assert set("αβγδ") < set(model.alphabet)


def test_the_name_is_that_of_the_file_or_what_is_given(text, tmp_path):
    build_language(text, tmp_path / "el.unmtlm")
    assert LanguageModel.load(tmp_path / "el.unmtlm").file.header["name"] == "el"
    build_language(text, tmp_path / "el.unmtlm", name="Ελληνικά")
    assert LanguageModel.load(tmp_path / "el.unmtlm").file.header["name"] == "Ελληνικά"


def test_the_same_text_gives_the_same_bytes(text, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        build_language(text, tmp_path / name / "el.unmtlm")
    assert (tmp_path / "a" / "el.unmtlm").read_bytes() == (tmp_path / "b" / "el.unmtlm").read_bytes()


def test_rates_are_measured_on_text_that_was_not_counted(text, greek, tmp_path):
    build_language(text, tmp_path / "el.unmtlm")
    model = LanguageModel.load(tmp_path / "el.unmtlm")
    rates = model.file.header["rates"]
    from unmt.objectives.language_rate import language_rates

    fresh = language_rates([(model, fold(greek(60, seed=7), model.alphabet))])
    for kind in ("plain", "spaced"):
        assert rates[kind]["bits_per_letter"] == pytest.approx(fresh[kind]["bits_per_letter"], rel=0.08)
        assert 0.05 < rates[kind]["deviation"] < 0.4
    assert model.bits_per_letter(False) == rates["plain"]["bits_per_letter"]
    assert model.deviation(True) == rates["spaced"]["deviation"]


def test_a_better_text_makes_a_better_model(greek, tmp_path):
    rates = []
    for sentences in (40, 400):
        path = tmp_path / f"{sentences}.txt"
        path.write_text(greek(sentences), encoding="utf-8")
        rates.append(language_model(path).bits_per_letter(False))
    assert rates[1] < rates[0]


def test_a_packed_text_is_read_too(text, tmp_path):
    (tmp_path / "greek.txt.gz").write_bytes(gzip.compress(text.read_bytes()))
    packed = language_model(tmp_path / "greek.txt.gz")
    assert packed.name == "greek"
    assert packed.sha256 == language_model(text).sha256


def test_nothing_is_left_where_it_is_interrupted(text, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build_language(text, tmp_path / "el.unmtlm", monitor=Listener(stop="smoothing"))
    assert not (tmp_path / "el.unmtlm").exists()
    with pytest.raises(KeyboardInterrupt):
        language_model(text, Listener(stop="counting"))


def test_an_old_file_stays_where_the_new_text_is_bad(text, tmp_path):
    build_language(text, tmp_path / "el.unmtlm")
    before = (tmp_path / "el.unmtlm").read_bytes()
    (tmp_path / "short.txt").write_text("λίγο")
    with pytest.raises(InputError, match=r"input=.*short\.txt: 4 letters are too few"):
        build_language(tmp_path / "short.txt", tmp_path / "el.unmtlm")
    assert (tmp_path / "el.unmtlm").read_bytes() == before


def test_a_place_that_cannot_be_written_is_an_input_error(text, tmp_path):
    with pytest.raises(InputError, match=r"output=.*is a folder"):
        build_language(text, tmp_path)
    with pytest.raises(InputError, match=r"output=.*No such file or directory\. Name a file"):
        build_language(text, tmp_path / "nowhere" / "el.unmtlm")


def test_a_text_is_built_once_and_ready_at_once_afterwards(text, monkeypatch):
    first = language_model(text)
    first.table(False), first.table(True), first.words  # tables are built
    monkeypatch.setattr("unmt.tasks.build_language.model_of_text", lambda *_: 1 / 0)
    start = time.process_time()
    again = language_model(text)
    assert again.table(True).letters == len(again.alphabet) + 1
    assert len(again.words.single) > 0
    assert time.process_time() - start < 0.3
    assert (again.sha256, again.name) == (first.sha256, "greek")
    assert np.array_equal(again.table(False).costs, first.table(False).costs)


def test_another_text_under_the_same_name_is_another_model(text, greek):
    first = language_model(text).sha256
    text.write_text(greek(100, seed=3), encoding="utf-8")
    assert language_model(text).sha256 != first


def test_a_saved_model_is_ready_at_once(text, tmp_path):
    build_language(text, tmp_path / "el.unmtlm")
    path = str(tmp_path / "el.unmtlm")
    language_model(path).table(True)
    start = time.process_time()
    model = language_model(path)
    assert model.table(True).letters == len(model.alphabet) + 1
    assert time.process_time() - start < 0.3
    assert model.sha256 == hashlib.sha256((tmp_path / "el.unmtlm").read_bytes()).hexdigest()


def test_a_damaged_cache_entry_is_built_again(text, own_cache):
    first = language_model(text)
    for entry in own_cache.glob("text-*/model.npy"):
        entry.write_bytes(entry.read_bytes()[:-50])
    assert language_model(text).sha256 == first.sha256


def test_shipped_models_and_errors_are_those_of_loading(tmp_path):
    assert language_model("it").name == "it"
    with pytest.raises(InputError, match="no such language"):
        language_model("klingon")
    (tmp_path / "bad.unmtlm").write_text("no model")
    with pytest.raises(InputError, match="is not a language model"):
        language_model(tmp_path / "bad.unmtlm")
    with pytest.raises(InputError, match="is a folder"):
        language_model(tmp_path)


@pytest.mark.slow
def test_memory_and_time_grow_with_the_text_and_no_more(greek, tmp_path):
    import resource

    path = tmp_path / "large.txt"
    path.write_text("\n".join(greek(3000, seed) for seed in range(16)), encoding="utf-8")  # 6 MB, 3.5 M characters
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    build_language(path, tmp_path / "large.unmtlm")
    assert time.perf_counter() - start < 60
    # The dense counts of 35 ** 5 n-grams alone are 400 MB where a text is long enough for them.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_200_000
