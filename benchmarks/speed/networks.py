"""Networks to measure with: presets with seeded weights, weights from a file, and one that computes nothing.

A plain random fill of the published structure is chaotic: 1e-6 of noise in its input moves alpha by tenths, so no
difference between two ways of computing could be read off it. A spike on one centre tap of every convolution, and
small norms at the end of residual branches, make it behave as trained weights do.
Source: lfpnet-architecture facts, section 3.
"""

import math
from pathlib import Path

import torch
from torch import Tensor, nn

from lfpnet.model import LFPNet, LFPNetConfig, Provenance, build_network, load_network

#: `Predictor` with everything but the network's own computation.
NO_NETWORK = "no network"
PROVENANCE = Provenance("benchmark", "Apache-2.0", "benchmarks/speed")
_SPIKE = 2.0
_BRANCH_SCALE = 0.2


def build(name: str) -> LFPNet:
    """The network called `name`: a preset, `NO_NETWORK`, or the path of a weights file."""
    if name == NO_NETWORK:
        config = LFPNetConfig.of_preset("lfpnet")
        return LFPNet(config, prior=None, propagating=None, matting=_Nothing(), fusion=_HalfAlpha()).eval()
    if name == "lfpnet":
        return _well_conditioned()
    if name == "lfpnet-compact":
        torch.manual_seed(0)
        return build_network(LFPNetConfig.of_preset(name)).eval()
    return load_network(Path(name))[0]


def _well_conditioned() -> LFPNet:
    """Preset `lfpnet` with seeded weights."""
    with torch.device("meta"):
        network = build_network(LFPNetConfig.of_preset("lfpnet"))
    network.to_empty(device="cpu")
    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            _fill(name, parameter, random)
    return network.eval()


def _fill(name: str, parameter: Tensor, random: torch.Generator) -> None:
    """Kaiming variance and the spike for convolutions; scales near one, biases near zero."""
    is_head, is_output = "head" in name, name.startswith("matting.head.layers.4")
    if parameter.dim() == 4 and parameter.shape[0] > 1:
        parameter.normal_(0, 1 / math.sqrt(parameter[0].numel()), generator=random)
        if is_output:
            parameter.mul_(0.35)  # alpha and colours mostly inside 0 to 1
        elif not is_head:
            _add_spike(parameter)
        return
    parameter.uniform_(-1, 1, generator=random)
    if is_output:
        parameter.mul_(0.1).add_(0.5)
    elif is_head and name.endswith("weight"):  # slopes of the parametric rectifiers
        parameter.mul_(0.05).add_(0.25)
    elif name.endswith("weight"):
        parameter.mul_(0.25).add_(1).mul_(_BRANCH_SCALE if "widen" in name else 1)
    elif name.endswith("bias"):
        parameter.mul_(0.1)


def _add_spike(weight: Tensor) -> None:
    """Let every output channel see one input pixel above all."""
    outputs, inputs, rows, columns = weight.shape
    output = torch.arange(outputs)
    tap = output * inputs // outputs if inputs > outputs else output % inputs
    weight[output, tap, rows // 2, columns // 2] += _SPIKE


class _Nothing(nn.Module):
    def forward(self, inner: Tensor, context: None, plate: Tensor) -> Tensor:  # noqa: ARG002 - a matting module
        return inner


class _HalfAlpha(nn.Module):
    def forward(self, raw: Tensor, plate: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:  # noqa: ARG002 - a fusion
        return torch.full_like(plate[:, :1], 0.5), plate, plate, None
