"""LFPNet as a library: trimaps, colour, the network, tiled inference and training. `docs/python.md` shows how.

The names below are stable: they change only with a deprecation of one minor version. Everything else may change with
any version. They are imported when they are first used, because torch takes seconds and `lfpnet --help` needs none.

Source: Long-Range Feature Propagating for Natural Image Matting, ACM MM 2021.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lfpnet import metrics, trimap
    from lfpnet.errors import LfpnetError
    from lfpnet.estimates import Estimates
    from lfpnet.images import Mask, Plate, align, read_mask, read_plate, write_mask, write_matte, write_preview
    from lfpnet.inference import MatteOptions, Predictor
    from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, Matte

__version__ = "0.1.0"

__all__ = [
    "BACKGROUND",
    "FOREGROUND",
    "UNKNOWN",
    "Estimates",
    "LfpnetError",
    "Mask",
    "Matte",
    "MatteOptions",
    "Plate",
    "Predictor",
    "__version__",
    "align",
    "metrics",
    "read_mask",
    "read_plate",
    "trimap",
    "write_mask",
    "write_matte",
    "write_preview",
]

_HOMES = {
    "lfpnet.errors": ("LfpnetError",),
    "lfpnet.estimates": ("Estimates",),
    "lfpnet.images": (
        "Mask", "Plate", "align", "read_mask", "read_plate", "write_mask", "write_matte", "write_preview",
    ),
    "lfpnet.inference": ("MatteOptions", "Predictor"),
    "lfpnet.types": ("BACKGROUND", "FOREGROUND", "UNKNOWN", "Matte"),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_MODULES = ("metrics", "trimap")


def __getattr__(name: str) -> Any:
    """Import a name of the public API."""
    if name in _MODULES:
        return import_module(f"lfpnet.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'lfpnet' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List what can be imported, for completion in a shell."""
    return sorted({*globals(), *__all__})
