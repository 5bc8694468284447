"""Training a Transformer: it goes on from anywhere to the same bits, and keeps the round that it should."""

import json
import shutil
from functools import partialmethod

import pytest

from unmt.errors import InputError
from unmt.mappings.transformer import Transformer
from unmt.report.train_page import train_page
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_looks import NEVER_WELL, Looks
from unmt.tasks.neural_model import PIECES
from unmt.tasks.neural_settings import NeuralSettings, Objectives
from unmt.tasks.sides import side_of
from unmt.tasks.train_transformer import train_transformer
from unmt.tasks.training_settings import Text
from unmt.text.pieces import Pieces

SMALL = {
    "pieces": 330, "width": 8, "heads": 2, "inner": 8, "encoder_layers": 1, "decoder_layers": 1, "longest": 32,
    "order": 2, "start": "none", "start_rounds": 1, "steps": 2, "tokens": 40, "rate": 0.01, "evaluate_every": 2,
    "objectives": Objectives(alone_until=3), "minutes": None, "rounds": 5, "held_out": 10, "threads": 1,
    "device": "cpu",
}  # fmt: skip


def settings(**changed):
    return NeuralSettings(**SMALL | changed)


class Rows(list):
    """metrics.jsonl as the run directory keeps it."""

    def forget(self, first):
        self[:] = [row for row in self if row["round"] < first]


def train(cipher, folder, rows=None, monitor=None, **changed):
    rows = Rows() if rows is None else rows
    source, target = Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target)
    return train_transformer(source, target, settings(**changed), folder, monitor, rows.append, rows.forget)


