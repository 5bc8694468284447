"""What a net starts from: models of pairs of languages, and ways through these for pairs that have none.

Two languages have one model. Of more, every pair has one, or every pair with the hub; a pair whose texts share no
structure has none. The pairs that are there must join all languages: then there is a way from each to each, by one
model after the other (pivoting: Utiyama and Isahara, 2007).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from unmt.errors import InputError
from unmt.tasks.models import Model, load_model, parts_of
from unmt.tasks.monitor import Monitor
from unmt.tasks.neural_settings import NeuralSettings
from unmt.tasks.sides import Side
from unmt.tasks.train_lexicon import UnrelatedError, done_there, train_lexicon
from unmt.tasks.train_preflight import IN_WORDS, LITTLE, NOTHING, SHARED
from unmt.tasks.training_settings import Settings, Text
from unmt.tasks.training_stages import Stages, StoppedError
from unmt.tasks.translation_model import TranslationModel

LEXICON_SHARE = 0.35
"""Of the minutes, at most, for all lexicon models."""
TAUGHT_ROUNDS = 3
"""Of a lexicon model, with a net for a teacher."""
TAUGHT_SHARE = 1.5
"""The time of such a round and of what it needs from the net, of that of a round without."""

LEFT_OUT = "left_out"
Pair = tuple[Text, Text]
Watched = Callable[[str, Callable[[float], float]], Monitor]
"""Gives a stage's monitor: a prefix of what it says, and from its own progress to that of all lexicon models."""


@dataclass(frozen=True, eq=False)
class Start:
    """models: by direction, such as "en-fr"; result: what result.json says of their training, empty of given ones."""

    models: dict[str, Model]
    result: dict[str, Any]

    def steps(self, source: str, target: str) -> list[tuple[Model, str]]:
        """The models and directions that lead from a language to another; [] where nothing does."""
        return [(self.models[way], way) for way in route(list(self.models), source, target)]


def route(ways: Collection[str], source: str, target: str) -> list[str]:
    """The fewest directions that lead from a language to another, the first of those that are as few; [] for none."""
    found: dict[str, list[str]] = {source: []}
    reached = [source]
    for language in reached:  # grows on the way
        for way in ways:
            start, _, end = way.partition("-")
            if start == language and end not in found:
                found[end] = [*found[language], way]
                reached.append(end)
    return found.get(target, [])


def groups(names: Sequence[str], pairs: Collection[tuple[str, str]]) -> list[list[str]]:
    """The languages that pairs join, group by group."""
    ways = [f"{one}-{other}" for pair in pairs for one, other in (pair, pair[::-1])]
    found: list[list[str]] = []
    for name in names:
        if not any(name in group for group in found):
            found.append([other for other in names if other == name or route(ways, name, other)])
    return found


def given_start(path: str, names: Sequence[str]) -> Start:
    """Models that are there: a run directory, with commas between nets that translate together; or of more than two
    languages models of several pairs.

    A net that learns from others' translations becomes one that says what they say together (sequence-level
    distillation: Kim and Rush, 2016). Raises InputError where the models do not join the languages.
    """
    models = [load_model(one) for one in (parts_of(path) if len(names) > 2 else [path])]
    if len(names) == 2:
        for name in names:
            if name not in models[0].languages:
                raise InputError(
                    f"network.start={path}: the model knows {', '.join(models[0].languages)}, not {name}. Name a"
                    " model of these two languages."
                )
    ways: dict[str, Model] = {}
    for model in models:
        for way in model.directions.values():
            if way.source in names and way.target in names:
                ways.setdefault(way.name, model)
    apart = groups(names, [(model.directions[way].source, model.directions[way].target) for way, model in ways.items()])
    if len(apart) > 1:
        raise InputError(
            f"network.start={path}: no way between {' and '.join(', '.join(group) for group in apart)}. Name"
            " models that join all languages."
        )
    return Start(ways, {})


def check_held_out(start: str, texts: Sequence[Text], sides: Sequence[Side]) -> None:
    """That what a start learned from has none of the sentences that are to judge here, as far as its result tells.

    Of one text the sentences that are held out are always the same, so of fewer all are among those of more. Raises
    InputError.
    """
    for part in parts_of(start):
        try:
            told = json.loads((Path(part) / "result.json").read_text(encoding="utf-8"))["texts"]
            held_out = {(fact["language"], fact["sha256"]): int(fact["held_out"]) for fact in told}
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a model/ that was moved has none
        for text, side in zip(texts, sides, strict=True):
            kept, wanted = held_out.get((text.language, text.sha256)), len(side.held_out)
            if kept is not None and kept < wanted:
                raise InputError(
                    f"network.start={part} learned from sentences that are to judge here: it kept {kept} of"
                    f" {text.language} apart, and {wanted} are asked for. Give trainer.held_out={kept}, or another"
                    " start."
                )


