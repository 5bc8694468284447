"""Files of tensors come back as they were written, or not at all."""

import json

import pytest
import torch

from unmt import __version__
from unmt.tasks.tensor_file import load_facts, load_tensors, save_tensors

TENSORS = {
    "weights": torch.arange(12.0).view(3, 4).t(),
    "places": torch.tensor([3, -1, 2**40]),
    "one": torch.tensor(True),
    "none": torch.zeros(0, 5, dtype=torch.bfloat16),
}


def test_tensors_and_facts_come_back(tmp_path):
    save_tensors(tmp_path / "held.safetensors", TENSORS, {"round": 3})
    found, facts = load_tensors(tmp_path / "held.safetensors")
    assert facts == load_facts(tmp_path / "held.safetensors") == {"round": 3}
    assert found.keys() == TENSORS.keys()
    assert all(
        torch.equal(found[name], tensor) and found[name].dtype == tensor.dtype for name, tensor in TENSORS.items()
    )


def test_the_same_tensors_are_the_same_bytes(tmp_path):
    files = [tmp_path / f"{number}.safetensors" for number in range(8)]
    for path in files:
        save_tensors(path, TENSORS, {"round": 3})
    assert len({path.read_bytes() for path in files}) == 1


def test_one_bit_that_is_another_is_seen(tmp_path):
    path = tmp_path / "held.safetensors"
    save_tensors(path, TENSORS, {})
    data = bytearray(path.read_bytes())
    data[-3] ^= 16
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"held\.safetensors: not what was written"):
        load_tensors(path)


def test_facts_that_are_others_are_told(tmp_path):
    path = tmp_path / "held.safetensors"
    save_tensors(path, TENSORS, {"round": 4})
    path.write_bytes(path.read_bytes().replace(b'round\\": 4', b'round\\": 3'))
    for load in (load_tensors, load_facts):
        with pytest.raises(ValueError, match="facts are not what was written"):
            load(path)


def test_a_file_says_what_wrote_it_and_one_without_a_hash_is_taken(tmp_path):
    from safetensors import safe_open
    from safetensors.torch import save_file

    path = tmp_path / "held.safetensors"
    save_tensors(path, TENSORS, {})
    with safe_open(str(path), framework="pt") as file:
        assert json.loads(file.metadata()["unmt"])["version"] == __version__
    save_file({"a": torch.ones(2)}, path, {"facts": '{"round": 1}'})
    assert load_tensors(path)[1] == {"round": 1}
