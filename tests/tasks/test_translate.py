"""Lines through a model: in order, each alone, whatever is written in them; and models that are none."""

import json
import shutil

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from unmt.errors import InputError
from unmt.tasks.models import translate
from unmt.tasks.translate import LONG_LINE, Translator
from unmt.tasks.translation_model import TranslationModel

WAY = "aa-bb"


@pytest.fixture(scope="module")
def cipher(trained_cipher):
    return trained_cipher[0]


@pytest.fixture(scope="module")
def folder(trained_cipher):
    return trained_cipher[1]


@pytest.fixture(scope="module")
def model(folder):
    return TranslationModel.load(folder)


def mean_bits(translations):
    bits = [done.bits for done in translations if done.text]
    return float(np.mean(bits)) if bits else 0.0


def test_lines_keep_their_order_and_blank_ones_stay_empty(cipher, model):
    lines = cipher.source[:60]
    done = translate(model, WAY, lines)
    mixed = [line for each in lines for line in ("", each, "   ")]
    assert translate(model, WAY, mixed) == [line for each in done for line in ("", each, "")]
    assert cipher.right(lines, done) > 0.9


def test_company_order_and_threads_change_no_line(cipher, model):
    lines = [*cipher.source[:300], *cipher.source[:300], cipher.source[0]]
    done = list(Translator(model, WAY, threads=1).translate(lines))
    assert list(Translator(model, WAY, threads=2).translate(lines)) == done
    assert list(Translator(model, WAY, threads=1).translate(lines[::-1])) == done[::-1]
    assert [next(Translator(model, WAY).translate([line])) for line in lines[:20]] == done[:20]


def test_both_directions_are_known_and_no_other(model):
    assert list(model.directions) == ["aa-bb", "bb-aa"]
    for direction in ("aa-cc", "", "aa", "bb-bb", "AA-BB"):
        with pytest.raises(InputError, match="the model has aa-bb, bb-aa"):
            Translator(model, direction)


@pytest.mark.parametrize(
    "unknown",
    ["Łódź", "2026", "3,141.59", "😀", "👩‍👩‍👧", "中文", "naïve", "https://example.org/a?b=c", "O'Neill", "שלום", "№5"],
)
def test_what_the_model_does_not_know_goes_through(cipher, model, unknown):
    words = cipher.source[0].split()
    line = " ".join([*words[:3], unknown, *words[3:]])
    done = next(Translator(model, WAY).translate([line]))
    assert unknown in done.text
    assert 0 < done.copied < 0.5
    assert not done.is_copy


def test_a_line_that_comes_out_as_it_went_in_is_a_copy(model):
    done = next(Translator(model, WAY).translate(["Xyzzy 42 Łódź"]))
    assert done.is_copy
    assert done.copied == 1.0


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=40),
        min_size=1,
        max_size=8,
    )
)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_unicode_gives_a_line_a_line(model, lines):
    done = list(Translator(model, WAY, threads=1).translate(lines))
    assert len(done) == len(lines)
    for line, one in zip(lines, done, strict=True):
        assert len(one.text.splitlines()) == (1 if line.strip() else 0)
        assert "\t" not in one.text
        assert one.text.encode().decode() == one.text
        assert one.bits >= 0
        assert 0 <= one.copied <= 1


def test_a_very_long_line_is_one_line(cipher, model):
    words = " ".join(cipher.source).split()[:3000]
    sentences = [" ".join(words[start : start + 10]) + "." for start in range(0, 1000, 10)]
    done = translate(model, WAY, [" ".join(words), " ".join(sentences), "x" * 100_000])
    assert len(done) == 3
    assert 0.9 < len(done[0].split()) / len(words) < 1.1
    assert len(done[1].split()) > LONG_LINE
    assert cipher.right([" ".join(words)], [done[0]]) > 0.9
    assert done[2] == "x" * 100_000


def test_bits_of_nothing_are_none(model):
    done = list(Translator(model, WAY).translate(["", " "]))
    assert [(one.text, one.bits, one.copied, one.is_copy) for one in done] == [("", 0.0, 0.0, False)] * 2
    assert mean_bits(done) == 0.0
    assert list(Translator(model, WAY).translate([])) == []


def test_true_text_has_fewer_bits_than_words_in_a_mess(cipher, model):
    lines = cipher.source[:100]
    mess = [" ".join(sorted(line.split())) for line in lines]
    true, messy = (mean_bits(list(Translator(model, WAY).translate(text))) for text in (lines, mess))
    assert true < messy


@pytest.fixture
def copied(folder, tmp_path):
    shutil.copytree(folder / "model", tmp_path / "model")
    return tmp_path


FILES = ("model.json", "aa.words.json", "bb.ngrams.npz", "aa-bb.phrases.npz")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("name", FILES)
def test_a_half_written_model_is_told(copied, name, share):
    path = copied / "model" / name
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    is_refused(copied, "Train|train")


@pytest.mark.parametrize("name", FILES)
def test_a_model_that_lacks_a_file_is_told(copied, name):
    (copied / "model" / name).unlink()
    is_refused(copied, "Train it again|Train the model again|Name a")


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
@pytest.mark.parametrize("data", ["[]", "7", "null", "{}", '{"a": {}}'])
def test_a_model_of_other_json_is_told(copied, name, data):
    (copied / "model" / name).write_text(data)
    is_refused(copied, "model=")


def test_files_of_another_model_are_told(copied):
    """A word beyond the vocabulary would be read from beyond the end of an array."""
    words = copied / "model" / "bb.words.json"
    held = json.loads(words.read_text())
    vocabulary = {name: values[:5] for name, values in held["vocabulary"].items()}
    words.write_text(json.dumps({**held, "vocabulary": vocabulary}))
    is_refused(copied, "other words")
    phrases = copied / "model" / "aa-bb.phrases.npz"
    words.write_text(json.dumps(held))
    TranslationModel.load(copied)
    from unmt.mappings.phrase_table import PhraseTable

    PhraseTable.of_options({(0,): [((5000,), (0.0,) * 6)]}, tuple("abcdef")).save(phrases)
    is_refused(copied, "other words")


@pytest.mark.parametrize("change", [{"version": 99}, {"format": "x"}, {"languages": 3}, {"directions": [{}]}])
def test_a_model_of_another_kind_is_told(copied, change):
    header = copied / "model" / "model.json"
    header.write_text(json.dumps({**json.loads(header.read_text()), **change}))
    is_refused(copied, "version 99, this unmt reads|no translation model|damaged")


def test_no_model_is_told(tmp_path):
    is_refused(tmp_path, "holds no model")
    is_refused(tmp_path / "nowhere", "holds no model")
    (tmp_path / "config.yaml").write_text("trainer:\n  rounds: 5\n")
    is_refused(tmp_path, "has not ended")


def is_refused(path, why):
    with pytest.raises(InputError, match=why) as caught:
        TranslationModel.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
