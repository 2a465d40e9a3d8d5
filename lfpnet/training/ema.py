"""An exponential moving average of the weights, which is what a run hands out."""

import copy

import torch
from torch import nn

from lfpnet.model.network import LFPNet


class WeightAverage:
    """A second network that follows the trained one slowly."""

    def __init__(self, network: LFPNet, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
        self.decay = decay

    def update(self, network: nn.Module, step: int) -> None:
        """Move a little towards `network`; early on faster, so that the average forgets its random start."""
        decay = min(self.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), 1 - decay)
            for average, value in zip(self.network.buffers(), network.buffers(), strict=True):
                average.copy_(value)
