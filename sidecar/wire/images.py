"""Image references: how the pixels must look, decided from numbers alone before memory is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import SidecarError
from .limits import IMAGE_BYTES, IMAGE_CHANNELS, IMAGE_SIDE
from .messages import COLOUR_SPACES, ORIGINS

if TYPE_CHECKING:
    import numpy as np

#: Types of raw pixels and their bytes. numpy is only imported by who holds arrays: Nuke's Python has none.
DTYPES = {"uint8": 1, "uint16": 2, "float16": 2, "float32": 4}


class Layout(NamedTuple):
    """Type, `(h, w, c)` and size in bytes of raw pixels."""

    dtype_name: str
    shape: tuple[int, int, int]
    nbytes: int

    @property
    def dtype(self) -> np.dtype:
        """The little-endian numpy type."""
        import numpy as np

        return np.dtype(self.dtype_name).newbyteorder("<")


def check_image(image: Mapping[str, Any], *, name: str, max_bytes: int = IMAGE_BYTES) -> int:
    """Check every number of a reference and return how many bytes of pixels (or of EXR file) it announces.

    Raises:
        SidecarError: code `limit_exceeded` for sizes over the limits, `bad_image` for anything inconsistent.
    """
    space = image.get("colour_space", "scene_linear")
    if space not in COLOUR_SPACES:
        raise SidecarError("bad_image", f"{name} says colour space '{space}': use one of {', '.join(COLOUR_SPACES)}.")
    if image["kind"] == "file":
        return 0
    if image["kind"] == "exr":
        _check_bytes(name, image["bytes"], max_bytes)
        return image["bytes"]
    layout = layout_of(image, name=name, max_bytes=max_bytes)
    if image.get("origin", "top-left") not in ORIGINS:
        raise SidecarError("bad_image", f"{name} has origin '{image['origin']}': use one of {', '.join(ORIGINS)}.")
    _check_windows(image, name, layout)
    channels = image.get("channels")
    if channels is not None and len(channels) != layout.shape[2]:
        raise SidecarError("bad_image", f"{name} has {layout.shape[2]} channels but names {len(channels)}: name each.")
    return layout.nbytes


def layout_of(image: Mapping[str, Any], *, name: str, max_bytes: int = IMAGE_BYTES) -> Layout:
    """Return type and shape of an `inline` or `shm` reference; a two-dimensional shape counts as one channel.

    Raises:
        SidecarError: code `limit_exceeded` or `bad_image`.
    """
    if image["dtype"] not in DTYPES:
        raise SidecarError("bad_image", f"{name} has dtype '{image['dtype'][:20]}': use one of {', '.join(DTYPES)}.")
    shape = list(image["shape"])
    if len(shape) == 2:
        shape.append(1)
    if len(shape) != 3 or min(shape) < 1:
        raise SidecarError("bad_image", f"{name} has shape {shape[:4]}: give height, width and channels, each above 0.")
    if max(shape[:2]) > IMAGE_SIDE or shape[2] > IMAGE_CHANNELS:
        raise SidecarError(
            "limit_exceeded",
            f"{name} is {shape[1]}x{shape[0]} with {shape[2]} channels, over {IMAGE_SIDE} a side or {IMAGE_CHANNELS} "
            "channels: send a smaller picture.",
        )
    nbytes = shape[0] * shape[1] * shape[2] * DTYPES[image["dtype"]]
    _check_bytes(name, nbytes, max_bytes)
    return Layout(image["dtype"], (shape[0], shape[1], shape[2]), nbytes)


def _check_bytes(name: str, nbytes: int, max_bytes: int) -> None:
    if not 0 < nbytes <= max_bytes:
        raise SidecarError(
            "limit_exceeded", f"{name} has {nbytes} bytes, outside 1 to {max_bytes}: send a smaller picture."
        )


def _check_windows(image: Mapping[str, Any], name: str, layout: Layout) -> None:
    for key in ("data_window", "display_window"):
        window = image.get(key)
        if window is not None and (len(window) != 4 or window[2] < window[0] or window[3] < window[1]):
            raise SidecarError("bad_image", f"{name}.{key} must be x0, y0, x1, y1 (inclusive), not {window[:5]}.")
    window = image.get("data_window")
    if window is not None:
        size = (window[3] - window[1] + 1, window[2] - window[0] + 1)
        if size != layout.shape[:2]:
            raise SidecarError(
                "bad_image",
                f"{name}.data_window covers {size[1]}x{size[0]} but the pixels are {layout.shape[1]}x{layout.shape[0]}"
                ": make them equal.",
            )


def array_reference(pixels: np.ndarray, **about: Any) -> dict[str, Any]:
    """Describe an array as an `inline` reference; the array itself travels in `put` messages.

    Raises:
        SidecarError: code `bad_image` for a type or number of dimensions that cannot travel.
    """
    if pixels.dtype.name not in DTYPES or pixels.ndim not in (2, 3):
        raise SidecarError(
            "bad_image",
            f"An array must be (h, w) or (h, w, c) of {', '.join(DTYPES)}, not {pixels.ndim}-dimensional {pixels.dtype}"
            ": convert it.",
        )
    known = {key: value for key, value in about.items() if value is not None}
    return {"kind": "inline", "dtype": pixels.dtype.name, "shape": [int(side) for side in pixels.shape], **known}
