"""Reads the checkpoint that the authors released, checking every key, shape and tied copy.

The released weights are for non-commercial use only; what is imported keeps that note.
"""

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from lfpnet.errors import WeightsError
from lfpnet.model.checkpoint import Provenance, fill_network, own_tensors
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import LFPNet, build_network
from lfpnet.model.published_names import published_names

LICENCE = "Non-commercial use only (the authors' terms for the released weights)"
_WRAPPERS = ("state_dict", "model", "net", "network")


def import_published(path: Path) -> tuple[LFPNet, Provenance]:
    """Build preset `lfpnet` from a released checkpoint.

    Args:
        path: a file written by `torch.save`: a flat state dict, perhaps inside a wrapper or with `module.` prefixes.

    Returns:
        The network, without a context alpha head (the release has none), and where it came from.

    Raises:
        WeightsError: the file is unreadable, holds other objects than tensors, or keys, shapes or tied copies are
            wrong; every problem is listed.
    """
    return network_from_published(_read_state_dict(path), str(path))


def network_from_published(state: dict[str, Tensor], source: str) -> tuple[LFPNet, Provenance]:
    """Build preset `lfpnet` from the tensors of a released checkpoint, named as released."""
    with torch.device("meta"):
        network = build_network(LFPNetConfig.of_preset("lfpnet", has_context_alpha=False))
    names = published_names(network.state_dict())
    problems = _problems(network, names, state)
    if problems:
        raise WeightsError(
            f"Expected the {len(names)} tensors of the published LFPNet, got {len(problems)} problems in {source}; "
            "download the released model.pth again:",
            problems,
        )
    fill_network(network, {ours: state[names[ours]].float() for ours in own_tensors(network)}, source)
    provenance = Provenance(
        name="lfpnet-published",
        licence=LICENCE,
        made_by="lfpnet weights import",
        facts={"source": Path(source).name, "paper": "Liu et al., ACM MM 2021"},
    )
    return network.eval(), provenance


def _read_state_dict(path: Path) -> dict[str, Tensor]:
    """The flat state dict inside the file, prefixes removed."""
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, KeyError, ValueError) as error:
        first_line = str(error).strip().partition("\n")[0]
        raise WeightsError(
            f"Expected a PyTorch checkpoint of tensors at {path}, got '{first_line}'; download the released model.pth "
            "again."
        ) from error
    for wrapper in _WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(wrapper), dict):
            content = content[wrapper]
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise WeightsError(
            f"Expected a dictionary of tensors in {path}, got {type(content).__name__}; save the network's state_dict."
        )
    return {str(name).removeprefix("module."): value for name, value in content.items()}


def _problems(network: LFPNet, names: dict[str, str], state: dict[str, Tensor]) -> list[str]:
    """Every way in which `state` is not the release."""
    expected = {names[ours]: value for ours, value in network.state_dict(keep_vars=True).items()}
    problems = [f"{name} is missing" for name in expected if name not in state]
    problems += [f"{name} is not part of the release" for name in state if name not in expected]
    problems += [
        f"{name} has shape {tuple(state[name].shape)} where {tuple(value.shape)} is expected"
        for name, value in expected.items()
        if name in state and state[name].shape != value.shape
    ]
    first_of: dict[int, str] = {}
    for name, value in expected.items():
        first = first_of.setdefault(id(value), name)
        if first != name and first in state and name in state and not torch.equal(state[first], state[name]):
            problems.append(f"{name} differs from {first}, with which it is shared")
    return problems
