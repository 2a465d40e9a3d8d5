"""The network: presets, parts, checkpoints; published weights come in through `import_published`."""

from lfpnet.model.checkpoint import Provenance, load_network, read_checkpoint, save_checkpoint
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.network import LFPNet, build_network
from lfpnet.model.published import import_published

__all__ = [
    "LFPNet",
    "LFPNetConfig",
    "Provenance",
    "build_network",
    "import_published",
    "load_network",
    "read_checkpoint",
    "save_checkpoint",
]
