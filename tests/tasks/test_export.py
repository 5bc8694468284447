"""An exported model gives our own translations, symbol for symbol, in the other program."""

import contextlib
import io
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import unmt
from unmt.coding.word_ngrams import WordNgrams
from unmt.errors import InputError
from unmt.mappings.sequence_batch import batch_of, padded
from unmt.mappings.transformer import PAD, Shape, Transformer
from unmt.objectives.sequence_likelihood import Output, sentence_nats
from unmt.solvers.sequence_search import Search, search
from unmt.tasks import export as export_module
from unmt.tasks.export import export
from unmt.tasks.neural_model import BEAM, NeuralModel
from unmt.tasks.neural_translate import NeuralTranslator
from unmt.tasks.translation_model import Language
from unmt.text.pieces import END_ID, Pieces
from unmt.text.tokeniser import Tokeniser
from unmt.text.vocabulary import Vocabulary
from unmt.text.word_corpus import WordCorpus

SAMPLES = Path(unmt.__file__).parent / "samples"
LANGUAGES, MOST = ("en", "fr"), 25
BEAMS = (1, 4, 8)


def lines_of(language):
    if language == "back":
        return [line[-2::-1].lower() + "." for line in lines_of("en")]
    return (SAMPLES / f"harbour.{language}.txt").read_text(encoding="utf-8").splitlines()[:200]


@pytest.fixture(scope="module")
def model():
    return model_of(LANGUAGES)


def model_of(names):
    """A net with random weights, and a share of the symbols for each language."""
    torch.set_num_threads(1)
    languages, sentences = {}, {}
    for name in names:
        lines = lines_of(name)
        tokeniser = Tokeniser.learn(lines)
        sentences[name] = [tokeniser.tokens(line) for line in lines]
        vocabulary = Vocabulary.of(sentences[name])
        corpus = WordCorpus.of(sentences[name], vocabulary)
        ngrams = WordNgrams.fit(corpus.ids, corpus.starts, len(vocabulary), 1)
        languages[name] = Language(name, tokeniser, vocabulary, ngrams)
    pieces = Pieces.learn([line for name in names for line in sentences[name]], names, 400)
    shape = Shape(len(pieces), width=16, heads=2, inner=32, encoder_layers=2, decoder_layers=3, longest=64)
    net = Transformer(shape, torch.Generator().manual_seed(5)).eval()
    with torch.no_grad():
        for weight in net.parameters():
            weight.mul_(2.0)
        net.decoder_norm.bias += 0.1 * torch.randn(shape.width, generator=torch.Generator().manual_seed(1))
        # Ends are made likely enough to come at many lengths.
        end = net.embedding.weight[END_ID]
        net.decoder_norm.bias += 5.0 * end / end.dot(end)
    pieces_of = np.arange(300, len(pieces))
    allowed = {
        name: np.array([END_ID, *pieces_of[number :: len(names)]], np.int64) for number, name in enumerate(names)
    }
    return NeuralModel(languages, pieces, net, allowed)


