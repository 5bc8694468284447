"""What of `unmt train` no text could make right: refused before any file is read."""

import math
import unicodedata

from unmt.cli.checks import check_numbers, check_untouched, touched
from unmt.cli.tracking import check_tracking
from unmt.cli.train_keys import (
    NET_KEYS,
    TURNS,
    Configuration,
    NetworkSettings,
    ObjectiveSettings,
    lexicon_rounds,
    sides,
)
from unmt.errors import InputError
from unmt.solvers.processes import Processes
from unmt.tasks.checks import check_choice
from unmt.tasks.schedules import SHARES, schedules
from unmt.text.paths import expanded, is_there

NETWORKS = ("lexicon", "transformer", "pretrained")
LEXICON_ONLY = ("beam", "sentences", "teacher_round")
NET_ONLY = (*NET_KEYS, "start", "hub", "path")
TRAINER_ONLY = (
    "device", "precision", "compile", "steps", "tokens", "rate", "start_rounds", "turn_rounds", "evaluate_every",
    "selector", "keep",
)  # fmt: skip
LEAST = {"pieces": 300, "width": 4, "heads": 1, "inner": 1, "encoder_layers": 1, "decoder_layers": 1, "longest": 16}
ALONE = ("denoising", "causal", "masked", "spans")

LONGEST_NAME = 32
"""Names of languages are parts of names of files."""


def check(configuration: Configuration) -> None:
    """Raises InputError for what no text could make right."""
    check_numbers(configuration)
    _check_sides(configuration)
    _check_processes(configuration)
    check_tracking(configuration.wandb)
    trainer = configuration.trainer
    least_rounds = 0 if configuration.network.name == "lexicon" else 1
    if trainer.minutes is not None and not (math.isfinite(trainer.minutes) and trainer.minutes > 0):
        raise InputError(f"trainer.minutes={trainer.minutes}: no time to train in. Give a number above 0.")
    for key, value, least in (
        ("trainer.rounds", trainer.rounds if trainer.rounds is not None else 1, least_rounds),
        ("trainer.held_out", trainer.held_out, 1),
        ("network.order", configuration.network.order, 2),
        ("network.beam", configuration.network.beam, 1),
        ("network.sentences", configuration.network.sentences, 1),
        ("network.teacher_round", configuration.network.teacher_round, 1),
        *((f"network.{name}", getattr(configuration.network, name), least) for name, least in LEAST.items()),
        *(
            (f"trainer.{name}", getattr(trainer, name), 1)
            for name in ("steps", "tokens", "turn_rounds", "evaluate_every", "keep")
        ),
        ("network.turns", configuration.network.turns or 0, 0),
        ("trainer.start_rounds", trainer.start_rounds, 0),
    ):
        if value < least:
            raise InputError(f"{key}={value}: too small. Give {least} or more.")
    if configuration.network.name not in NETWORKS:
        raise InputError(
            f"network.name={configuration.network.name}: unknown. Choose network=lexicon, transformer or pretrained."
        )
    from unmt.tasks.neural_settings import PRECISIONS, SELECTORS  # not for --help, which loads no numpy

    if trainer.compile and configuration.network.name == "pretrained":
        raise InputError(
            "trainer.compile=true is of network=transformer: a pretrained net is trained as it is. Leave it out."
        )
    check_choice("trainer.selector", trainer.selector, SELECTORS)
    check_choice("trainer.precision", trainer.precision, PRECISIONS)
    _check_lexicon_keys(configuration)
    _check_teacher(configuration)
    _check_turns(configuration.network)
    if configuration.parallel.train is not None and configuration.network.name == "lexicon":
        raise InputError("parallel.train= is for a Transformer. Give network=transformer, or no parallel.train=.")
    if configuration.more and configuration.network.name == "lexicon":
        raise InputError(
            f"network=lexicon is of two languages, and more.{min(configuration.more)} is another. Give"
            " network=transformer, which has one net for all, or train a model of each pair."
        )
    _check_start(configuration)
    _check_net(configuration)
    _check_pretrained(configuration)
    _check_net_keys(configuration)


def _check_lexicon_keys(configuration: Configuration) -> None:
    """That of a lexicon model nothing is asked that only a net has."""
    if configuration.network.name != "lexicon":
        return
    groups = (("network", NET_ONLY), ("trainer", TRAINER_ONLY), ("objectives", vars(configuration.objectives)))
    for key, value in touched(configuration, [f"{group}.{name}" for group, names in groups for name in names]):
        raise InputError(f"{key}={value} is of a Transformer. Give network=transformer, or leave it out.")


