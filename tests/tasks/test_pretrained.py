"""Training that starts from an encoder-decoder of `transformers`: tiny ones with random weights, made here."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from unmt.cli.main import status
from unmt.errors import InputError
from unmt.mappings.pretrained import Pretrained, load_pretrained
from unmt.mappings.pretrained_folder import folder_sha256
from unmt.mappings.sequence_batch import batch_of, padded
from unmt.mappings.sequence_net import Dropout
from unmt.objectives.sequence_likelihood import Output, pair_nats, sentence_nats
from unmt.solvers.sequence_search import Search, search
from unmt.tasks.export import export
from unmt.tasks.models import load_model, translate
from unmt.tasks.neural_model import NeuralModel
from unmt.tasks.neural_settings import Objectives, PretrainedSettings
from unmt.tasks.train_transformer import train_transformer
from unmt.tasks.training_settings import Text
from unmt.text.library_quiet import library_quiet
from unmt.text.pieces import END_ID

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

KINDS = ("t5", "bart", "m2m")
SPECIAL = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
LANGUAGES = ("en", "fr")


def made(kind, folder, lines):
    """A folder as save_pretrained writes it.

    t5: pieces of a unigram model and relative positions; bart: pieces of bytes, `<s>` before a sentence; m2m:
    sentencepiece, and codes of languages on both sides.
    """
    import transformers

    folder.mkdir(parents=True)
    tokenizer = {"t5": unigram, "bart": byte_pairs, "m2m": sentencepieces}[kind](folder, lines)
    small = {
        "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 16,
        "decoder_attention_heads": 2, "decoder_ffn_dim": 16, "max_position_embeddings": 128,
    }  # fmt: skip
    size = len(tokenizer)
    torch.manual_seed(0)
    if kind == "t5":
        config = transformers.T5Config(
            vocab_size=size, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, decoder_start_token_id=0
        )
        net = transformers.T5ForConditionalGeneration(config)
    elif kind == "bart":
        ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
        net = transformers.BartForConditionalGeneration(transformers.BartConfig(vocab_size=size, **small, **ids))
    else:  # a hundred languages, and eight of nobody
        config = transformers.M2M100Config(vocab_size=size + 108, **small)
        net = transformers.M2M100ForConditionalGeneration(config)
    with library_quiet():
        net.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def unigram(_, lines):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.Unigram())
    core.pre_tokenizer, core.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    special = {"special_tokens": ["<pad>", "</s>", "<unk>", "<extra_id_0>"], "unk_token": "<unk>"}
    core.train_from_iterator(lines, trainers.UnigramTrainer(vocab_size=120, show_progress=False, **special))
    core.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(tokenizer_object=core, additional_special_tokens=["<extra_id_0>"], **SPECIAL)


def byte_pairs(_, lines):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer, core.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special, alphabet = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(
        lines,
        trainers.BpeTrainer(vocab_size=350, special_tokens=special, initial_alphabet=alphabet, show_progress=False),
    )
    around = [("<s>", 0), ("</s>", 2)]
    core.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=around)
    names = {**SPECIAL, "bos_token": "<s>", "mask_token": "<mask>"}
    return PreTrainedTokenizerFast(tokenizer_object=core, **names)


def sentencepieces(folder, lines):
    import sentencepiece
    from transformers import M2M100Tokenizer

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(folder / "sp"), vocab_size=120, hard_vocab_limit=False,
        minloglevel=2,
    )  # fmt: skip
    core = sentencepiece.SentencePieceProcessor(model_file=str(folder / "sp.model"))
    names = ["<s>", "<pad>", "</s>", "<unk>"]
    names += [name for id_ in range(len(core)) if (name := core.id_to_piece(id_)) not in names]
    (folder / "names.json").write_text(json.dumps({name: id_ for id_, name in enumerate(names)}))
    tokenizer = M2M100Tokenizer(str(folder / "names.json"), str(folder / "sp.model"))
    for left in ("names.json", "sp.model", "sp.vocab"):
        (folder / left).unlink()
    return tokenizer


@pytest.fixture(scope="module")
def cipher(word_cipher):
    long = word_cipher(130, 20, 2)
    short = [[" ".join(line.split()[:4]) for line in lines] for lines in (long.source, long.target)]
    return type(long)(*short, long.key)


@pytest.fixture(scope="module")
def folders(cipher, tmp_path_factory):
    """A net of each kind, by its name."""
    there, lines = tmp_path_factory.mktemp("nets"), [*cipher.source, *cipher.target]
    return {kind: made(kind, there / kind, lines) for kind in KINDS}


@pytest.fixture(params=KINDS)
def loaded(request, folders, cipher):
    """A net, its vocabulary, sentences of both languages, and the symbols that may be written."""
    net, pieces = load_pretrained(folders[request.param], LANGUAGES, 256, 0)
    rows = [
        [np.array(pieces.encode(line.split()[:3]), np.int32) for line in lines[:6]]
        for lines in (cipher.source, cipher.target)
    ]
    allowed = torch.from_numpy(np.union1d(np.concatenate(rows[1]), [END_ID]).astype(np.int64))
    return net, pieces, rows, allowed


def batch(loaded):
    _, pieces, rows, _ = loaded
    return batch_of(*rows, END_ID, pieces.language_id("fr"), 0, 1, pieces.source_id("en"))


def test_words_come_back_from_their_pieces(loaded, cipher):
    pieces = loaded[1]
    for line in cipher.source[:5]:
        assert pieces.decode(pieces.encode(line.split())) == line.split()
    assert pieces.begins_word[pieces.encode(cipher.source[0].split())].sum() == len(cipher.source[0].split())
    assert all(id_ >= 4 or id_ == 1 for id_ in pieces.encode(["</s>", "<pad>", "日本"]))


def test_scores_are_those_of_the_library(loaded):
    """With its tokenizer's own way to write a source, and labels that it shifts itself or not."""
    net, pieces, rows, _ = loaded
    given, layout = batch(loaded), net.layout
    tag, first = net.table[pieces.language_id("fr")].item(), layout.first
    text = pieces.tokenizer.decode(rows[0][0] - first)
    own = torch.tensor([pieces.tokenizer(text).input_ids])
    target = torch.tensor([[*layout.start, tag, *(rows[1][0] - first)]])
    with torch.no_grad():
        wanted = net.model(input_ids=own, decoder_input_ids=target).logits[0, len(layout.start) :]
        encoded, mask = net.encode(given.source)
        found = net.decode(given.given, encoded, mask)[0, : len(rows[1][0]) + 1]
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("beam", [1, 3])
def test_step_by_step_it_says_what_it_scores(loaded, beam):
    net, pieces, rows, allowed = loaded
    how = Search(pieces.language_id("fr"), END_ID, allowed, beam, source_tag=pieces.source_id("en"), ratio=0.0, slack=6)
    found = search(net, rows[0], how)
    alone = [search(net, [row], how)[0] for row in rows[0]]
    assert [result.ids.tolist() for result in found] == [result.ids.tolist() for result in alone]
    full = [place for place, result in enumerate(found) if len(result.ids) == 6]  # these have no end
    ended = [place for place in range(len(found)) if place not in full]
    targets = [result.ids for result in found]
    told = batch_of(rows[0], targets, END_ID, how.tag, 0, 1, how.source_tag)
    nats = sentence_nats(net, told, Output.of(allowed, len(pieces)))
    for place in ended:
        assert found[place].nats == pytest.approx(float(nats[place]), rel=1e-4)
    for place in full:
        assert found[place].nats < float(nats[place])