@pytest.fixture(scope="module")
def run(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model.save(folder / "model")
    return folder


@pytest.fixture(scope="module")
def in_transformers(run):
    """The folder for transformers, and the model that it loads there."""
    export(run, "transformers", run / "hf")
    from transformers import M2M100ForConditionalGeneration

    made, found = M2M100ForConditionalGeneration.from_pretrained(run / "hf", output_loading_info=True)
    assert not any(found[name] for name in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    return run / "hf", made


@pytest.fixture(scope="module")
def in_ctranslate2(run):
    """The folder for CTranslate2, and the translators of its directions."""
    ctranslate2 = pytest.importorskip("ctranslate2", reason="the extra `export` is not installed")
    export(run, "ctranslate2", run / "ct2")
    folders = {way: str(run / "ct2" / way) for way in ("en-fr", "fr-en")}
    made = {way: ctranslate2.Translator(path, intra_threads=1) for way, path in folders.items()}
    return run / "ct2", made


def sources(model, language):
    tokeniser = model.languages[language].tokeniser
    return [np.array(model.pieces.encode(tokeniser.tokens(line)), np.int32) for line in lines_of(language)[:40]]


def ours(model, way, beam):
    source, target = way.split("-")
    how = model.search(target, beam)
    how = Search(how.tag, how.end, how.allowed, beam, how.length_power, ratio=0.0, slack=MOST)
    return search(model.net, sources(model, source), how)


def plain(found):
    return [result.ids.tolist() for result in found]


@pytest.mark.parametrize("way", ["en-fr", "fr-en"])
@pytest.mark.parametrize("beam", BEAMS)
def test_transformers_generates_our_translations(model, in_transformers, way, beam):
    from transformers import GenerationConfig

    folder, made = in_transformers
    wanted = plain(ours(model, way, beam))
    assert len({len(text) for text in wanted}) > 3  # they end, and at several places
    ids = padded(sources(model, way[:2]), last=END_ID)
    how = GenerationConfig.from_pretrained(folder, f"generation_config.{way}.json")
    done = made.generate(
        ids, attention_mask=(ids != PAD).long(), generation_config=how, num_beams=beam, max_new_tokens=MOST
    )
    assert [[id_ for id_ in row if id_ not in (PAD, END_ID)] for row in done[:, 1:].tolist()] == wanted


def test_transformers_has_our_logits(model, in_transformers):
    _, made = in_transformers
    batch = batch_of(sources(model, "en"), sources(model, "fr"), END_ID, model.pieces.language_id("fr"), 0, 1)
    with torch.no_grad():
        encoded, mask = model.net.encode(batch.source)
        wanted = model.net.logits(model.net.decode(batch.given, encoded, mask))
        done = made(input_ids=batch.source, attention_mask=(batch.source != PAD).long(), decoder_input_ids=batch.given)
    at = batch.wanted != PAD
    shares = (logits[at].log_softmax(dim=-1) for logits in (done.logits, wanted))
    # Random weights make much of the last bit of a float; positions one place off would show in whole nats.
    torch.testing.assert_close(*shares, rtol=1e-2, atol=5e-2)


@pytest.mark.parametrize("way", ["en-fr", "fr-en"])
@pytest.mark.parametrize("beam", BEAMS)
def test_ctranslate2_gives_our_translations(model, in_ctranslate2, way, beam):
    _, made = in_ctranslate2
    names = model.pieces.names
    texts = [[names[id_] for id_ in row] for row in sources(model, way[:2])]
    done = made[way].translate_batch(texts, beam_size=beam, min_decoding_length=0, max_decoding_length=MOST)
    wanted = [[names[id_] for id_ in row] for row in plain(ours(model, way, beam))]
    assert [found.hypotheses[0] for found in done] == wanted


def test_ctranslate2_scores_as_we_do(model, in_ctranslate2):
    _, made = in_ctranslate2
    names = model.pieces.names
    rows, texts = sources(model, "en"), [row for row in plain(ours(model, "en-fr", 1)) if row]
    rows = rows[: len(texts)]
    batch = batch_of(rows, [np.array(t, np.int32) for t in texts], END_ID, model.pieces.language_id("fr"), 0, 1)
    output = Output.of(torch.from_numpy(model.allowed["fr"]), len(model.pieces))
    with torch.no_grad():
        wanted = sentence_nats(model.net, batch, output).tolist()
    done = made["en-fr"].score_batch([[names[i] for i in row] for row in rows], [[names[i] for i in t] for t in texts])
    assert [-sum(found.log_probs) for found in done] == pytest.approx(wanted, rel=1e-3, abs=1e-2)


@pytest.mark.parametrize("form", ["transformers", "ctranslate2"])
def test_the_example_beside_a_model_translates_as_we_do(model, request, monkeypatch, capfd, form):
    folder, _ = request.getfixturevalue(f"in_{form}")
    lines = [line.lower() for line in lines_of("en")[:4]]
    monkeypatch.setattr(sys, "argv", ["translate.py", "en-fr"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(folder / "translate.py"))
    assert "deprecated" not in capfd.readouterr().err
    wanted = [done.text for done in NeuralTranslator(model, "en-fr", ngrams=0.0, threads=1).translate(lines)]
    assert said.getvalue().splitlines() == wanted
    assert "en-fr" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("form", ["transformers", "ctranslate2"])
def test_the_example_keeps_to_what_the_net_has_room_for(model, request, monkeypatch, form):
    folder, _ = request.getfixturevalue(f"in_{form}")
    monkeypatch.setattr(sys, "argv", ["translate.py", "en-fr"])
    monkeypatch.setattr(sys, "stdin", io.StringIO(" ".join(lines_of("en")[:40]).lower() + "\n" + "a dog\n"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(folder / "translate.py"))
    lines = said.getvalue().splitlines()
    assert len(lines) == 2
    assert all(len(model.pieces.encode(line.split())) < 2 * model.net.longest for line in lines)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """A net of three languages, and its run directory."""
    model, folder = model_of((*LANGUAGES, "back")), tmp_path_factory.mktemp("three")
    model.save(folder / "model")
    return model, folder


def test_transformers_has_all_directions_of_three_languages(three):
    from transformers import GenerationConfig, M2M100ForConditionalGeneration

    model, folder = three
    export(folder, "transformers", folder / "hf")
    made = M2M100ForConditionalGeneration.from_pretrained(folder / "hf")
    assert len(model.directions) == 6
    for way in model.directions:
        how = GenerationConfig.from_pretrained(folder / "hf", f"generation_config.{way}.json")
        ids = padded(sources(model, way.split("-")[0]), last=END_ID)
        assert how.num_beams == BEAM
        done = made.generate(
            ids, attention_mask=(ids != PAD).long(), generation_config=how, num_beams=4, max_new_tokens=MOST
        )
        found = [[id_ for id_ in row if id_ not in (PAD, END_ID)] for row in done[:, 1:].tolist()]
        assert found == plain(ours(model, way, 4))


def test_ctranslate2_has_a_folder_for_each_direction_of_three_languages(three):
    ctranslate2 = pytest.importorskip("ctranslate2", reason="the extra `export` is not installed")
    model, folder = three
    export(folder, "ctranslate2", folder / "ct2")
    names = model.pieces.names
    assert {path.name for path in (folder / "ct2").iterdir() if path.is_dir()} == set(model.directions)
    for way in model.directions:
        texts = [[names[id_] for id_ in row] for row in sources(model, way.split("-")[0])]
        translator = ctranslate2.Translator(str(folder / "ct2" / way), intra_threads=1)
        done = translator.translate_batch(texts, beam_size=4, min_decoding_length=0, max_decoding_length=MOST)
        wanted = [[names[id_] for id_ in row] for row in plain(ours(model, way, 4))]
        assert [found.hypotheses[0] for found in done] == wanted


def test_a_lexicon_model_is_refused(trained_cipher, tmp_path):
    _, folder = trained_cipher
    with pytest.raises(InputError, match="network=lexicon"):
        export(folder, "transformers", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_package_that_is_missing_is_named_with_its_extra(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(InputError, match=r"pip install 'unmt\[export\]'"):
        export(run, "ctranslate2", tmp_path / "out")


def test_nothing_is_written_over_and_nothing_is_left_half_written(run, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="something already"):
        export(run, "ctranslate2", tmp_path / "full")

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "_write_transformers", broken)
    with pytest.raises(InputError, match="No space left"):
        export(run, "transformers", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_an_unknown_format_is_refused(run, tmp_path):
    with pytest.raises(InputError, match="transformers or ctranslate2"):
        export(run, "onnx", tmp_path / "out")
