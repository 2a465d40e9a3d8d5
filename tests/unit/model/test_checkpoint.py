"""Checkpoints: written, read, refused."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from lfpnet.errors import OutputError, WeightsError
from lfpnet.model.checkpoint import Provenance, load_network, read_checkpoint, save_checkpoint

CARD = Provenance("test", "CC0-1.0", "pytest", {"steps": 3})


@pytest.fixture
def weights(tmp_path, lean_network):
    path = tmp_path / "weights.safetensors"
    save_checkpoint(path, lean_network, CARD)
    return path


def test_a_network_comes_back_with_its_configuration_and_provenance(weights, lean_network):
    network, provenance = load_network(weights)
    assert network.config == lean_network.config
    assert provenance == CARD
    for name, value in lean_network.state_dict().items():
        assert torch.allclose(network.state_dict()[name], value.to(network.state_dict()[name].dtype), atol=1e-3), name


def test_others_may_read_what_a_user_saves(weights):
    (weights.parent / "plain").touch()
    assert weights.stat().st_mode == (weights.parent / "plain").stat().st_mode


def test_a_loaded_network_predicts_in_single_precision(weights):
    network, _ = load_network(weights)
    assert {value.dtype for value in network.parameters()} == {torch.float32}
    assert not network.training


def test_convolutions_are_stored_as_half_and_everything_small_as_single(weights):
    stored = read_checkpoint(weights).tensors
    assert {value.dtype for value in stored.values() if value.dim() == 4} == {torch.float16}
    assert {value.dtype for value in stored.values() if value.dim() == 1} == {torch.float32}


def test_every_missing_superfluous_and_misshapen_tensor_is_listed(weights):
    tensors = load_file(weights)
    first, second, *_ = tensors
    shape = tuple(tensors[second].shape)
    del tensors[first]
    tensors[second] = torch.zeros(5, 5, 5)
    tensors["stranger"] = torch.zeros(1)
    metadata = {
        "format": "lfpnet-1",
        "config": json.dumps(read_checkpoint(weights).config.to_dict()),
        "provenance": json.dumps(vars(CARD)),
    }
    save_file(tensors, weights, metadata)
    with pytest.raises(WeightsError) as caught:
        load_network(weights)
    assert caught.value.problems == (
        f"{first} is missing",
        "stranger belongs to no layer",
        f"{second} has shape (5, 5, 5) where {shape} is expected",
    )


@pytest.mark.parametrize("content", [b"", b"no weights", b"\xff" * 4096])
def test_a_damaged_file_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="Expected a safetensors file at"):
        load_network(path)


def test_a_truncated_file_is_refused(weights):
    content = weights.read_bytes()
    weights.write_bytes(content[: len(content) // 2])
    with pytest.raises(WeightsError, match="Expected a safetensors file at"):
        load_network(weights)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="check the path"):
        load_network(tmp_path / "none.safetensors")


def test_weights_of_another_program_are_refused(tmp_path):
    save_file({"a": torch.zeros(1)}, tmp_path / "other.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match=r"got 'pt'.*import a published checkpoint"):
        load_network(tmp_path / "other.safetensors")


def test_a_folder_that_is_missing_is_said_and_nothing_is_left(tmp_path, lean_network):
    with pytest.raises(OutputError, match="does not exist; create it"):
        save_checkpoint(tmp_path / "no" / "weights.safetensors", lean_network, CARD)
    assert list(tmp_path.iterdir()) == []