def test_what_is_dropped_is_a_function_of_the_generator(loaded):
    net, pieces, _, allowed = loaded
    output = Output.of(allowed, len(pieces))

    def nats(seed):
        dropout = Dropout.of(0.1, seed, torch.device("cpu"))
        return float(pair_nats(net, batch(loaded), output, dropout=dropout)[0].detach())

    assert nats(1) == nats(1)
    assert nats(1) != nats(2)
    assert float(pair_nats(net, batch(loaded), output)[0].detach()) == pytest.approx(
        float(sentence_nats(net, batch(loaded), output).sum()), rel=1e-5
    )


def test_languages_are_told_by_codes_or_by_new_symbols(folders):
    net, pieces = load_pretrained(folders["m2m"], LANGUAGES, 256, 0)
    codes = pieces.tokenizer.lang_code_to_id
    assert net.layout.tags == (codes["en"], codes["fr"])
    assert net.layout.names_source
    new, other = load_pretrained(folders["t5"], LANGUAGES, 256, 0)
    rows = len(new.model.get_input_embeddings().weight)
    assert new.layout.tags == (rows - 2, rows - 1)
    assert other.source_id("en") is None


def settings(folder, **changed):
    small = {
        "order": 2, "start": "none", "start_rounds": 1, "steps": 2, "tokens": 40, "rate": 0.001, "evaluate_every": 2,
        "objectives": Objectives(alone_until=3), "minutes": None, "rounds": 3, "held_out": 10, "threads": 1,
        "device": "cpu", "path": str(folder), "sha256": folder_sha256(folder), "longest": 64,
    }  # fmt: skip
    return PretrainedSettings(**small | changed)


