"""The public names, and the one version."""

from importlib import metadata

import pytest

import unmt


def test_every_public_name_can_be_had() -> None:
    for name in unmt.__all__:
        assert getattr(unmt, name) is not None
        assert name in dir(unmt)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        unmt.nonsense  # noqa: B018


def test_the_version_is_written_once() -> None:
    assert metadata.version("unmt") == unmt.__version__
