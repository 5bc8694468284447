"""From a checked command line to a command's configuration, by Hydra: the only file that knows it."""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import UnionType
from typing import Any, get_args

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from unmt.cli import commands
from unmt.cli.command import Command, choices_of, configuration_folder, keys_of
from unmt.errors import InputError

WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    list[int]: "whole numbers, such as [3,2]",
}


class _JobError(BaseException):
    """Carries the error of a single job past Hydra, which would say a line of its own about any Exception."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error


def start(command: Command, arguments: Sequence[str]) -> None:
    """Run the command, once or for every job of a sweep. Raises InputError where the configuration is wrong."""
    # Hydra would print a shortened traceback and leave with status 1; with this it raises.
    os.environ["HYDRA_FULL_ERROR"] = "1"
    import hydra
    from hydra.errors import HydraException

    store_defaults(command)
    sys.argv = [f"unmt {command.name}", *arguments]
    try:
        hydra.main(version_base="1.3", config_path=str(configuration_folder()), config_name=command.name)(run_job)()
    except _JobError as carrier:
        raise carrier.error from None
    except (HydraException, OmegaConfBaseException) as error:
        raise InputError(_one_line(error, command)) from error


def store_defaults(command: Command) -> None:
    """Tell Hydra of the command's dataclasses, which the files of conf/ build on."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(name=f"{command.name}_defaults", node=command.configuration)
    for group, choice in choices_of(command.configuration).items():
        for name, kind in choice.kinds.items():
            store.store(group=group, name=f"{name}_defaults", node=kind)


def run_job(composed: DictConfig) -> None:
    """One job: Hydra calls this, also from a launcher's own process, so it names its command by its configuration."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    launched = HydraConfig.get()
    name = launched.job.config_name
    assert name is not None
    configuration: Any = OmegaConf.to_object(composed)
    if launched.mode == RunMode.MULTIRUN and hasattr(configuration, "run"):
        # The jobs of a sweep must not write into one folder.
        given = configuration.run.dir
        configuration.run.dir = str(Path(given) / str(launched.job.num)) if given else launched.runtime.output_dir
        commands.load(name).run(configuration)
        return
    try:
        commands.load(name).run(configuration)
    except Exception as error:
        raise _JobError(error) from error


def _one_line(error: Exception, command: Command) -> str:
    """What is wrong with the configuration, without Hydra's words for programmers."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    first = lines[0] if lines else type(error).__name__
    override = re.search(r"(?:override |argument )'?(\+*(?P<key>[\w.]+)=.*?)'?$", first)
    kind = keys_of(command.configuration).get(override["key"]) if override else None
    if override and kind is not None:
        hint = " To run once for each of several values, add -m." if "," in override[1] else ""
        return f"{override[1]}: {override['key']} takes {_in_words(kind)}.{hint}"
    return f"{first.rstrip('.')}. See `unmt {command.name} --help`."


def _in_words(kind: Any) -> str:
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    return " or ".join(WORDS.get(one, "null") for one in kinds)