def untimed(value):
    """A result, or rows, without what the clock says."""
    if isinstance(value, dict):
        clock = ("seconds", "elapsed", "summary")
        return {key: untimed(entry) for key, entry in value.items() if key not in clock}
    return [untimed(entry) for entry in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def cipher(word_cipher):
    return word_cipher(130, 20, 2)


@pytest.fixture(scope="module")
def whole(cipher, tmp_path_factory):
    """A run that nothing interrupted: its folder, result and rows."""
    folder, rows = tmp_path_factory.mktemp("whole"), Rows()
    result = train(cipher, folder, rows)
    assert result is not None
    return folder, result, rows


@pytest.fixture
def same_end(cipher, whole, model_files):
    """same_end(folder, rows, ...): trains there, and fails where the end is not that of the whole run."""

    def check(folder, rows, **changed):
        result = train(cipher, folder, rows, **changed)
        assert result is not None
        assert model_files(folder) == model_files(whole[0])
        assert untimed(result) == untimed(whole[1])
        assert untimed(list(rows)) == untimed(list(whole[2]))

    return check


def test_every_round_has_a_row_and_some_are_looked_at(whole):
    _, result, rows = whole
    assert [row["round"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["steps"] for row in rows] == [2, 4, 6, 8, 10]
    assert ["aa-bb.two_sided" in row for row in rows] == [False, True, False, True, True]
    assert [entry["round"] for entry in result["rounds"]] == [1, 3, 4]
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_the_same_call_again_changes_nothing(cipher, whole, tmp_path, model_files):
    shutil.copytree(whole[0], tmp_path / "run")
    rows = Rows(whole[2])
    again = train(cipher, tmp_path / "run", rows)
    assert again is not None
    assert untimed(again) == untimed(whole[1])
    assert rows == whole[2]
    assert model_files(tmp_path / "run") == model_files(whole[0])


class Killed(BaseException):
    """As if the process had ended there."""


@pytest.mark.parametrize("number", [0, *(pytest.param(number, marks=pytest.mark.slow) for number in (1, 3))])
def test_killed_between_its_row_and_its_checkpoint_a_round_has_one_row(cipher, tmp_path, number, same_end):
    class Dying(Rows):
        def append(self, row):
            super().append(row)
            if row["round"] == number:
                raise Killed

    rows = Dying()
    with pytest.raises(Killed):
        train(cipher, tmp_path, rows)
    assert [row["round"] for row in rows] == list(range(number + 1))
    same_end(tmp_path, Rows(rows))


@pytest.mark.parametrize("number", [2, 5, *(pytest.param(number, marks=pytest.mark.slow) for number in (0, 1, 3, 7))])
def test_killed_while_it_writes_a_file_it_goes_on_to_the_same_bits(cipher, tmp_path, monkeypatch, number, same_end):
    """The file of this number is not written, nor any other after it: stages, weights of a round, checkpoints."""
    from unmt.text import atomic

    written, write = [], atomic.write_bytes

    def dying(path, data):
        if len(written) == 2 * number:
            raise Killed
        written.append(path)
        write(path, data)

    rows = Rows()
    monkeypatch.setattr(atomic, "write_bytes", dying)
    with pytest.raises(Killed):
        train(cipher, tmp_path, rows)
    monkeypatch.undo()
    same_end(tmp_path, rows)


class Stopping(Monitor):
    """Asks to stop at the report of this number."""

    def __init__(self, number):
        self.number = number

    def update(self, *_):
        self.number -= 1
        self.stop_requested = self.number <= 0


@pytest.mark.parametrize("number", [14, *(pytest.param(number, marks=pytest.mark.slow) for number in (1, 5))])
def test_stopped_at_any_report_it_goes_on_to_the_same_end(cipher, tmp_path, number, same_end):
    rows = Rows()
    assert train(cipher, tmp_path, rows, Stopping(number)) is None
    assert not (tmp_path / "model").exists()
    same_end(tmp_path, rows)


def test_threads_change_nothing(tmp_path, same_end):
    same_end(tmp_path, Rows(), threads=2)


def test_more_rounds_go_on_from_fewer(cipher, tmp_path, same_end):
    rows = Rows()
    assert train(cipher, tmp_path, rows, rounds=2)["chosen_round"] == {"aa-bb": 1, "bb-aa": 1}
    same_end(tmp_path, rows)


def test_the_words_of_a_direction_are_those_of_its_source(cipher, whole):
    """What turns bits a word into bits: words of the sentences that were held out, whichever the direction."""
    pieces = Pieces((whole[0] / "checkpoints" / PIECES).read_bytes(), ("aa", "bb"))
    for name, lines in (("aa", cipher.source), ("bb", cipher.target)):
        side = side_of(name, lines, settings().held_out, 2)
        held_out = [pieces.encode(side.tokeniser.tokens(line))[: settings().longest - 2] for line in side.lines]
        words = sum(len(pieces.decode(row)) for row in held_out)
        way = next(way for way in whole[1]["directions"] if way.startswith(name))
        assert whole[1]["rounds"][-1]["figures"][way]["source_words"] == words


def test_a_look_at_the_end_of_its_minutes_stays_when_a_run_goes_on(cipher, tmp_path):
    rows = Rows()
    first = train(cipher, tmp_path, rows, minutes=1e-6, rounds=None, evaluate_every=3, keep=1)
    assert first is not None
    again = train(cipher, tmp_path, rows, rounds=3, evaluate_every=3, keep=1)
    assert again is not None
    assert [entry["round"] for entry in again["rounds"]] == [0, 2]
    assert untimed(again["rounds"][0]) == untimed(first["rounds"][0])


def test_time_that_is_over_ends_it_with_a_model(cipher, tmp_path):
    rows = Rows()
    result = train(cipher, tmp_path, rows, minutes=1e-6, rounds=None)
    assert result is not None
    assert [row["round"] for row in rows] == [0]
    assert [entry["round"] for entry in result["rounds"]] == [0]
    assert untimed(train(cipher, tmp_path, rows, minutes=1e-6, rounds=None)) == untimed(result)


def entry(number, score, guards=()):
    return {"round": number, "figures": {"a-b": {"two_sided": score}}, "guards": {"a-b": list(guards)}}


def test_guards_end_a_run_that_collapsed_and_one_that_was_never_well(tmp_path):
    looks = Looks(tmp_path)
    for number in range(NEVER_WELL):
        assert not looks.has_collapsed
        looks.entries.append(entry(number, 5.0, ["too short"]))
    assert looks.has_collapsed
    looks.entries = [entry(0, 5.0, ["too short"]), entry(1, 4.0), entry(2, 3.0, ["too short"])]
    assert not looks.has_collapsed
    looks.entries.append(entry(3, 2.0, ["too long"]))
    assert looks.has_collapsed
    assert looks.best["round"] == 1


def test_a_round_that_tripped_a_guard_is_preferred_to_none(tmp_path):
    entries = [entry(0, 9.0), entry(1, 3.0, ["too short"]), entry(2, 2.0, ["too short"]), entry(3, 5.0)]
    assert [found["round"] for found in sorted(entries, key=Looks(tmp_path).preference)] == [3, 0, 2, 1]


def test_the_figure_that_is_named_chooses_the_round(cipher, whole, tmp_path):
    result = train(cipher, tmp_path, selector="round_trip_bleu", evaluate_every=1)
    trips = {
        row["round"]: sum(values["round_trip_bleu"] for values in row["figures"].values())
        for row in result["rounds"]
        if not any(row["guards"].values())
    } or {row["round"]: sum(f["round_trip_bleu"] for f in row["figures"].values()) for row in result["rounds"]}
    assert trips[result["chosen_round"]["aa-bb"]] == max(trips.values())
    assert "chosen by round_trip_bleu" in result["summary"]
    assert "chosen;" in whole[1]["summary"]
    with pytest.raises(InputError, match="begun with other settings"):
        train(cipher, tmp_path)


def compiled_by(backend: str, monkeypatch) -> None:
    monkeypatch.setattr(Transformer, "compile_blocks", partialmethod(Transformer.compile_blocks, backend))


@pytest.mark.parametrize(
    "backend",
    [
        "aot_eager",
        pytest.param(
            "inductor",
            marks=[pytest.mark.slow, pytest.mark.skipif(not shutil.which("g++"), reason="torch needs g++ to compile")],
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")  # torch has some for itself while it compiles
def test_a_net_that_torch_compiles_learns_the_same(cipher, whole, tmp_path, monkeypatch, backend):
    compiled_by(backend, monkeypatch)
    rows = Rows()
    result = train(cipher, tmp_path / "whole", rows, compile=True, threads=2)
    losses = [[row["loss_bits"] for row in some] for some in (rows, whole[2])]
    assert losses[0] == pytest.approx(losses[1], abs=2e-3)
    again = Rows()
    train(cipher, tmp_path / "part", again, compile=True, rounds=2)
    assert untimed(train(cipher, tmp_path / "part", again, compile=True)) == untimed(result)
    with pytest.raises(InputError, match="begun with other settings"):
        train(cipher, tmp_path / "part")


def test_what_there_is_so_far_is_told_at_every_look(cipher, whole, tmp_path):
    told = []
    texts = Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target)
    result = train_transformer(*texts, settings(), tmp_path, looked=told.append)
    assert [[entry["round"] for entry in one["rounds"]] for one in told] == [[1], [1, 3], [1, 3, 4]]
    assert all(one["goes_on"] for one in told)
    assert "goes_on" not in result
    assert untimed(result) == untimed(whole[1]) == untimed({k: v for k, v in told[-1].items() if k != "goes_on"})
    pages = [train_page(one) for one in (*told, result)]
    assert ["while the training went on" in page for page in pages] == [True, True, True, False]


def test_as_many_rounds_are_kept_as_are_asked_for(cipher, tmp_path):
    result = train(cipher, tmp_path, evaluate_every=1, keep=1)
    held = [path.name for path in (tmp_path / "checkpoints").glob("round-*.safetensors")]
    assert held == [f"round-{result['chosen_round']['aa-bb']}.safetensors"]
    # What is kept changes no step: the run may go on with more.
    train(cipher, tmp_path, evaluate_every=1, keep=100, rounds=8)
    assert len(list((tmp_path / "checkpoints").glob("round-*.safetensors"))) == 4


def test_steps_in_bfloat16_are_near_those_in_float32_and_go_on_to_the_same_bits(cipher, whole, tmp_path, model_files):
    rows = Rows()
    result = train(cipher, tmp_path / "whole", rows, precision="bfloat16")
    assert (result["precision"], whole[1]["precision"]) == ("bfloat16", "float32")
    for row, plain in zip(rows, whole[2], strict=True):
        assert row["loss_bits"] == pytest.approx(plain["loss_bits"], rel=0.02)
    assert [row["loss_bits"] for row in rows] != [row["loss_bits"] for row in whole[2]]
    train(cipher, tmp_path / "parts", precision="bfloat16", rounds=2)
    train(cipher, tmp_path / "parts", precision="bfloat16")
    weights = "weights.safetensors"
    assert model_files(tmp_path / "parts")[weights] == model_files(tmp_path / "whole")[weights]


def test_a_schedule_of_the_adversary_is_that_value_round_by_round(cipher, tmp_path):
    def losses(name, **objectives):
        rows = Rows()
        train(cipher, tmp_path / name, rows, rounds=3, objectives=Objectives(alone_until=3, **objectives))
        return [row["loss_bits"] for row in rows]

    never, always = losses("never"), losses("always", adversarial=0.3)
    later = losses("later", schedule="adversarial 0:0 1:0.3")
    assert losses("as always", schedule="adversarial 0:0.3") == always
    assert later[0] == never[0]
    assert later[1] != never[1]
    assert always[0] != never[0]


def test_a_run_that_collapsed_keeps_its_last_good_round_and_stays_ended(cipher, tmp_path, monkeypatch):
    from unmt.tasks import train_transformer as module

    real, looks = module.neural_figures, []

    def collapsing(*arguments):
        looks.append(1)
        found = real(*arguments)
        for values in found.values():
            values["tripped"] = ["copies the source"] if len(looks) > 1 else []
            values["two_sided"] = 10.0 / len(looks)
        return found

    monkeypatch.setattr(module, "neural_figures", collapsing)
    rows = Rows()
    result = train(cipher, tmp_path, rows, evaluate_every=1, rounds=9)
    assert [row["round"] for row in rows] == [0, 1, 2]  # two looks in a row
    assert result["chosen_round"] == {"aa-bb": 0, "bb-aa": 0}
    assert result["verdict"] == "collapsed"
    assert len(list((tmp_path / "checkpoints").glob("round-*.safetensors"))) == 3
    assert untimed(train(cipher, tmp_path, rows, evaluate_every=1, rounds=9)) == untimed(result)
    assert len(looks) == 3


@pytest.mark.parametrize(
    ("name", "keep"),
    [
        ("state.safetensors", 1000), ("state.safetensors", 0), ("data.json", 10), ("pieces.model", 100),
        ("pieces.model", 0),
        ("pieces.aa.ids.npy", 40), ("pieces.bb.ids.npy", None), ("chosen", 300), ("chosen", None),
    ],
)  # fmt: skip
def test_a_damaged_stage_is_named(cipher, whole, tmp_path, name, keep):
    shutil.copytree(whole[0] / "checkpoints", tmp_path / "checkpoints")
    if name == "chosen":
        name = f"round-{whole[1]['chosen_round']['aa-bb']}.safetensors"
    broken = tmp_path / "checkpoints" / name
    broken.write_bytes(broken.read_bytes()[:keep]) if keep is not None else broken.unlink()
    with pytest.raises(InputError) as caught:
        train(cipher, tmp_path)
    assert str(broken).removesuffix(".ids.npy") in str(caught.value)
    assert "Delete" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_settings_texts_and_versions_are_refused(cipher, whole, tmp_path):
    shutil.copytree(whole[0] / "checkpoints", tmp_path / "checkpoints")
    with pytest.raises(InputError, match="begun with other settings"):
        train(cipher, tmp_path, width=16)
    with pytest.raises(InputError, match="begun with other texts"):
        train(type(cipher)([*cipher.source, "one more"], cipher.target, cipher.key), tmp_path)
    held = tmp_path / "checkpoints" / "data.json"
    held.write_text(json.dumps({**json.loads(held.read_text()), "version": "0"}))
    with pytest.raises(InputError, match="begun by unmt"):
        train(cipher, tmp_path)


def test_a_start_of_other_languages_is_refused(trained_cipher, cipher, tmp_path):
    source, target = Text("aa", "a.txt", cipher.source), Text("cc", "b.txt", cipher.target)
    with pytest.raises(InputError, match=r"network\.start=.* the model knows aa, bb, not cc"):
        train_transformer(source, target, settings(start=str(trained_cipher[1])), tmp_path)


def test_a_device_that_is_not_there_is_refused(cipher, tmp_path):
    with pytest.raises(InputError, match="device=nonsense: unknown"):
        train(cipher, tmp_path, device="nonsense")


def test_all_objectives_train_together(cipher, tmp_path):
    objectives = Objectives(
        denoising=0.2, causal=0.2, masked=0.2, spans=0.2, adversarial=0.5, sampled=0.7, alone_until=9
    )
    result = train(cipher, tmp_path, objectives=objectives, steps=6, rounds=2)
    assert result is not None
    assert result["rounds"][-1]["loss_bits"] > 0


def test_of_a_large_text_pieces_are_learned_from_every_language(cipher, tmp_path, monkeypatch):
    """Text of the first language alone fills what sentencepiece may hold."""
    monkeypatch.setattr("unmt.tasks.sides.MOST_CHARACTERS", sum(map(len, cipher.source)) // 3)
    train(cipher, tmp_path, rounds=1)
    pieces = Pieces((tmp_path / "checkpoints" / PIECES).read_bytes(), ("aa", "bb"))
    for lines in (cipher.source, cipher.target):
        words = [word for line in lines for word in line.split()]
        assert len(pieces.encode(words)) < 0.7 * sum(map(len, words))
