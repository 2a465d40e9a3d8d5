"""The weights that ship with the package, and where to find them."""

from pathlib import Path

_FOLDER = Path(__file__).parent
_DEFAULT = "lfpnet-compact.safetensors"


def default_weights() -> Path:
    """The file that is used when no weights are named."""
    return _FOLDER / _DEFAULT


def packaged_weights() -> list[Path]:
    """Every weights file of the package."""
    return sorted(_FOLDER.glob("*.safetensors"))
