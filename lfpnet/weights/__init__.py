"""The weights that ship with the package and those of the user, and where to find them."""

from pathlib import Path

from lfpnet.weights.folder import user_models_folder

__all__ = ["default_weights", "packaged_weights", "user_models_folder"]

_FOLDER = Path(__file__).parent
_DEFAULT = "lfpnet-guided.safetensors"


def default_weights() -> Path:
    """The file that is used when no weights are named."""
    return _FOLDER / _DEFAULT


def packaged_weights() -> list[Path]:
    """Every weights file of the package."""
    return sorted(_FOLDER.glob("*.safetensors"))
