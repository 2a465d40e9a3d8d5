"""Which weights a phase trains.

Source: the paper, section 5.2: the matting module first, then the decoders of both modules, then everything.
"""

from collections.abc import Sequence

from torch import nn

from lfpnet.errors import ConfigurationError
from lfpnet.model.network import LFPNet

PARTS = ("propagating", "matting", "decoders")
#: Beginnings of the names of the layers after the bottleneck, in the published and in the lean modules.
_DECODERS = ("decode", "lateral", "context_alpha", "head", "unfold", "refine", "raw")


def choose_trained_parts(network: LFPNet, trains: Sequence[str]) -> None:
    """Let only the named parts move; a backbone that both modules share moves with either.

    Args:
        network: every other weight of it stays.
        trains: names out of `PARTS`.

    Raises:
        ConfigurationError: the network has none of the parts.
    """
    network.requires_grad_(requires_grad=False)
    chosen = [module for name in trains for module in _modules(network, name)]
    if not chosen:
        raise ConfigurationError(
            f"Expected a phase that trains something, but a network without propagating module has no part "
            f"{', '.join(trains)}; leave the phase out."
        )
    for module in chosen:
        module.requires_grad_(requires_grad=True)


def _modules(network: LFPNet, part: str) -> list[nn.Module]:
    """The modules of one part; none for a propagating module that the network lacks."""
    modules = [network.propagating, network.matting]
    if part != "decoders":
        modules = [getattr(network, part)]
        return [module for module in modules if module is not None]
    children = [child for module in modules if module is not None for child in module.named_children()]
    return [child for name, child in children if name.startswith(_DECODERS)]
