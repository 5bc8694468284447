"""What is shipped works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from unmt.cli import commands
from unmt.cli.command import choices, configuration_folder

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
        cwd=folder,
    )
    return next(folder.glob("unmt-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's contents; it goes before the checkout on the path of Python."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, wheel], check=True
    )
    return folder


def run_installed(installed, tmp_path, *arguments):
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); from unmt.cli.main import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_the_wheel_has_configuration_and_languages(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    in_checkout = {str(path.relative_to(ROOT)) for path in (ROOT / "conf").rglob("*.yaml")}
    assert {f"unmt/{name}" for name in in_checkout} <= names
    languages = {str(path.relative_to(ROOT)) for path in (ROOT / "unmt" / "coding" / "languages").glob("*.unmtlm")}
    assert languages
    assert languages <= names
    assert "unmt/report/page.css" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "conf/", "scripts/")) for name in names)


@pytest.mark.parametrize("name", commands.NAMES)
def test_every_command_composes_from_another_folder(installed, tmp_path, name):
    done = run_installed(installed, tmp_path, name, "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert isinstance(yaml.safe_load(done.stdout), dict)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("choice", choices("method"))
def test_every_method_of_align_composes_from_another_folder(installed, tmp_path, choice):
    done = run_installed(installed, tmp_path, "align", f"method={choice}", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load(done.stdout)["method"]["name"] == choice


def test_the_installed_command_deciphers(installed, tmp_path):
    text = "Zkhq wkh nhwwoh vlqjv dw gdzq, wkh zkroh krxvh nqrzv wkdw wkh ednhu kdv frph krph."
    done = run_installed(installed, tmp_path, "decipher", f"text={text}", "family=caesar", "language=en", "null=false")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("When the kettle sings at dawn")


def test_the_checkout_uses_the_folder_at_the_top():
    assert configuration_folder() == ROOT / "conf"
    assert "PYTHONPATH" not in os.environ or str(ROOT) not in os.environ["PYTHONPATH"]
