"""A Transformer as a folder: what is saved is loaded, what is damaged is named, and lines go through it alone."""

import json
import shutil

import pytest

from unmt.errors import InputError
from unmt.solvers.sequence_search import Found
from unmt.tasks import neural_translate, translation
from unmt.tasks.models import in_bytes, load_model, translate
from unmt.tasks.neural_model import NeuralModel
from unmt.tasks.neural_translate import NeuralTranslator, with_names
from unmt.tasks.translation import LONG_LINE

WAY = "aa-bb"
FILES = (
    "model.json", "weights.safetensors", "pieces.model", "aa.words.json", "aa.ngrams.npz", "bb.words.json",
    "bb.ngrams.npz",
)  # fmt: skip


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(130, 20, 2)


@pytest.fixture(scope="module")
def model(cipher, untaught):
    # With capitals where sentences begin, and a name that has one everywhere.
    texts = {
        name: [f"{line.capitalize()} near Lisbon." for line in lines]
        for name, lines in (("aa", cipher.source), ("bb", cipher.target))
    }
    return untaught(texts, order=2, longest=64)


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    model.save(path / "model")
    return path


@pytest.fixture
def lines(cipher):
    return ["", *cipher.source[:5], "   ", "Nobody knows 中文 😀", *cipher.source[5:8], ""]


def test_a_saved_model_translates_as_it_did(model, folder, lines):
    assert {path.name for path in (folder / "model").iterdir()} == set(FILES)
    loaded = load_model(folder)
    assert isinstance(loaded, NeuralModel)
    assert translate(loaded, WAY, lines) == translate(model, WAY, lines)
    assert translate(loaded, "bb-aa", lines) == translate(model, "bb-aa", lines)
    assert translate(folder, WAY, lines) == translate(str(folder), WAY, lines) == translate(model, WAY, lines)


def test_the_same_model_is_the_same_bytes(model, folder, tmp_path):
    model.save(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / "model" / name).read_bytes()


def test_nothing_is_left_of_a_save_that_was_killed(model, tmp_path):
    (tmp_path / ".weights.safetensors.x.unmt-part").write_bytes(b"half")
    model.save(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep", [None, 0, 0.3, 0.9])
def test_a_model_that_is_not_whole_is_refused_in_a_line(folder, tmp_path, name, keep):
    shutil.copytree(folder / "model", tmp_path / "model")
    broken = tmp_path / "model" / name
    if keep is None:
        broken.unlink()
    else:
        broken.write_bytes(broken.read_bytes()[: int(keep * broken.stat().st_size)])
    with pytest.raises(InputError, match="model=") as caught:
        load_model(tmp_path)
    assert "\n" not in str(caught.value)
    assert "Train it again" in str(caught.value) or "Name a run" in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"version": 99}, "of version 99"),
        ({"format": "other"}, "no translation model"),
        ({"languages": ["aa", "cc"]}, "not whole"),
        ({"languages": 3}, "damaged"),
        ({"shape": {}}, "damaged"),
        ({"shape": {"symbols": 10, "width": 16, "heads": 2}}, "damaged"),
        ({"shape": None}, "damaged"),
        ({"pieces": None}, "damaged"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_in_a_line(folder, tmp_path, changed, why):
    shutil.copytree(folder / "model", tmp_path / "model")
    header = tmp_path / "model" / "model.json"
    header.write_text(json.dumps(json.loads(header.read_text()) | changed))
    with pytest.raises(InputError, match=why) as caught:
        load_model(tmp_path)
    assert "\n" not in str(caught.value)


def test_an_unknown_direction_is_refused(model):
    with pytest.raises(InputError, match="direction=aa-cc: the model has aa-bb, bb-aa"):
        NeuralTranslator(model, "aa-cc")


def test_lines_keep_their_order_and_blank_ones_stay_empty(model, lines):
    done = translate(model, WAY, lines)
    assert len(done) == len(lines)
    assert [not text for text in done if not text] == [True] * sum(not line.strip() for line in lines)
    for line, text in zip(lines, done, strict=True):
        assert bool(text) <= bool(line.strip())
    assert translate(model, WAY, []) == []


@pytest.mark.parametrize("is_in_bytes", [False, True])
def test_neighbours_threads_and_blocks_change_nothing(model, lines, monkeypatch, is_in_bytes):
    model = in_bytes(model, "it") if is_in_bytes else model
    done = translate(model, WAY, lines)
    assert translate(model, WAY, lines[::-1], threads=2)[::-1] == done
    assert [translate(model, WAY, [line])[0] for line in lines[5:9]] == done[5:9]
    monkeypatch.setattr(translation, "BLOCK_LINES", 3)
    assert translate(model, WAY, lines) == done


@pytest.fixture
def copying(model, monkeypatch):
    """The model, as one that says what it reads."""

    def search(_net, sources, _how, **_):
        return [Found(source, 1.0) for source in sources]

    monkeypatch.setattr(neural_translate, "search", search)
    return model


@pytest.mark.parametrize("words", [1, LONG_LINE, LONG_LINE + 1, 7 * LONG_LINE])
@pytest.mark.parametrize("mark", ["", "."])
def test_no_word_of_a_long_line_is_lost(copying, cipher, words, mark):
    known = sorted(cipher.key)
    line = " ".join(known[place % 20] + (mark if place % 6 == 5 else "") for place in range(words))
    said = translate(copying, WAY, [line, known[0]])
    assert said[0].casefold().replace(".", "").split() == line.replace(".", "").split()
    assert said[1].casefold() == known[0]


def test_a_word_that_has_no_end_does_no_harm(copying):
    (text,) = translate(copying, WAY, ["x" * 5000])
    assert 0 < len(text) <= 5000


def test_names_keep_their_capitals(copying):
    (text,) = translate(copying, WAY, ["He saw McAdam and NATO near Lisbon."])
    for name in ("McAdam", "NATO", "Lisbon"):
        assert name in text.split() or f"{name}." in text.split()


def test_the_capital_of_a_first_word_is_no_name(model):
    tokeniser = model.languages["aa"].tokeniser
    assert with_names(["runs", "anna"], ["Runs", "Anna"], tokeniser) == ["runs", "Anna"]
    assert with_names(["x", "nato"], ["NATO", "x"], tokeniser) == ["x", "NATO"]


def test_a_word_that_the_target_text_has_is_written_as_it_is_there(model, copying, cipher):
    tokeniser = model.languages["aa"].tokeniser
    said, source = ["the", "ball", "anna"], ["Der", "Ball", "Anna"]
    assert with_names(said, source, tokeniser) == ["the", "Ball", "Anna"]
    assert with_names(said, source, tokeniser, {"the", "ball"}) == ["the", "ball", "Anna"]
    (done,) = NeuralTranslator(copying, WAY).translate([f"{next(iter(cipher.key))} Near Lisbon."])
    assert done.text.endswith("near Lisbon.")


def test_copies_are_told(copying, cipher):
    line = " ".join(sorted(cipher.key)[:4])
    (done,) = NeuralTranslator(copying, WAY).translate([line])
    assert done.copied == 1.0
    assert done.is_copy
    assert done.bits > 0.0
