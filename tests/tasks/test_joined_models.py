"""Run directories with commas between translate together, where they can."""

from dataclasses import replace

import pytest
import torch

from unmt.errors import InputError
from unmt.mappings.transformer import Shape, Transformer
from unmt.tasks.export import export
from unmt.tasks.models import in_bytes, load_model, parts_of, translate


@pytest.fixture(scope="module")
def folders(word_cipher, untaught, tmp_path_factory):
    """Two nets of one vocabulary, and one of another text."""
    root, cipher, other = tmp_path_factory.mktemp("runs"), word_cipher(300, 20, 2), word_cipher(300, 20, 5)
    first = untaught({"aa": cipher.source, "bb": cipher.target}, order=3, longest=160)
    shape = replace(first.net.shape, width=2 * first.net.shape.width)
    second = replace(first, net=Transformer(Shape(**vars(shape)), torch.Generator().manual_seed(8)))
    with torch.no_grad():  # or their guesses would be too sure to give way to the other's
        first.net.embedding.weight *= 0.1
        second.net.embedding.weight *= 0.1
    third = untaught({"aa": other.source, "bb": other.target}, order=3, longest=160)
    for name, model in (("one", first), ("two", second), ("other", third)):
        model.save(root / name / "model")
    return cipher, root


def test_two_models_translate_together(folders):
    cipher, root = folders
    lines = cipher.source[:20]
    names = [str(root / name) for name in ("one", "two")]
    one, two = (translate(load_model(name), "aa-bb", lines) for name in names)
    together = translate(load_model(",".join(names)), "aa-bb", lines)
    assert len(together) == len(lines)
    assert together not in (one, two)
    assert translate(load_model(f"{names[0]}, {names[0]}"), "aa-bb", lines) == one
    assert len(translate(in_bytes(load_model(",".join(names)), "both"), "aa-bb", lines)) == len(lines)


def test_a_folder_whose_name_has_a_comma_is_one_model(folders):
    cipher, root = folders
    named = root / "a,b"
    named.symlink_to(root / "one")
    assert translate(load_model(named), "aa-bb", cipher.source[:5]) == translate(
        load_model(root / "one"), "aa-bb", cipher.source[:5]
    )


def test_commas_in_names_and_homes_are_read_in_every_part(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("plain", "a,b", "a"):
        (tmp_path / name).mkdir()
    assert parts_of("~/plain, ~/a,b,nowhere") == [f"{tmp_path}/plain", f"{tmp_path}/a,b", "nowhere"]
    assert parts_of(f"{tmp_path}/a,~/a") == [f"{tmp_path}/a", f"{tmp_path}/a"]
    assert parts_of("x,y") == ["x", "y"]


def test_what_cannot_be_joined_is_said(folders, trained_cipher, tmp_path):
    _, root = folders
    with pytest.raises(InputError, match=r"other has other pieces than .*one\. Train both on the same texts"):
        load_model(f"{root}/one,{root}/other")
    with pytest.raises(InputError, match="models of network=transformer translate together"):
        load_model(f"{root}/one,{trained_cipher[1]}")
    with pytest.raises(InputError, match="nowhere"):
        load_model(f"{root}/one,{root}/nowhere")
    with pytest.raises(InputError, match="several models, and transformers has a folder for each"):
        export(f"{root}/one,{root}/two", "transformers", tmp_path / "out")
    assert not (tmp_path / "out").exists()
