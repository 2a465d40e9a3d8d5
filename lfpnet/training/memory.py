"""How much memory a step takes at the least, counted on a network without memory.

A pass on torch's `meta` device has shapes and no numbers; what autograd would keep for the way back is added up.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from lfpnet.estimates import PLANES
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.encoding import CHANNELS
from lfpnet.model.network import build_network
from lfpnet.training.freezing import choose_trained_parts
from lfpnet.training.phase import Phase

#: Beside the network itself: its average, and for what is trained a gradient and two moments of the optimiser.
_MOVING_COPIES = 3


@dataclass(frozen=True)
class StepMemory:
    """Bytes of one step.

    Attributes:
        kept: by autograd until the way back, in single precision.
        weights: beside the network itself: average, gradients and moments.
    """

    kept: int
    weights: int


def step_memory(config: LFPNetConfig, phase: Phase, batch_size: int) -> StepMemory:
    """Count what a step at the largest size of a phase takes at the least.

    Source: measured on a CPU in single precision with `lfpnet-compact`; the process grew by 1.1 to 1.5 times the sum
    (64, 256 and 512 pixels; batches of 1, 2 and 4).

    Args:
        config: of the network.
        phase: whose parts are trained.
        batch_size: samples that are in work at once.
    """
    size = max(phase.crop_sizes or (phase.inner_size,))
    return _counted(config, size, batch_size, tuple(phase.trains), is_of_context=phase.minimises == "context_alpha")


@lru_cache(
    maxsize=64
)  # a pass without memory is seconds of Python; an ablation asks the same question for every variant
def _counted(
    config: LFPNetConfig, size: int, batch_size: int, trains: tuple[str, ...], *, is_of_context: bool
) -> StepMemory:
    """Count one pass over samples of `size` pixels."""
    with torch.device("meta"):
        network = build_network(config).train()
        choose_trained_parts(network, trains)
        channels = CHANNELS + PLANES * config.has_estimates
        side = 2 * size // config.context_reduction
        context = torch.zeros(batch_size, channels, side, side)
        kept: dict[int, torch.UntypedStorage] = {}

        def keep(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            kept[id(storage)] = storage
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            if is_of_context:
                predicted = network.context_alpha(context)
            else:
                inner = torch.zeros(batch_size, channels, size, size)
                predicted = network(inner, context, torch.zeros(batch_size, 3, size, size))
        del predicted
    own = {id(value.untyped_storage()) for value in (*network.parameters(), *network.buffers())}
    moving = sum(_nbytes(value) for value in network.parameters() if value.requires_grad)
    average = sum(_nbytes(value) for value in network.state_dict().values())
    return StepMemory(
        kept=sum(storage.nbytes() for number, storage in kept.items() if number not in own),
        weights=average + _MOVING_COPIES * moving,
    )


def _nbytes(value: Tensor) -> int:
    return value.numel() * value.element_size()