def _check_net_keys(configuration: Configuration) -> None:
    """That of a net nothing is asked that only a lexicon model has, nor anything of what is not there."""
    network = configuration.network
    if network.name == "lexicon":
        return
    for key, value in touched(configuration, [f"network.{name}" for name in LEXICON_ONLY]):
        raise InputError(
            f"{key}={value} is of network=lexicon. Train a lexicon model with it, and give its run directory by"
            " network.start=, or leave it out."
        )
    if configuration.parallel.train is None:
        check_untouched(configuration, ["objectives.parallel"], "there is no parallel.train=")
    if len(sides(configuration)) == 2:
        check_untouched(configuration, ["network.hub"], "two languages are one pair")
    if not turns_of(configuration):
        check_untouched(configuration, ["trainer.turn_rounds"], "there are no turns")


def _check_teacher(configuration: Configuration) -> None:
    network, rounds = configuration.network, lexicon_rounds(configuration.trainer)
    if network.teacher is None:
        return
    if network.name != "lexicon":
        _check_fellows(configuration, network.teacher)
    elif rounds < network.teacher_round:
        raise InputError(
            f"trainer.rounds={rounds} end before network.teacher_round={network.teacher_round}, when the teacher"
            " would take part. Give more rounds, or a smaller network.teacher_round=."
        )


def _check_fellows(configuration: Configuration, teacher: str) -> None:
    """That nets can teach in the turns of another."""
    from unmt.tasks.models import are_transformers

    if configuration.network.name != "transformer" or not are_transformers(expanded(teacher)):
        raise InputError(
            f"network.teacher={teacher}: in the turns of network=transformer runs of network=transformer teach, several"
            " with commas between. To begin with what another model says, give network.start=."
        )
    if not turns_of(configuration):
        raise InputError(f"network.teacher={teacher}: there are no turns for it to teach in. Leave it out.")


def turns_of(configuration: Configuration) -> int:
    """Of a Transformer. Those of more than two languages, each pair of which has its lexicon model, cost more."""
    from unmt.tasks.models import starts_from_nets

    network = configuration.network
    if network.turns is not None:
        return network.turns
    if network.start == "none" or configuration.more or starts_from_nets(expanded(network.start)):
        return 0
    return TURNS


def _check_turns(network: NetworkSettings) -> None:
    from unmt.tasks.models import starts_from_nets

    if not network.turns:
        return
    if network.name == "lexicon":
        raise InputError(
            f"network.turns={network.turns} is of a Transformer. Give network=transformer, or leave it out."
        )
    if network.start == "none":
        raise InputError(
            f"network.turns={network.turns}: with network.start=none there is no lexicon model to learn from the net."
            " Leave one of them out."
        )
    if starts_from_nets(expanded(network.start)):
        raise InputError(
            f"network.turns={network.turns}: network.start={network.start} is a Transformer, and there is no lexicon"
            " model to learn from the net. Leave one of them out."
        )


def _check_pretrained(configuration: Configuration) -> None:
    network, plain = configuration.network, NetworkSettings()
    if network.name != "pretrained":
        if network.path is not None:
            raise InputError("network.path= is for network=pretrained. Give both, or neither.")
        return
    if network.path is None:
        raise InputError("network.path= is missing: the folder of the net that network=pretrained starts from.")
    for name in NET_KEYS:
        if name != "longest" and getattr(network, name) != getattr(plain, name):
            raise InputError(
                f"network.{name}={getattr(network, name)} is of network=transformer; the net of network.path= has its"
                " own. Leave it out."
            )
    for name in ("masked", "adversarial"):
        if getattr(configuration.objectives, name):
            raise InputError(
                f"objectives.{name}={getattr(configuration.objectives, name)} is not there for network=pretrained."
                " Leave it out."
            )


def _check_processes(configuration: Configuration) -> None:
    world = Processes.launched().world
    if world > 1 and configuration.network.name == "lexicon":
        raise InputError(f"network=lexicon trains in one process, not in {world}. Start it without torchrun.")
    if world > 1 and configuration.run.dir is None:
        raise InputError(f"run.dir= is missing: {world} processes must know of one folder. Name it.")