class Lexicons:
    """The lexicon models of the pairs of some texts, each in a run directory of its own."""

    def __init__(
        self, texts: Sequence[Text], settings: NeuralSettings, folder: Path, stages: Stages, watched: Watched
    ) -> None:
        self.texts, self.settings, self.folder, self.stages, self.watched = texts, settings, folder, stages, watched
        pairs = list(combinations(texts, 2))
        if settings.hub is not None and len(texts) > 2:
            pairs = [pair for pair in pairs if settings.hub in {text.language for text in pair}]
        self.pairs = {_way(pair): pair for pair in pairs}

    def start(self) -> Start:
        """All of them trained, or loaded. Raises InputError where texts share no structure, or are too short."""
        if len(self.texts) == 2:
            ((way, pair),) = self.pairs.items()
            result = self._trained(way, pair, self._folder(way), "lexicon", 0)
            model = TranslationModel.load(self._folder(way))
            return Start(dict.fromkeys(model.directions, model), result)
        left_out = self.stages.entry("pairs", self._examined, [LEFT_OUT])[LEFT_OUT]
        kept = {way: pair for way, pair in self.pairs.items() if way not in left_out}
        results: dict[str, dict[str, Any]] = {}
        models: dict[str, Model] = {}
        for place, (way, pair) in enumerate(kept.items()):
            results[way] = self._trained(way, pair, self._folder(way), f"lexicon.{way}", place)
            model = TranslationModel.load(self._folder(way))
            models |= dict.fromkeys(model.directions, model)
        return Start(models, together([text.language for text in self.texts], results, left_out))

    @property
    def seconds(self) -> float:
        """That `taught` may take, by the rounds of the models that are there; 0 where there are none."""
        found = 0.0
        for way in self.pairs:
            number, seconds = done_there(self._begun(way), Settings.rounds + 1)
            before = done_there(self._begun(way), 1)[1]  # the lexicon and round 0: they are taken over
            found += TAUGHT_SHARE * TAUGHT_ROUNDS * (seconds - before) / max(number - 1, 1)
        return found

    def taught(self, teacher: Path, minutes: float | None) -> Start:
        """The same models, learning from a net's translations too. teacher: the folder whose model that net is.

        It translates together with the nets of settings.teacher, if there are any. Their rounds without a teacher are
        taken over where they are there. minutes: for all of them.
        """
        left_out = self.stages.entry("pairs", lambda: {LEFT_OUT: {}}, [LEFT_OUT])[LEFT_OUT]
        kept = [way for way in self.pairs if way not in left_out]
        results: dict[str, dict[str, Any]] = {}
        models: dict[str, Model] = {}
        teachers = str(teacher) if self.settings.teacher is None else f"{teacher},{self.settings.teacher}"
        for place, way in enumerate(kept):
            begun = self._begun(way)
            first, seconds = done_there(begun, Settings.teacher_round)
            first = first or Settings.teacher_round
            plain = self._plain(
                first + TAUGHT_ROUNDS - 1, None if minutes is None else minutes / len(kept) + seconds / 60.0
            )
            # Known by its place in the run, which may be copied or moved. The texts were judged before the net began,
            # or the user gave a start: what a net has learned is no more refused.
            plain = replace(
                plain, teacher=teachers, teacher_round=first, teacher_id=f"turns/{teacher.name}", force=True
            )
            folder = teacher / self._folder(way).relative_to(self.folder)
            results[way] = self._train(way, self.pairs[way], folder, plain, place, begun)
            model = TranslationModel.load(folder)
            models |= dict.fromkeys(model.directions, model)
        if len(self.texts) == 2:
            return Start(models, *results.values())
        return Start(models, together([text.language for text in self.texts], results, left_out))

    def _examined(self) -> dict[str, Any]:
        """The pairs that share no structure, with their pre-flight: known before hours are spent on the others."""
        left_out: dict[str, Any] = {}
        for place, (way, pair) in enumerate(self.pairs.items()):
            try:
                # A model of no rounds is where that of all rounds goes on from.
                self._train(way, pair, self._folder(way), self._plain(0, None), place)
            except UnrelatedError as error:
                left_out[way] = error.preflight
        kept = [(one.language, other.language) for way, (one, other) in self.pairs.items() if way not in left_out]
        apart = groups([text.language for text in self.texts], kept)
        if len(apart) > 1:
            why = "; ".join(f"{way}: {found['sentence']}" for way, found in left_out.items())
            raise InputError(
                f"{' and '.join(', '.join(group) for group in apart)} have nothing that joins them. {why}"
                f" Train them apart; trainer.force=true run.dir={self.folder} goes on all the same."
            )
        return {LEFT_OUT: left_out}

    def _trained(self, way: str, pair: Pair, folder: Path, stage: str, place: int) -> dict[str, Any]:
        minutes = self.settings.minutes
        if minutes is not None:
            minutes = max(LEXICON_SHARE * minutes / len(self.pairs), 0.05)
        if stage in self.stages:  # once it is done, more time must not change what the net has started from
            minutes = self.stages.entry(stage, dict, ("minutes",))["minutes"]
        try:
            result = self._train(way, pair, folder, self._plain(Settings.rounds, minutes), place)
        except UnrelatedError as error:  # which names the folder of the lexicon model
            why = str(error).replace(f"run.dir={folder}", f"run.dir={self.folder}")
            raise UnrelatedError(why, error.preflight) from None
        if stage not in self.stages:
            self.stages.keep(stage, {"minutes": minutes})
        return result

    def _train(
        self, way: str, pair: Pair, folder: Path, plain: Settings, place: int, begun: Path | None = None
    ) -> dict[str, Any]:
        (folder / "checkpoints").mkdir(parents=True, exist_ok=True)
        watched = self.watched(
            f"{way}: " if len(self.pairs) > 1 else "", lambda share: (place + share) / len(self.pairs)
        )
        result = train_lexicon(*pair, plain, folder, watched, None, begun)
        if result is None:
            raise StoppedError
        return result

    def _plain(self, rounds: int, minutes: float | None) -> Settings:
        settings = self.settings
        return Settings(
            rounds=rounds, minutes=minutes, held_out=settings.held_out, force=settings.force, order=settings.order,
            seed=settings.seed, threads=settings.threads,
        )  # fmt: skip

    def _begun(self, way: str) -> Path:
        """The stages of a model without a teacher."""
        is_given = self.settings.start != "lexicon" and len(self.texts) == 2
        return (Path(self.settings.start) if is_given else self._folder(way)) / "checkpoints"

    def _folder(self, way: str) -> Path:
        return self.folder / "lexicon" / (way if len(self.texts) > 2 else "")