def train(cipher, run, how, metrics=None):
    texts = (
        Text(name, f"{name}.txt", lines) for name, lines in zip(LANGUAGES, (cipher.source, cipher.target), strict=True)
    )
    return train_transformer(*texts, how, run, None, metrics)


def weights(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted((run / "model").rglob("*.*"))}


@pytest.fixture(scope="module")
def runs(cipher, folders, tmp_path_factory):
    """A run from each kind, and its result."""
    there = tmp_path_factory.mktemp("runs")
    return {kind: (there / kind, train(cipher, there / kind, settings(folders[kind]))) for kind in KINDS}


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("kind", KINDS)
def test_killed_it_goes_on_to_the_same_bits_whatever_the_threads(cipher, folders, runs, tmp_path, kind):
    def dying(row):
        if row["round"] == 1:
            raise Killed

    with pytest.raises(Killed):
        train(cipher, tmp_path, settings(folders[kind]), dying)
    assert not (tmp_path / "model").exists()
    assert train(cipher, tmp_path, settings(folders[kind], threads=2)) is not None
    assert weights(tmp_path) == weights(runs[kind][0])


def test_it_takes_turns_with_the_lexicon_model(cipher, folders, tmp_path):
    how = settings(folders["t5"], start="lexicon", force=True, turns=1, turn_rounds=1, rounds=2)
    result = train(cipher, tmp_path, how)
    assert result is not None
    assert [turn["is_made"] for turn in result["turns"]] == [True]
    teacher = NeuralModel.load(tmp_path / "turns" / "1")
    assert isinstance(teacher.net, Pretrained)
    again = train(cipher, tmp_path, how)
    assert again is not None
    assert again["samples"] == result["samples"]


@pytest.mark.parametrize("kind", ["t5", "m2m"])
def test_three_languages_train_one_net(cipher, folders, tmp_path, kind):
    third = Text("de", "de.txt", [line[::-1] for line in cipher.target])
    source, target = Text("en", "en.txt", cipher.source), Text("fr", "fr.txt", cipher.target)
    result = train_transformer(source, target, settings(folders[kind], rounds=2), tmp_path, more=[third])
    assert result is not None
    assert len(result["directions"]) == 6
    assert len(translate(load_model(tmp_path), "de-fr", third.lines[:3], threads=1)) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_a_model_that_translates(cipher, folders, runs, kind):
    run, result = runs[kind]
    assert result["network"] == "pretrained"
    assert [entry["round"] for entry in result["rounds"]] == [1, 2]
    model = load_model(run)
    done = translate(model, "en-fr", [cipher.source[0], "", cipher.source[1]])
    assert done[1] == ""
    moved, _ = load_pretrained(folders[kind], LANGUAGES, 64, 0)
    assert any(
        not torch.equal(one, other) for one, other in zip(moved.parameters(), model.net.parameters(), strict=True)
    )


