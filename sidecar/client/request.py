"""Turns what a host has - paths, file bytes, arrays - into the fields of a `submit` message."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

from ..wire.errors import SidecarError
from ..wire.images import array_reference, check_image

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Pixels:
    """An array with what a bare array cannot say.

    Attributes:
        array: (h, w) or (h, w, c) of uint8, uint16, float16 or float32. It must not change until the job is over.
        channels: a name for each channel, such as `("R", "G", "B", "A")`.
        colour_space: `scene_linear`, `srgb` (display-encoded) or `data`.
        origin: `top-left`, or `bottom-left` for buffers whose first row is the lowest.
        data_window: x0, y0, x1, y1 inclusive, where the pixels lie.
        display_window: the format.
    """

    array: np.ndarray
    channels: tuple[str, ...] | None = None
    colour_space: str | None = None
    origin: str | None = None
    data_window: tuple[int, int, int, int] | None = None
    display_window: tuple[int, int, int, int] | None = None


#: A path to a file that the sidecar can read, the bytes of a picture file, or pixels.
Picture = Union[str, "os.PathLike[str]", bytes, "np.ndarray", Pixels]


def build_request(
    inputs: Mapping[str, Picture | None],
    output: Mapping[str, Any],
    settings: Mapping[str, Any],
    *,
    layer: str | None = None,
) -> tuple[dict[str, Any], dict[str, memoryview]]:
    """Return the fields of `submit` (but session and job) and the bytes to upload for each picture.

    Raises:
        SidecarError: code `bad_image` or `limit_exceeded` for what can never be accepted.
    """
    if layer is not None and not isinstance(layer, str):
        raise SidecarError("bad_option", f"layer must be the name of an EXR layer, not {type(layer).__name__}.")
    references: dict[str, Any] = {}
    pixels: dict[str, memoryview] = {}
    for name, picture in inputs.items():
        if picture is None:
            continue
        references[name], payload = _refer(name, picture)
        check_image(references[name], name=name)
        if payload is not None:
            pixels[name] = payload
    if layer is not None and references.get("plate", {}).get("kind") in ("file", "exr"):
        references["plate"]["layer"] = layer
    given = {key: value for key, value in settings.items() if value is not None}
    return {"inputs": references, "output": dict(output), **given}, pixels


def _refer(name: str, picture: Picture) -> tuple[dict[str, Any], memoryview | None]:
    if isinstance(picture, (bytes, bytearray, memoryview)):
        data = memoryview(picture).cast("B")
        return {"kind": "exr", "bytes": data.nbytes}, data
    if isinstance(picture, (str, os.PathLike)):
        path = os.fspath(picture)
        if not isinstance(path, str):
            raise SidecarError("bad_image", f"The {name} must have a path of text, not {type(path).__name__}.")
        return {"kind": "file", "path": os.path.abspath(path)}, None  # noqa: PTH100 - keeps links as they are
    # Only who has imported numpy can have an array; hosts without numpy send files.
    numpy = sys.modules.get("numpy")
    if numpy is not None and not isinstance(picture, Pixels) and isinstance(picture, numpy.ndarray):
        return _refer(name, Pixels(picture))
    if numpy is None or not isinstance(picture, Pixels):
        raise SidecarError(
            "bad_image", f"The {name} must be a path, bytes, an array or Pixels, not {type(picture).__name__}."
        )
    array = numpy.ascontiguousarray(picture.array)
    if array.dtype.byteorder == ">":
        array = array.astype(array.dtype.newbyteorder("<"))
    reference = array_reference(
        array,
        channels=_listed(picture.channels),
        colour_space=picture.colour_space,
        origin=picture.origin,
        data_window=_listed(picture.data_window),
        display_window=_listed(picture.display_window),
    )
    return reference, array.data.cast("B") if array.size else memoryview(b"")


def _listed(values: tuple[Any, ...] | None) -> list[Any] | None:
    try:
        return None if values is None else [value if isinstance(value, str) else int(value) for value in values]
    except (TypeError, ValueError, OverflowError) as problem:
        raise SidecarError(
            "bad_image", f"Channels are texts and windows four integers ({problem}): correct them."
        ) from problem