def together(
    names: Sequence[str], results: dict[str, dict[str, Any]], left_out: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """The results of several pairs as one, in the words of a single one, and each by its pair.

    results: of train_lexicon, by pair; left_out: pre-flights of the pairs that have no model.
    """
    found = {way: result["preflight"] for way, result in results.items()} | left_out
    saved: dict[str, float] = {}
    redundancy: dict[str, float] = {}
    for way, one in found.items():
        pair = way.split("-")
        saved |= dict(zip((way, "-".join(pair[::-1])), one["saved_bits_per_word"], strict=True))
        redundancy |= dict(zip(pair, one["redundancy_bits_per_word"], strict=True))
    rounds = range(max(len(result["rounds"]) for result in results.values()))
    verdicts = {way: result["verdict"] for way, result in results.items()}
    said = [
        f"{', '.join(way for way in verdicts if verdicts[way] == verdict)}: {IN_WORDS[verdict]}"
        for verdict in (SHARED, LITTLE, NOTHING)
        if verdict in verdicts.values()
    ]
    said += [f"{', '.join(left_out)}: {IN_WORDS[NOTHING]} and are left out"] if left_out else []
    worst = next(verdict for verdict in (NOTHING, LITTLE, SHARED) if verdict in verdicts.values())
    return {
        "preflight": {
            "verdict": worst,
            "sentence": "; ".join(said),
            "saved_bits_per_word": [saved.get(f"{one}-{other}") for one in names for other in names if one != other],
            "redundancy_bits_per_word": [redundancy[name] for name in names],
            "null": {way: code for one in found.values() for way, code in one["null"].items()},
        },
        "verdict": worst,
        "rounds": [
            {
                "round": number,
                "figures": {
                    way: code
                    for result in results.values()
                    for entry in result["rounds"][number : number + 1]
                    for way, code in entry["figures"].items()
                },
            }
            for number in rounds
        ],
        "pairs": {
            **{
                way: {
                    "verdict": result["verdict"],
                    "preflight": result["preflight"],
                    "chosen_round": result["chosen_round"],
                    "dictionary": result["dictionary"],
                }
                for way, result in results.items()
            },
            **{way: {"verdict": NOTHING, "preflight": one, LEFT_OUT: True} for way, one in left_out.items()},
        },
    }


def _way(pair: Pair) -> str:
    return f"{pair[0].language}-{pair[1].language}"