def test_a_folder_that_changed_is_another_run(cipher, folders, runs, tmp_path):
    shutil.copytree(runs["t5"][0], tmp_path / "run")
    moved = shutil.copytree(folders["t5"], tmp_path / "moved")
    assert train(cipher, tmp_path / "run", settings(moved)) is not None
    with pytest.raises(InputError, match="begun with other settings"):
        train(cipher, tmp_path / "run", replace(settings(moved), sha256="0"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_library_generates_our_translations_from_an_export(cipher, runs, tmp_path, kind):
    from transformers import AutoModelForSeq2SeqLM, GenerationConfig

    run, _ = runs[kind]
    export(run, "transformers", tmp_path / "out")
    model = load_model(run)
    rows = [np.array(model.pieces.encode(line.split()), np.int32) for line in cipher.source[:3]]
    how = replace(model.search("fr", 1, source="en"), ratio=0.0, slack=8)
    wanted = [result.ids.tolist() for result in search(model.net, rows, how)]
    with library_quiet():
        net = AutoModelForSeq2SeqLM.from_pretrained(tmp_path / "out")
        generation = GenerationConfig.from_pretrained(tmp_path / "out", "generation_config.en-fr.json")
    layout = model.net.layout
    for row, text in zip(rows, wanted, strict=True):
        ids, mask = model.net._source(padded([row], first=how.source_tag, last=END_ID))
        said = net.generate(
            ids, attention_mask=mask.long(), generation_config=generation, num_beams=1, early_stopping=False,
            max_new_tokens=9 + len(layout.start),  # where it ends at once, the library may say so first
        )[0, 1 + len(layout.start) :][:8].tolist()  # fmt: skip
        assert [id_ for id_ in said if id_ not in {layout.end, layout.pad}] == [id_ - layout.first for id_ in text]
    with pytest.raises(InputError, match="Take format=transformers"):
        export(run, "ctranslate2", tmp_path / "other")


FILES = ("source.language=en", "source.train=a.txt", "target.language=fr", "target.train=b.txt")


def refused(capsys, *options) -> str:
    assert status(["train", *FILES, "network=pretrained", "run.dir=out", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not Path("out").exists() or not Path("out/result.json").exists()
    return said.err


def test_what_is_no_such_net_is_refused_in_a_line(cipher, folders, tmp_path, monkeypatch, capsys):
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        SwitchTransformersConfig,
        SwitchTransformersForConditionalGeneration,
    )

    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("\n".join(cipher.source) + "\n")
    Path("b.txt").write_text("\n".join(cipher.target) + "\n")
    assert "no such folder" in refused(capsys, "network.path=nowhere")
    Path("bare").mkdir()
    assert "no config.json" in refused(capsys, "network.path=bare")
    Path("bare/config.json").write_text("{")
    assert "config.json is broken" in refused(capsys, "network.path=bare")
    pickled = shutil.copytree(folders["t5"], "pickled")
    (Path(pickled) / "model.safetensors").rename(Path(pickled) / "pytorch_model.bin")
    assert "nothing is unpickled" in refused(capsys, "network.path=pickled")
    with library_quiet():
        GPT2LMHeadModel(GPT2Config(vocab_size=20, n_embd=8, n_layer=1, n_head=1)).save_pretrained("gpt")
    assert "no encoder-decoder (model_type gpt2)" in refused(capsys, "network.path=gpt")
    shutil.copytree(folders["t5"], "cut")
    whole = Path("cut/model.safetensors").read_bytes()
    Path("cut/model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert "network.path=" in refused(capsys, "network.path=cut", "network.start=none", "trainer.device=cpu")
    bare = Path(shutil.copytree(folders["t5"], "words"))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (bare / name).unlink()
    assert "there is no tokenizer" in refused(capsys, "network.path=words", "network.start=none", "trainer.device=cpu")
    experts = SwitchTransformersConfig(
        vocab_size=90, d_model=16, d_kv=8, d_ff=16, num_layers=2, num_heads=2, num_experts=2, decoder_start_token_id=0
    )
    with library_quiet():
        SwitchTransformersForConditionalGeneration(experts).save_pretrained("experts")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(Path(folders["t5"]) / name, "experts")
    told = refused(capsys, "network.path=experts", "network.start=none", "trainer.device=cpu")
    assert "nets of the kind switch_transformers cannot be trained here" in told
    there = f"network.path={folders['t5']}"
    assert "network.width=64 is of network=transformer" in refused(capsys, there, "network.width=64")
    assert "objectives.masked=0.1" in refused(capsys, there, "objectives.masked=0.1")
    assert "network.path= is missing" in refused(capsys)
    assert status(["train", *FILES, "network=transformer", there]) == 2


def test_nets_that_cannot_serve_two_languages_are_refused(folders, tmp_path, monkeypatch):
    def changed(name, **values):
        folder = tmp_path / name
        shutil.copytree(folders["bart"], folder)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | values))
        return folder

    with pytest.raises(InputError, match="one vocabulary to read and another to write"):
        load_pretrained(changed("two", share_encoder_decoder_embeddings=False), LANGUAGES, 64, 0)
    with pytest.raises(InputError, match=r"no encoder-decoder can be loaded|another shape"):
        load_pretrained(changed("short", max_position_embeddings=12), LANGUAGES, 64, 0)

    def refuses(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr("transformers.BartForConditionalGeneration.resize_token_embeddings", refuses)
    with pytest.raises(InputError, match=r"takes no new symbols\. Name the languages by its codes"):
        load_pretrained(folders["bart"], LANGUAGES, 64, 0)


def test_the_command_trains_and_translates(unmt, cipher, folders, tmp_path):
    (tmp_path / "a.txt").write_text("\n".join(cipher.source) + "\n")
    (tmp_path / "b.txt").write_text("\n".join(cipher.target) + "\n")
    done = unmt(
        "train", *FILES, "network=pretrained", f"network.path={folders['m2m']}", "network.longest=64",
        "network.order=2", "trainer.force=true", "trainer.device=cpu", "trainer.start_rounds=1", "trainer.steps=4",
        "trainer.tokens=40", "trainer.rounds=2", "trainer.held_out=12", "run.dir=out", "threads=1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "out/model" in done.stderr
    assert "Warning" not in done.stderr
    result = json.loads((tmp_path / "out" / "result.json").read_text())
    assert result["settings"]["rate"] == 0.0001
    assert (tmp_path / "out" / "lexicon").is_dir()  # what it started from
    said = unmt("translate", "model=out", "direction=en-fr", input=cipher.source[0] + "\n")
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert len(said.stdout.splitlines()) == 1