def _check_start(configuration: Configuration) -> None:
    """That there is something in every place that it names."""
    from unmt.tasks.models import parts_of

    start = configuration.network.start
    if configuration.network.name == "lexicon" or start in {"lexicon", "none"}:
        return
    for part in parts_of(start):
        if not is_there(part):
            raise InputError(f"network.start={start}: {part} is not there. Give lexicon, none, or run directories.")


def _check_net(configuration: Configuration) -> None:
    network, objectives, rate = configuration.network, configuration.objectives, configuration.trainer.rate
    if network.width % (2 * network.heads):
        raise InputError(
            f"network.width={network.width}: give a multiple of twice network.heads={network.heads}, such as"
            f" {2 * network.heads * max(1, network.width // (2 * network.heads))}."
        )
    if not 0.0 <= network.dropout < 1.0:
        raise InputError(f"network.dropout={network.dropout}: give a share from 0 up to, but not, 1.")
    if not (math.isfinite(rate) and rate > 0):
        raise InputError(f"trainer.rate={rate}: nothing to learn with. Give a number above 0, such as 0.0015.")
    for name in SHARES:
        value = getattr(objectives, name)
        if not (math.isfinite(value) and 0.0 <= value <= 1.0):
            raise InputError(f"objectives.{name}={value}: give a share from 0 to 1.")
    if not (math.isfinite(objectives.adversarial) and objectives.adversarial >= 0.0):
        raise InputError(f"objectives.adversarial={objectives.adversarial}: give 0 or more.")
    if objectives.sampled is not None and not (math.isfinite(objectives.sampled) and objectives.sampled > 0.0):
        raise InputError(f"objectives.sampled={objectives.sampled}: no temperature. Give a number above 0, or null.")
    for name, value, least in (
        ("alone_until", objectives.alone_until, 1),
        ("alone_rounds", objectives.alone_rounds, 0),
    ):
        if value < least:
            raise InputError(f"objectives.{name}={value}: too small. Give {least} or more.")
    schedules(objectives.schedule)
    _check_alone(objectives)


def _check_alone(objectives: ObjectiveSettings) -> None:
    """That the shares of one language alone make sense."""
    alone = sum(getattr(objectives, name) for name in ALONE)
    if alone > 1.0:
        raise InputError(f"objectives: {', '.join(ALONE)} are {alone:g} together. Give 1 at most.")
    if objectives.alone_rounds and alone == 0.0:
        raise InputError(
            f"objectives.alone_rounds={objectives.alone_rounds}: nothing to learn from in them, since"
            f" {', '.join(ALONE)} are all 0. Give one of them a share, such as objectives.causal=0.5."
        )


def _is_of_names(sign: str) -> bool:
    """Letters of any script and what is written on them, digits, and _."""
    return sign == "_" or unicodedata.category(sign)[0] in "LNM"


def _check_sides(configuration: Configuration) -> None:
    given = sides(configuration)
    for name, side in given.items():
        for key in ("language", "train"):
            if not getattr(side, key):
                raise InputError(
                    f"{name}.{key}= is missing. Give source.language=, source.train=, target.language= and "
                    "target.train=, or an experiment=."
                    if name in {"source", "target"}
                    else f"{name}.{key}= is missing: the text of {side.language}."
                )
        assert side.language is not None
        if not all(map(_is_of_names, side.language)) or len(side.language) > LONGEST_NAME:
            raise InputError(
                f"{name}.language={side.language[:60]}: use at most {LONGEST_NAME} letters, digits and _, such as en or"
                " pt_BR: a sign between two names tells a direction."
            )
    named: dict[str, str] = {}
    for name, side in given.items():
        assert side.language is not None
        other = named.setdefault(side.language, name)
        if other != name:
            raise InputError(f"{other} and {name} are both called {side.language}. Give each language its own name.")
    has_vectors = {name for name, side in given.items() if side.vectors is not None}
    if has_vectors and len(has_vectors) < len(given):
        lacking = next(name for name in given if name not in has_vectors)
        raise InputError(
            "source.vectors= and target.vectors= go together. Give both, or neither."
            if len(given) == 2
            else f"{lacking}.vectors= is missing, and {min(has_vectors)}.vectors= is there. Give those of all, or none."
        )
    if configuration.network.hub not in {None, *named}:
        raise InputError(f"network.hub={configuration.network.hub}: none of the languages {', '.join(named)}.")
