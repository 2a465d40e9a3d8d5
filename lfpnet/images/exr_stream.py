"""Planes of pixels to one single-part scanline EXR on a stream.

Two traps are closed here and nowhere else. Arrays that are not C-contiguous are written wrong by OpenEXR without an
error, so every array is made contiguous. Written to a path, a full disk goes unnoticed by OpenEXR 3.5.3; written to a
Python stream, it raises.
"""

from collections.abc import Mapping
from io import BufferedIOBase
from typing import Any, Literal

import numpy as np
import OpenEXR

from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.images.finite import HALF_MAX
from lfpnet.images.windows import Window

ExrDepth = Literal["half", "float"]
Compression = Literal["none", "rle", "zips", "zip", "piz"]

#: The lossless ones that every host of today opens (measured: Blender 4.2 refuses HTJ2K and ZSTD).
_COMPRESSIONS = {
    "none": OpenEXR.NO_COMPRESSION,
    "rle": OpenEXR.RLE_COMPRESSION,
    "zips": OpenEXR.ZIPS_COMPRESSION,
    "zip": OpenEXR.ZIP_COMPRESSION,
    "piz": OpenEXR.PIZ_COMPRESSION,
}

_BAND_ROWS = 64


def write_exr(
    stream: BufferedIOBase,
    planes: Mapping[str, np.ndarray],
    *,
    depth: ExrDepth,
    compression: str,
    windows: tuple[Window, Window],
    attributes: Mapping[str, Any],
) -> None:
    """Write one EXR.

    Args:
        stream: open for writing, seekable.
        planes: (h, w) under a channel's name, or (h, w, 3|4) under "RGB", "RGBA" or a layer's name.
        depth: half clamps to +-65504 first.
        compression: none, rle, zips, zip or piz.
        windows: data window and display window.
        attributes: all other header attributes.

    Raises:
        ConfigurationError: unknown depth or compression.
        OutputError: OpenEXR or the stream cannot write.
    """
    check_encoding(depth, compression)
    (left, top, right, bottom), (format_left, format_top, format_right, format_bottom) = windows
    header = {
        **attributes,
        "type": OpenEXR.scanlineimage,
        "compression": _COMPRESSIONS[compression],
        "dataWindow": ((left, top), (right, bottom)),
        "displayWindow": ((format_left, format_top), (format_right, format_bottom)),
    }
    try:
        encoded = {name: _encode(plane, depth) for name, plane in planes.items()}
        OpenEXR.File(header, encoded).write(stream)
    except (RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise OutputError(
            f"The EXR cannot be encoded ({error}); drop the attribute it names or free memory."
        ) from error


def check_encoding(depth: str, compression: str) -> None:
    """Refuse unknown depths and compressions.

    Raises:
        ConfigurationError: either is unknown; lossy compressions are, because they damage edges.
    """
    if depth not in ("half", "float"):
        raise ConfigurationError(f"The EXR depth was expected to be half or float, not {depth}.")
    if compression not in _COMPRESSIONS:
        raise ConfigurationError(
            f"The EXR compression was expected to be one of {', '.join(_COMPRESSIONS)} (lossless in every host), "
            f"not {compression}."
        )


def _encode(plane: np.ndarray, depth: ExrDepth) -> np.ndarray:
    """Contiguous pixels of the depth asked for; the clamp runs in bands, without a second copy of a large plate."""
    if depth == "float":
        return np.ascontiguousarray(plane, np.float32)
    encoded = np.empty(plane.shape, np.float16)
    for top in range(0, len(plane), _BAND_ROWS):
        encoded[top : top + _BAND_ROWS] = np.clip(plane[top : top + _BAND_ROWS], -HALF_MAX, HALF_MAX)
    return encoded
