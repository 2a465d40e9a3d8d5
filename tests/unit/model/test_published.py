"""Importing the checkpoint that the authors released; here a stand-in with the same names and small values."""

import pickle

import pytest
import torch

from lfpnet.errors import WeightsError
from lfpnet.model.checkpoint import load_network, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import build_network
from lfpnet.model.published import import_published, network_from_published
from lfpnet.model.published_names import published_names
from sidecar.cli.main import main


@pytest.fixture(scope="module")
def released():
    """A state dict with the released names and shapes; every tensor filled with its own number, tied copies equal."""
    with torch.device("meta"):
        state = build_network(LFPNetConfig.of_preset("lfpnet", has_context_alpha=False)).state_dict(keep_vars=True)
    names = published_names(state)
    number = {id(value): float(i) for i, value in enumerate(state.values())}
    return {names[name]: torch.full(value.shape, number[id(value)]) for name, value in state.items()}


def test_all_529_names_are_distinct(released):
    assert len(released) == 529


def test_names_are_those_of_the_release(released):
    known = {
        "setensor": (1, 1024, 1, 1),
        "resnet_stem.1.weight": (16, 12, 5, 5),
        "resnet.conv1.weight": (64, 16, 7, 7),
        "resnet.layer1.0.downsample.1.bias": (256,),
        "res2.0.conv3.weight": (256, 64, 1, 1),
        "se1.c.2.weight": (2048, 3072, 1, 1),
        "rppm.stages.3.1.1.bias": (512,),
        "rppm.trans.weight": (512, 2048, 1, 1),
        "aspp.stages.c4.bn.gn.weight": (256,),
        "aspp.stages.imagepool.conv.conv.weight": (256, 2560, 1, 1),
        "ppm.5.2.gn.bias": (256,),
        "res44.3.basic_block2.prelu1.0.gn.weight": (512,),
        "res33.0.ro_conv.1.gn.bias": (256,),
        "out_prelu3.weight": (32,),
        "out_conv1.0.weight": (7, 16, 1, 1),
    }
    assert {name: tuple(released[name].shape) for name in known} == known


def test_every_tensor_lands_in_its_layer_and_the_backbone_stays_shared(released):
    network, provenance = network_from_published(released, "test")
    names = published_names(network.state_dict())
    assert all(torch.equal(value, released[names[name]]) for name, value in network.state_dict().items())
    assert network.propagating.stages is network.matting.stages
    assert "Non-commercial" in provenance.licence


@pytest.mark.heavy
@pytest.mark.parametrize(
    "wrap", [dict, lambda s: {"state_dict": s}, lambda s: {f"module.{k}": v for k, v in s.items()}]
)
def test_wrappers_and_prefixes_are_seen_through(tmp_path, released, wrap):
    path = tmp_path / "model.pth"
    small = {name: value.half() for name, value in released.items()}
    torch.save(wrap(small), path)
    network, _ = import_published(path)
    assert network.propagating.gate.learned.dtype == torch.float32


@pytest.mark.heavy
def test_what_was_imported_can_be_saved_and_loaded_again(tmp_path, released):
    network, provenance = network_from_published(released, "model.pth")
    save_checkpoint(tmp_path / "published.safetensors", network, provenance)
    again, card = load_network(tmp_path / "published.safetensors")
    assert card == provenance
    assert torch.equal(again.matting.head.layers[4].bias, network.matting.head.layers[4].bias)


@pytest.mark.heavy
@pytest.mark.parametrize("is_half", [False, True])
def test_an_import_keeps_every_bit_unless_half_is_asked_for(tmp_path, released, is_half):
    # a third has no exact value in half precision
    torch.save({name: torch.full_like(value, 1 / 3) for name, value in released.items()}, tmp_path / "model.pth")
    command = ["weights", "import", str(tmp_path / "model.pth"), str(tmp_path / "out.safetensors")]
    assert main([*command, "--half"] if is_half else command) == 0
    network, _ = load_network(tmp_path / "out.safetensors")
    kernels = [value for value in network.state_dict().values() if value.dim() == 4]
    expected = torch.tensor(1 / 3).half().float() if is_half else torch.tensor(1 / 3)
    assert all((value == expected).all() for value in kernels)


def test_every_problem_is_listed_at_once(released):
    broken = dict(released)
    del broken["setensor"]
    broken["extra.weight"] = torch.zeros(1)
    broken["out_conv1.0.bias"] = torch.zeros(8)
    broken["res2.0.conv1.weight"] = broken["res2.0.conv1.weight"] + 1
    with pytest.raises(WeightsError) as caught:
        network_from_published(broken, "model.pth")
    assert caught.value.problems == (
        "setensor is missing",
        "extra.weight is not part of the release",
        "out_conv1.0.bias has shape (8,) where (7,) is expected",
        "res2.0.conv1.weight differs from resnet.layer1.0.conv1.weight, with which it is shared",
    )


class _Hostile:
    def __reduce__(self):
        return (print, ("executed",))


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path, capsys):
    path = tmp_path / "model.pth"
    torch.save({"weight": _Hostile()}, path)
    with pytest.raises(WeightsError, match="Expected a PyTorch checkpoint"):
        import_published(path)
    assert "executed" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"nothing", pickle.dumps([1, 2], protocol=2)])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "model.pth"
    path.write_bytes(content)
    with pytest.raises(WeightsError):
        import_published(path)


def test_a_missing_checkpoint_is_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"model\.pth"):
        import_published(tmp_path / "model.pth")
