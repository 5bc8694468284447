"""Training from two unpaired texts: what it finds, that it can be stopped anywhere, and what it refuses."""

import json
import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from unmt.errors import InputError
from unmt.solvers.context_lexicon import LexiconReport
from unmt.tasks import sides
from unmt.tasks.models import translate
from unmt.tasks.monitor import Monitor
from unmt.tasks.sides import lexicon_lines, side_of, training_lines
from unmt.tasks.train_lexicon import train_lexicon
from unmt.tasks.training_settings import Settings, Text
from unmt.tasks.translation_model import TranslationModel

SMALL = Settings(rounds=2, held_out=30, order=3, beam=2, force=True, threads=1)


def texts(cipher):
    return Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", cipher.target)


@pytest.fixture(scope="module")
def small(word_cipher):
    return word_cipher(250, 30, 2)


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory):
    """A run that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    result = train_lexicon(*texts(small), SMALL, folder)
    assert result is not None
    return folder, result


def test_a_word_cipher_is_read_from_two_unpaired_halves(word_cipher, tmp_path):
    cipher = word_cipher(1500, 80, 1)
    result = train_lexicon(*texts(cipher), Settings(rounds=1, held_out=100, order=3, beam=4, force=True), tmp_path)
    assert result is not None
    assert result["seconds"] < 60  # a few seconds where the cores are free
    model = TranslationModel.load(tmp_path)
    some, others = cipher.source[:400], cipher.target[:400]
    assert cipher.right(some, translate(model, "aa-bb", some)) >= 0.95
    back = type(cipher)(others, some, {word: plain for plain, word in cipher.key.items()})
    assert back.right(others, translate(model, "bb-aa", others)) >= 0.95
    assert result["chosen_round"] == {"aa-bb": 1, "bb-aa": 1}


def test_round_0_writes_the_word_that_one_language_alone_has(word_cipher, known_lexicons, tmp_path, monkeypatch):
    cipher = word_cipher(1500, 300, 1)
    marked = set(sorted(cipher.key.values())[::2])

    def with_marks(words):
        return " ".join(f"zu {word}" if word in marked else word for word in words)

    target = [with_marks(line.split()) for line in cipher.target]
    # The words are known, but for the mark: what round 0 makes of them is what is tried.
    monkeypatch.setattr("unmt.solvers.function_words.FUNCTION_WORDS", 1)
    monkeypatch.setattr("unmt.text.collocations.LEAST_COUNT", 10**6)
    monkeypatch.setattr("unmt.tasks.lexicon_stage.build_lexicon", lambda a, b, **_: known_lexicons(a, b, cipher.key))
    settings = Settings(rounds=0, held_out=100, order=3, beam=4, force=True, threads=1)
    result = train_lexicon(Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", target), settings, tmp_path)
    assert result is not None
    model = TranslationModel.load(tmp_path)
    some = cipher.source[:200]
    wanted = [with_marks(map(cipher.key.get, line.split())) for line in some]
    assert cipher.right(some, translate(model, "aa-bb", some)) >= 0.99
    marks = [sum(line.split().count("zu") for line in lines) for lines in (translate(model, "aa-bb", some), wanted)]
    assert 0.8 * marks[1] <= marks[0] <= marks[1]
    plain = {word: name for name, word in cipher.key.items()}
    others = target[:200]
    same = [
        sorted(back.split()) == sorted(plain[word] for word in line.split() if word != "zu")
        for line, back in zip(others, translate(model, "bb-aa", others), strict=True)
    ]
    assert sum(same) >= 0.9 * len(same)


def test_round_0_writes_two_words_for_one_that_the_other_language_has(
    word_cipher, known_lexicons, tmp_path, monkeypatch
):
    cipher = word_cipher(2000, 60, 4)
    in_two = {word: f"{word}a {word}o" for word in list(cipher.key.values())[5:25]}
    target = [" ".join(in_two.get(word, word) for word in line.split()) for line in cipher.target]
    key = {name: word for name, word in cipher.key.items() if word not in in_two}
    monkeypatch.setattr("unmt.solvers.function_words.FUNCTION_WORDS", 0)
    monkeypatch.setattr("unmt.tasks.lexicon_stage.build_lexicon", lambda a, b, **_: known_lexicons(a, b, key))
    settings = Settings(rounds=0, held_out=100, order=3, beam=4, force=True, threads=1)
    assert train_lexicon(Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", target), settings, tmp_path)
    made = translate(TranslationModel.load(tmp_path), "aa-bb", cipher.source[:200])
    found = [
        in_two[cipher.key[word]] in done
        for line, done in zip(cipher.source[:200], made, strict=True)
        for word in line.split()
        if cipher.key[word] in in_two
    ]
    assert sum(found) >= 0.8 * len(found) > 0


def test_rounds_write_both_words_that_the_other_language_has_for_one(word_cipher, tmp_path):
    cipher = word_cipher(1000, 80, 1)
    forms = {word: (f"{word}e", word) for word in list(cipher.key.values())[3:40:4]}
    rng = np.random.default_rng(0)

    def said(word):
        return forms[word][int(rng.random() < 0.6)] if word in forms else word

    target = [" ".join(map(said, line.split())) for line in cipher.target]
    settings = Settings(rounds=3, held_out=100, order=3, beam=4, force=True, threads=1)
    assert train_lexicon(Text("aa", "a.txt", cipher.source), Text("bb", "b.txt", target), settings, tmp_path)
    made = translate(TranslationModel.load(tmp_path), "aa-bb", cipher.source)
    written = Counter(word for line in made for word in line.split())
    shares = [written[rarer] / (written[rarer] + written[other]) for rarer, other in forms.values()]
    assert 0.25 <= np.median(shares) <= 0.5  # 0.4 in the target text; some 0.15 where the best word is always taken


@pytest.fixture
def known_lexicons(lexicon_of):
    """What build_lexicon gives, for a key: a lexicon and the one back."""

    def made(source, target, key):
        names, back = (source.vocabulary, target.vocabulary), {b: a for a, b in key.items()}
        return lexicon_of(*names, key), lexicon_of(*names[::-1], back), LexiconReport()

    return made


def test_the_code_length_of_the_chosen_rounds_is_told(whole):
    result = whole[1]
    assert [code["name"] for code in result["code_lengths"]] == result["directions"]
    for code in result["code_lengths"]:
        way = code["name"]
        figures = result["rounds"][result["chosen_round"][way]]["figures"][way]
        assert code["unit"] == "word"
        assert code["units"] == figures["source_words"] > 0
        assert code["mapping_bits"] is None
        for name, value in (
            ("total_bits", figures["code_bits"]),
            ("apart_bits", figures["source_bits"]),
            ("null_bits", result["preflight"]["null"][way]["code_bits"]),
        ):
            assert code["per_unit"][name] == pytest.approx(value, abs=1e-3)
        assert f"{way}: mapping not counted + text" in result["summary"]


def test_threads_change_nothing(small, whole, tmp_path, model_files):
    result = train_lexicon(*texts(small), Settings(**{**vars(SMALL), "threads": 2}), tmp_path)
    assert model_files(tmp_path) == model_files(whole[0])
    assert result is not None
    assert result["dictionary"] == whole[1]["dictionary"]


def test_another_seed_is_measured_on_the_same_sentences(small, whole, tmp_path):
    result = train_lexicon(*texts(small), Settings(**{**vars(SMALL), "seed": 1}), tmp_path)
    assert result is not None
    assert [one["source"] for one in result["samples"]["aa-bb"]] == [
        one["source"] for one in whole[1]["samples"]["aa-bb"]
    ]
    assert result["seed"] == 1


STAGES = ("data", "lexicon", "preflight", "round-0", "round-1", "round-2")


@pytest.mark.parametrize("last", range(len(STAGES)), ids=STAGES)
def test_killed_after_any_stage_it_ends_the_same(small, whole, tmp_path, last, model_files):
    kept = tmp_path / "checkpoints"
    shutil.copytree(whole[0] / "checkpoints", kept)
    for stage in STAGES[last + 1 :]:
        (kept / f"{stage}.json").unlink()
        for arrays in kept.glob(f"{stage}.*.npz"):
            # Killed while the stage was made: some of its arrays are there, others are of a run that never was.
            arrays.write_bytes(b"half") if "aa-bb" in arrays.name else arrays.unlink()
    (kept / ".round-1.json.abc.unmt-part").write_text("{")
    rounds = []
    result = train_lexicon(*texts(small), SMALL, tmp_path, metrics=rounds.append)
    assert model_files(tmp_path) == model_files(whole[0])
    assert result is not None
    assert {**result, "seconds": 0, "rounds": 0, "summary": 0} == {
        **whole[1], "seconds": 0, "rounds": 0, "summary": 0
    }  # fmt: skip
    for made, wanted in zip(result["rounds"], whole[1]["rounds"], strict=True):
        assert {**made, "seconds": 0, "elapsed": 0} == {**wanted, "seconds": 0, "elapsed": 0}
    assert [entry["round"] for entry in rounds] == list(range(max(0, last - 2), 3))
    assert not list(kept.glob(".*"))


def test_killed_between_its_row_and_its_stage_a_round_has_one_row(small, whole, tmp_path, model_files):
    class KilledError(BaseException):
        pass

    rows = []

    def metrics(row):
        rows.append(row)
        if row["round"] == 1 and len(rows) == 2:
            raise KilledError

    def forget(first):
        rows[:] = [row for row in rows if row["round"] < first]

    with pytest.raises(KilledError):
        train_lexicon(*texts(small), SMALL, tmp_path, metrics=metrics, resumed=forget)
    train_lexicon(*texts(small), SMALL, tmp_path, metrics=rows.append, resumed=forget)
    assert [row["round"] for row in rows] == [0, 1, 2]
    assert model_files(tmp_path) == model_files(whole[0])


def test_rounds_learn_from_the_translations_of_a_teacher(small, whole, tmp_path, model_files):
    teacher = tmp_path / "teacher"
    shutil.copytree(whole[0], teacher)
    settings = replace(SMALL, seed=3, teacher=str(teacher), teacher_round=1)
    run, alone = tmp_path / "run", tmp_path / "alone"
    result = train_lexicon(*texts(small), settings, run)
    other = train_lexicon(*texts(small), replace(settings, teacher=None), alone)
    assert result is not None
    assert other is not None
    first, without = (one["rounds"][1]["figures"] for one in (result, other))
    assert sum(way["two_sided"] for way in first.values()) < sum(way["two_sided"] for way in without.values())
    some = small.source[:100]
    assert small.right(some, translate(TranslationModel.load(run), "aa-bb", some)) >= 0.9
    # What was translated is kept: killed in round 2, the run goes on to the same end without its teacher.
    shutil.rmtree(teacher)
    for left in (run / "checkpoints").glob("round-2*"):
        left.unlink()
    files = model_files(run)
    assert train_lexicon(*texts(small), settings, run) is not None
    assert model_files(run) == files


def test_of_rounds_that_a_teacher_taught_one_is_chosen(small, whole, tmp_path):
    settings = replace(SMALL, teacher=str(whole[0]), teacher_round=2)
    assert train_lexicon(*texts(small), settings, tmp_path) is not None
    # As if no round had been as good as one without the teacher.
    path = tmp_path / "checkpoints" / "round-1.json"
    entry = json.loads(path.read_text())
    for figures in entry["figures"].values():
        figures["two_sided"] = 0.0
    path.write_text(json.dumps(entry))
    result = train_lexicon(*texts(small), settings, tmp_path)
    assert result is not None
    assert result["chosen_round"] == {"aa-bb": 2, "bb-aa": 2}
    # Where time is over before the teacher joins, there are the others.
    for left in (tmp_path / "checkpoints").glob("round-2*"):
        left.unlink()
    result = train_lexicon(*texts(small), replace(settings, rounds=1), tmp_path)
    assert result is not None
    assert result["chosen_round"] == {"aa-bb": 1, "bb-aa": 1}


def test_a_teacher_of_other_languages_is_refused(small, whole, tmp_path):
    others = Text("cc", "a.txt", small.source), Text("bb", "b.txt", small.target)
    with pytest.raises(InputError, match=r"network\.teacher=.*cc-bb"):
        train_lexicon(*others, replace(SMALL, teacher=str(whole[0])), tmp_path / "run")


class Stopping(Monitor):
    """Asks to stop at the report of this number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def update(self, *_: object) -> None:
        self.number -= 1
        self.stop_requested = self.number <= 0


