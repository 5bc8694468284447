from dataclasses import fields
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from unmt.cli import commands
from unmt.cli.arguments import checked, nearest, quoted
from unmt.cli.command import configuration_folder, keys_of
from unmt.errors import InputError
from unmt.tasks.align_settings import METHODS, Every, Method

DECIPHER, ALIGN = commands.load("decipher"), commands.load("align")
# What the grammar of Hydra and OmegaConf give a meaning, and what it refuses.
AWKWARD = st.text(st.sampled_from("\\'\"${}[]()=,:~!?#&*@ \n\tàδ1a.-+/<>|"), max_size=12)


def composed(*overrides: str) -> Any:
    ConfigStore.instance().store(name="decipher_defaults", node=DECIPHER.configuration)
    with initialize_config_dir(str(configuration_folder()), version_base="1.3"):
        return OmegaConf.to_object(compose("decipher", overrides=list(overrides)))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(AWKWARD.filter(lambda text: text != "???"), min_size=6, max_size=6))
def test_any_text_reaches_the_configuration_as_it_was_typed(texts: list[str]) -> None:
    keys = ("input", "text", "language", "family", "symbols", "run.dir")
    found = composed(*(f"{key}={quoted(text)}" for key, text in zip(keys, texts, strict=True)))
    assert [found.input, found.text, found.language, found.family, found.symbols, found.run.dir] == texts


@pytest.mark.parametrize(
    "path",
    ["δίσκος (1).txt", "a=b.txt", "~/a.txt", "1912", "0912", "1_000", "1e5", "true", "no", "nan", "a,b", "[a]", "-"],
)
def test_a_path_that_hydra_would_misread_is_kept(path: str) -> None:
    assert composed(*checked(DECIPHER, [f"input={path}"])).input == path


def test_what_is_not_text_is_left_to_hydra() -> None:
    found = composed(*checked(DECIPHER, ["seconds=10", "null=false", "seed=3", "input=null", "language='x'"]))
    assert (found.seconds, found.null, found.seed, found.input, found.language) == (10.0, False, 3, None, "x")


def test_a_comma_is_a_sweep_only_when_asked_for() -> None:
    assert checked(DECIPHER, ["language=en,fr"]) == ["language='en,fr'"]
    assert checked(DECIPHER, ["language=en,fr", "-m"]) == ["--multirun", "language=en,fr"]


def test_a_first_word_names_the_benchmark() -> None:
    assert checked(commands.load("bench"), ["ciphers", "seed=1"]) == ["benchmark='ciphers'", "seed=1"]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("langauge=en", "Did you mean language=?"),
        ("dir=x", "Did you mean run.dir=?"),
        ("zzz=1", "Its keys are input, text,"),
        ("+zzz=1", "has no key 'zzz'"),
        ("~seed", "written key=value"),
        ("--seed=1", "Did you mean seed=?"),
        ("--xyzzy", "written key=value"),
        ("seed", "Did you mean seed=?"),
        ("-", "Did you mean input=-?"),
        ("--cfg", "Choose one of job"),
        ("--cfg=foo", "Choose one of job"),
        ("--resolve", "Add --cfg job"),
        ("text=\udcff", "not UTF-8"),
    ],
)
def test_what_is_not_known_is_refused_with_what_was_meant(argument: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        checked(DECIPHER, [argument])
    assert message in str(caught.value)


def test_a_file_without_its_key_is_understood_but_not_taken(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(InputError, match=r"Did you mean input=letter\.txt\?"):
        checked(DECIPHER, ["letter.txt"])


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_key_of_a_command_is_in_its_help(name: str) -> None:
    command = commands.load(name)
    for key in keys_of(command.configuration):
        assert key == command.positional or f"{key}=" in command.help


def test_nearest_is_none_where_nothing_is_near() -> None:
    assert nearest("decifer", ["decipher", "bench"]) == "decipher"
    assert nearest("xyz", ["decipher", "bench"]) is None


def test_no_setting_belongs_to_two_methods() -> None:
    shared = {entry.name for entry in fields(Method)}
    own = [key for kind in METHODS.values() for key in keys_of(kind) if key not in shared]
    assert len(own) == len(set(own))
    assert {*own, *shared} == keys_of(Every).keys()


@pytest.mark.parametrize("value", ["similarity,identical", "'similarity,identical'", "similarity, identical"])
def test_choices_with_commas_are_one_that_has_the_keys_of_all(value: str) -> None:
    names = quoted(value.strip("'"))
    assert checked(ALIGN, [f"method={value}", "method.first_kept=0.2"]) == [
        "method=all", f"method.name={names}", "method.first_kept=0.2",
    ]  # fmt: skip
    assert checked(ALIGN, ["-m", "method=similarity,identical"]) == ["--multirun", "method=similarity,identical"]
