"""Weights in a safetensors file that carries configuration, provenance and licence in its metadata.

Convolution weights are stored in half precision unless the caller wants them exact, everything small in single; the
shared backbone is stored once.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import WeightsError
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import LFPNet, build_network
from lfpnet.regular_file import open_regular
from lfpnet.weights.header import FORMAT


@dataclass(frozen=True)
class Provenance:
    """Where weights come from and what may be done with them.

    Attributes:
        name: what a user picks in a menu.
        licence: SPDX identifier or one sentence.
        made_by: the command that made the file.
        facts: anything else worth keeping: data, steps, seconds, figures.
    """

    name: str
    licence: str
    made_by: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Checkpoint:
    """A network as it lies in a file."""

    config: LFPNetConfig
    provenance: Provenance
    tensors: dict[str, Tensor]


def save_checkpoint(path: Path, network: LFPNet, provenance: Provenance, *, is_half: bool = True) -> None:
    """Write the weights of `network`, atomically.

    Args:
        path: a name ending in .safetensors.
        network: in single precision, not yet folded.
        provenance: where the weights come from.
        is_half: store convolution weights in half precision; False keeps every bit at twice the size.

    Raises:
        OutputError: the file cannot be written.
    """
    tensors = {name: _stored(value, is_half=is_half) for name, value in own_tensors(network).items()}
    metadata = {
        "format": FORMAT,
        "config": json.dumps(network.config.to_dict()),
        "provenance": json.dumps(asdict(provenance)),
        "licence": provenance.licence,
    }
    with atomic_file(path) as stream:
        stream.write(save(tensors, metadata))  # save_file would shut out everybody but the user


def read_checkpoint(path: Path) -> Checkpoint:
    """Read weights and what is known about them, without building a network.

    Raises:
        WeightsError: the file is missing, damaged or not ours.
    """
    # Read, never mapped: a file that is written over while it is mapped ends the process (SIGBUS).
    try:
        with open_regular(path) as stream:
            data = stream.read()
        metadata = _metadata(data)
        if metadata.get("format") != FORMAT:
            raise WeightsError(
                f"Expected weights in the form '{FORMAT}', got '{metadata.get('format', 'none')}' in {path}; "
                "import a published checkpoint first with `lfpnet weights import`."
            )
        tensors = load(data)
        config = LFPNetConfig.of_dict(json.loads(metadata["config"]))
        provenance = Provenance(**json.loads(metadata["provenance"]))
    except (OSError, SafetensorError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WeightsError(
            f"Expected a safetensors file at {path}, got '{error}'; check the path or copy the file again."
        ) from error
    damaged = [name for name, value in tensors.items() if value.is_floating_point() and not value.isfinite().all()]
    if damaged:
        raise WeightsError(
            f"Expected finite weights in {path}, got NaN or infinity in {len(damaged)} tensors; copy the file again:",
            damaged[:20],
        )
    return Checkpoint(config, provenance, tensors)


def _metadata(data: bytes) -> dict[str, str]:
    """The metadata of a safetensors file."""
    length = int.from_bytes(data[:8], "little")
    metadata = json.loads(data[8 : 8 + length]).get("__metadata__", {})
    return metadata if isinstance(metadata, dict) else {}


def load_network(path: Path) -> tuple[LFPNet, Provenance]:
    """Build the network of a checkpoint with its weights, in single precision, not yet folded.

    Raises:
        WeightsError: the file is missing, damaged, or lacks tensors; every problem is listed.
    """
    checkpoint = read_checkpoint(path)
    with torch.device("meta"):
        network = build_network(checkpoint.config)
    fill_network(network, checkpoint.tensors, str(path))
    return network.eval(), checkpoint.provenance


def fill_network(network: LFPNet, tensors: dict[str, Tensor], source: str) -> None:
    """Give `network` exactly the weights in `tensors` (single precision).

    Raises:
        WeightsError: names or shapes differ; every problem is listed.
    """
    expected = own_tensors(network)
    problems = [f"{name} is missing" for name in expected if name not in tensors]
    problems += [f"{name} belongs to no layer" for name in tensors if name not in expected]
    problems += [
        f"{name} has shape {tuple(tensors[name].shape)} where {tuple(value.shape)} is expected"
        for name, value in expected.items()
        if name in tensors and tensors[name].shape != value.shape
    ]
    if problems:
        raise WeightsError(
            f"Expected the {len(expected)} tensors of preset '{network.config.preset}', got {len(problems)} problems "
            f"in {source}; use the file with the preset it was made for, or copy it again:",
            problems,
        )
    named = {id(value): tensors[name] for name, value in expected.items()}
    full = {name: _loaded(named[id(value)]) for name, value in network.state_dict(keep_vars=True).items()}
    network.load_state_dict(full, assign=True)


def own_tensors(network: LFPNet) -> dict[str, Tensor]:
    """Every parameter and buffer once, under the first of its names."""
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}


def _stored(value: Tensor, *, is_half: bool) -> Tensor:
    """Convolution weights halve where asked; norms, biases and counters stay as they are."""
    value = value.detach().cpu()
    return (value.half() if is_half and value.dim() == 4 else value).contiguous()


def _loaded(value: Tensor) -> Tensor:
    return value.float() if value.is_floating_point() else value