@pytest.mark.parametrize("number", [3, 11, *(pytest.param(number, marks=pytest.mark.slow) for number in (1, 8, 15))])
def test_stopped_at_any_report_it_goes_on_to_the_same_end(small, whole, tmp_path, number, model_files):
    assert train_lexicon(*texts(small), SMALL, tmp_path, monitor=Stopping(number)) is None
    assert not (tmp_path / "model").exists()
    assert train_lexicon(*texts(small), SMALL, tmp_path) is not None
    assert model_files(tmp_path) == model_files(whole[0])


class Clock:
    """Goes on by a second whenever somebody looks at it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1.0
        return self.seconds


def test_a_round_that_takes_longer_than_those_before_is_given_up_when_time_is_over(
    small, whole, tmp_path, monkeypatch, model_files
):
    clock = Clock()
    monkeypatch.setattr("unmt.tasks.train_lexicon.time", clock)
    unhurried = Settings(**{**vars(SMALL), "minutes": 1e6})
    free = train_lexicon(*texts(small), unhurried, tmp_path / "free")
    assert free is not None
    first, second = free["rounds"][:2]
    assert second["seconds"] > first["seconds"] + 8, "round 1 is too short for this test"
    given = (first["elapsed"] + second["elapsed"]) / 2  # round 1 seems to fit, and does not
    assert first["elapsed"] + first["seconds"] < given < second["elapsed"] - 3

    hurried = Settings(**{**vars(SMALL), "minutes": given / 60})
    clock.seconds = 0.0
    result = train_lexicon(*texts(small), hurried, tmp_path / "run")
    assert result is not None
    assert len(result["rounds"]) == 1
    assert result["chosen_round"] == {"aa-bb": 0, "bb-aa": 0}
    assert clock.seconds <= given + 4  # finishing looks at it, too
    TranslationModel.load(tmp_path / "run")
    # The time of the round that was given up is spent, and with more time it is made as if it had not been begun.
    clock.seconds = 0.0
    assert train_lexicon(*texts(small), hurried, tmp_path / "run") == result
    assert clock.seconds < 5
    assert train_lexicon(*texts(small), unhurried, tmp_path / "run") is not None
    assert model_files(tmp_path / "run") == model_files(whole[0])


def test_time_that_is_spent_stays_spent(small, tmp_path):
    settings = Settings(**{**vars(SMALL), "minutes": 1e-6})
    first = train_lexicon(*texts(small), settings, tmp_path)
    assert first is not None
    assert len(first["rounds"]) == 1
    assert train_lexicon(*texts(small), settings, tmp_path) == first


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("data.json", b'{"texts": ['),
        ("lexicon.json", b""),
        ("lexicon.aa-bb.npz", b"PK\x03\x04 half of it"),
        ("preflight.json", b"\xff\xfe"),
        ("round-0.json", b"[]"),
        ("round-1.json", b"{}"),
        ("round-2.bb-aa.npz", None),
        ("round-1.aa-bb.npz", b""),
        ("round-1.balance.aa-bb.npz", b"no"),
    ],
)
def test_a_damaged_stage_is_named(small, whole, tmp_path, name, data):
    shutil.copytree(whole[0] / "checkpoints", tmp_path / "checkpoints")
    broken = tmp_path / "checkpoints" / name
    if data is None:
        broken.unlink()
    else:
        broken.write_bytes(data)
    if name.startswith("round-1.") and name != "round-1.json":
        (tmp_path / "checkpoints" / "round-2.json").unlink()
    if name == "data.json":
        data = b""
    with pytest.raises(InputError) as caught:
        train_lexicon(*texts(small), SMALL, tmp_path)
    assert str(broken) in str(caught.value)
    assert "Delete" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_run_of_other_texts_is_not_gone_on_with(small, whole, tmp_path):
    shutil.copytree(whole[0] / "checkpoints", tmp_path / "checkpoints")
    source, target = texts(small)
    changed = Text("aa", "a.txt", [*source.lines, "one more"])
    with pytest.raises(InputError, match="begun with other texts"):
        train_lexicon(changed, target, SMALL, tmp_path)
    with pytest.raises(InputError, match="begun with other settings"):
        train_lexicon(source, target, Settings(**{**vars(SMALL), "seed": 5}), tmp_path)
    held = tmp_path / "checkpoints" / "data.json"
    stored = json.loads(held.read_text())
    held.write_text(json.dumps({**stored, "version": "0"}))
    with pytest.raises(InputError, match="begun by unmt"):
        train_lexicon(source, target, SMALL, tmp_path)
    held.write_text(json.dumps({key: value for key, value in stored.items() if key != "stages"}))
    with pytest.raises(InputError, match="begun by unmt"):  # its seed drew what was held out
        train_lexicon(source, target, SMALL, tmp_path)


def test_held_out_sentences_are_in_no_training():
    lines = [f"word{number % 7} of line{number}" for number in range(300)]
    side = side_of("aa", [*lines, "", *(f"  {line.upper()} " for line in lines[::2]), " "], 50, 3)

    def sentences(corpus):
        return [tuple(corpus.sentence(place)) for place in range(len(corpus))]

    assert len(side.held_out) == len(side.lines) == 30
    words = {word for line in side.lines for word in line.split() if word.startswith("line")}
    assert not words & set(side.vocabulary.words)
    assert not any(word in form for word in words for form in side.tokeniser.to_dict()["forms"])
    assert len(set(sentences(side.training)) & set(sentences(side.held_out))) == 0
    duplicates = sum(lines.index(line) % 2 == 0 for line in side.lines)
    assert len(side.training) == 450 - 30 - duplicates


def test_of_a_large_text_lexicons_are_learned_from_sentences_that_are_evenly_spread(small, tmp_path, monkeypatch):
    lines = [f"word{number % 7} of line{number}" for number in range(2000)]
    whole = side_of("aa", lines, 50, 3)
    assert (len(whole.training), whole.sentences) == (1950, 1950)
    monkeypatch.setattr(sides, "MOST_CHARACTERS", sum(map(len, lines)) // 4)
    side = side_of("aa", lines, 50, 3)
    assert side.lines == whole.lines
    assert side.sentences == 1950 == len(training_lines(side, lines))
    read = lexicon_lines(side, lines)
    assert [side.tokeniser.tokens(line) for line in read] == [
        [side.vocabulary.words[id_] for id_ in side.training.sentence(place)] for place in range(len(side.training))
    ]
    assert 480 <= len(read) <= 510
    gaps = np.diff([lines.index(line) for line in read])
    assert 1 <= gaps.min() <= gaps.max() <= 12
    monkeypatch.setattr(sides, "MOST_CHARACTERS", sum(map(len, small.source)) // 2)
    result = train_lexicon(*texts(small), replace(SMALL, rounds=0), tmp_path)
    assert result is not None
    for text in result["texts"]:
        assert 0 < text["lexicon_sentences"] < text["sentences"]
        said = f"{text['language']}: lexicon and n-grams are of {text['lexicon_sentences']} of its {text['sentences']}"
        assert said in result["summary"]


def test_which_sentences_are_held_out_hangs_on_the_text_alone():
    lines = [f"word{number % 7} of line{number}" for number in range(300)]
    held = set(side_of("aa", lines, 30, 3).lines)
    assert held == set(side_of("aa", lines[::-1], 30, 3).lines)
    with_others = side_of("aa", [*lines, *(f"other {number}" for number in range(30))], 30, 3).lines
    assert len(held & set(with_others)) > 20
    assert not all(line in lines[:30] or line in lines[-30:] for line in held)


@pytest.mark.parametrize("lines", [["one line"], ["the same line"] * 500, ["x", "", " "] * 200])
def test_too_little_text_is_refused(small, tmp_path, lines):
    with pytest.raises(InputError, match="different lines that are not blank"):
        train_lexicon(Text("aa", "a.txt", lines), texts(small)[1], SMALL, tmp_path)
    assert not (tmp_path / "checkpoints").exists()


def test_vectors_of_one_side_only_are_refused(small, tmp_path):
    source, target = texts(small)
    with pytest.raises(InputError, match=r"source\.vectors= and target\.vectors= go together"):
        train_lexicon(Text("aa", "a.txt", source.lines, "some.vec"), target, SMALL, tmp_path)
    assert not (tmp_path / "checkpoints").exists()


def test_texts_that_share_nothing_are_refused_unless_forced(small, tmp_path):
    noise = [f"{number * 7919 % 31} {number * 104729 % 37} {number}" for number in range(250)]
    settings = Settings(**{**vars(SMALL), "force": False, "rounds": 0})
    with pytest.raises(InputError, match=r"share no structure.*trainer\.force=true") as caught:
        train_lexicon(texts(small)[0], Text("bb", "b.txt", noise), settings, tmp_path)
    assert str(tmp_path) in str(caught.value)
    forced = Settings(**{**vars(settings), "force": True})
    result = train_lexicon(texts(small)[0], Text("bb", "b.txt", noise), forced, tmp_path)
    assert result is not None
    assert result["verdict"] == "no shared structure"


@pytest.mark.parametrize(
    "line",
    [
        str,
        lambda n: f"{n} " * 3,
        lambda n: chr(0x4E00 + n) * 2 + chr(0x4E00 + n * 7 % 300) + "。",
        lambda n: chr(0x1F600 + n % 60) + f" a{n}",
        lambda n: "! " * (n + 1),
        lambda n: f"\u200b{n}\u00ad",
        lambda n: " ".join(f"w{n * k % 50}" for k in range(1, 130)),
    ],
    ids=["one number", "numbers", "no spaces", "emoji", "marks", "invisible", "long lines"],
)
@pytest.mark.slow
def test_strange_text_is_refused_or_trained_on(small, tmp_path, line):
    strange = Text("bb", "b.txt", [line(number) for number in range(120)])
    settings = Settings(**{**vars(SMALL), "rounds": 1})
    try:
        result = train_lexicon(texts(small)[0], strange, settings, tmp_path)
    except InputError as error:
        message = str(error)
    else:
        assert result is not None
        message = result["verdict"]
        TranslationModel.load(tmp_path)
    assert message
    assert "\n" not in message
