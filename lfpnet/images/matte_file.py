"""The layered EXR that compositors get: R,G,B,A = premultiplied foreground and alpha, fg.R/G/B, bg.R/G/B.

One single-part scanline file, so that Nuke shows rgba, fg and bg and Blender Combined, fg and bg without a layer menu,
and any viewer shows something.
Source: pass lists of Blender 4.2 and 5.0 as measured; Foundry NDK channel naming.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from lfpnet.errors import ConfigurationError, OutputError, SizeMismatchError
from lfpnet.images.atomic_file import atomic_file
from lfpnet.images.exr_attributes import AttributeValue, merged_attributes
from lfpnet.images.exr_stream import Compression, ExrDepth, check_encoding, write_exr
from lfpnet.images.plate import Plate
from lfpnet.images.windows import size_text, window_size
from lfpnet.types import Matte

_NO_ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType({})


def write_matte(
    path: Path | str,
    matte: Matte,
    plate: Plate,
    *,
    depth: ExrDepth = "half",
    compression: Compression = "zips",
    attributes: Mapping[str, AttributeValue] = _NO_ATTRIBUTES,
) -> None:
    """Write a matte atomically.

    Args:
        path: a name ending in .exr; an existing file is replaced, but never the plate itself.
        matte: on the plate's data window, in the plate's own colour space.
        plate: gives windows and metadata.
        depth: half (clamped to +-65504) or float (exact).
        compression: none, rle, zips, zip or piz, all lossless.
        attributes: more header attributes, by custom under lfpnet/.

    Raises:
        ConfigurationError: unknown depth, compression, ending or attribute.
        SizeMismatchError: matte and plate differ.
        OutputError: the file cannot be written; nothing is left under its name.
    """
    path = Path(path)
    if path.suffix.lower() != ".exr":
        raise ConfigurationError(f"A matte is written as EXR, but {path} does not end in .exr; rename it.")
    if plate.path is not None and _is_same_file(path, plate.path):
        raise OutputError(f"{path} is the plate itself and will not be overwritten; choose another name.")
    _check(matte, plate, depth, compression)
    with atomic_file(path) as stream:
        _write(stream, matte, plate, depth, compression, attributes)


def matte_bytes(
    matte: Matte,
    plate: Plate,
    *,
    depth: ExrDepth = "half",
    compression: Compression = "zips",
    attributes: Mapping[str, AttributeValue] = _NO_ATTRIBUTES,
) -> bytes:
    """The same file as `write_matte` writes, in memory.

    Args:
        matte: on the plate's data window.
        plate: gives windows and metadata.
        depth: half or float.
        compression: none, rle, zips, zip or piz.
        attributes: more header attributes.

    Raises:
        ConfigurationError: unknown depth, compression or attribute.
        SizeMismatchError: matte and plate differ.
        OutputError: it cannot be encoded.
    """
    _check(matte, plate, depth, compression)
    stream = io.BytesIO()
    _write(stream, matte, plate, depth, compression, attributes)
    return stream.getvalue()


def _is_same_file(path: Path, other: Path) -> bool:
    """Whether both names lead to one existing file."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def _check(matte: Matte, plate: Plate, depth: str, compression: str) -> None:
    """Everything that can be wrong before a byte is written."""
    check_encoding(depth, compression)
    expected = window_size(plate.data_window)
    for name, pixels in (("alpha", matte.alpha), ("foreground", matte.foreground), ("background", matte.background)):
        if pixels.shape[:2] != expected:
            raise SizeMismatchError(
                f"The matte's {name} is {size_text(*pixels.shape[:2])} but the plate is {size_text(*expected)}; "
                "matte and plate must come from the same run."
            )


def _write(
    stream: io.BufferedIOBase,
    matte: Matte,
    plate: Plate,
    depth: ExrDepth,
    compression: str,
    attributes: Mapping[str, AttributeValue],
) -> None:
    combined = np.empty((*matte.alpha.shape, 4), np.float32)
    np.multiply(matte.foreground, matte.alpha[..., None], out=combined[..., :3])
    combined[..., 3] = matte.alpha
    write_exr(
        stream,
        {"RGBA": combined, "fg": matte.foreground, "bg": matte.background},
        depth=depth,
        compression=compression,
        windows=(plate.data_window, plate.display_window),
        attributes=merged_attributes(plate.header, attributes),
    )
