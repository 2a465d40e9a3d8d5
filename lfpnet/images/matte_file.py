"""The layered EXR that compositors get: R,G,B,A = premultiplied foreground and alpha, fg.R/G/B, bg.R/G/B.

For Nuke the layers are called lfp_fg and lfp_bg, so that they never meet others of a script, with lfp_trimap.A.

One single-part scanline file, so that Nuke shows rgba, fg and bg and Blender Combined, fg and bg without a layer menu,
and any viewer shows something.
Source: pass lists of Blender 4.2 and 5.0 as measured; Foundry NDK channel naming.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, OutputError, SizeMismatchError
from lfpnet.images.exr_attributes import AttributeValue, merged_attributes
from lfpnet.images.exr_stream import Compression, ExrDepth, check_encoding, write_exr
from lfpnet.images.plate import Plate
from lfpnet.images.windows import size_text, window_size
from lfpnet.types import Matte, TrimapPixels

LayerNames = Literal["plain", "nuke"]
_NO_ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType({})


def write_matte(
    path: Path | str,
    matte: Matte,
    plate: Plate,
    *,
    depth: ExrDepth = "half",
    compression: Compression = "zips",
    attributes: Mapping[str, AttributeValue] = _NO_ATTRIBUTES,
    layers: LayerNames = "plain",
    trimap: TrimapPixels | None = None,
) -> None:
    """Write a matte atomically.

    Args:
        path: a name ending in .exr; an existing file is replaced, but never the plate itself.
        matte: on the plate's data window, in the plate's own colour space.
        plate: gives windows and metadata.
        depth: half (clamped to +-65504) or float (exact).
        compression: none, rle, zips, zip or piz, all lossless.
        attributes: more header attributes, by custom under lfpnet/.
        layers: `plain` or `nuke` names.
        trimap: 0, 128 or 255, of the matte's size; the nuke layers then hold it too.

    Raises:
        ConfigurationError: unknown depth, compression, layers, ending or attribute.
        SizeMismatchError: matte and plate differ.
        OutputError: the file cannot be written; nothing is left under its name.
    """
    path = Path(path)
    if path.suffix.lower() != ".exr":
        raise ConfigurationError(f"A matte is written as EXR, but {path} does not end in .exr; rename it.")
    if plate.path is not None and _is_same_file(path, plate.path):
        raise OutputError(f"{path} is the plate itself and will not be overwritten; choose another name.")
    _check(matte, plate, depth, compression)
    planes = _planes(matte, layers, trimap)
    with atomic_file(path) as stream:
        _write(stream, planes, plate, depth, compression, attributes)


def matte_bytes(
    matte: Matte,
    plate: Plate,
    *,
    depth: ExrDepth = "half",
    compression: Compression = "zips",
    attributes: Mapping[str, AttributeValue] = _NO_ATTRIBUTES,
    layers: LayerNames = "plain",
    trimap: TrimapPixels | None = None,
) -> bytes:
    """The same file as `write_matte` writes, in memory.

    Args:
        matte: on the plate's data window.
        plate: gives windows and metadata.
        depth: half or float.
        compression: none, rle, zips, zip or piz.
        attributes: more header attributes.
        layers: `plain` or `nuke` names.
        trimap: as for `write_matte`.

    Raises:
        ConfigurationError: unknown depth, compression, layers or attribute.
        SizeMismatchError: matte and plate differ.
        OutputError: it cannot be encoded.
    """
    _check(matte, plate, depth, compression)
    stream = io.BytesIO()
    _write(stream, _planes(matte, layers, trimap), plate, depth, compression, attributes)
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


def _planes(matte: Matte, layers: str, trimap: TrimapPixels | None) -> dict[str, np.ndarray]:
    """What the file holds, by name of layer or channel."""
    if layers not in get_args(LayerNames):
        raise ConfigurationError(
            f"Expected layers among {', '.join(get_args(LayerNames))}, got '{layers}'; use 'plain'."
        )
    combined = np.empty((*matte.alpha.shape, 4), np.float32)
    np.multiply(matte.foreground, matte.alpha[..., None], out=combined[..., :3])
    combined[..., 3] = matte.alpha
    prefix = "lfp_" if layers == "nuke" else ""
    planes = {"RGBA": combined, f"{prefix}fg": matte.foreground, f"{prefix}bg": matte.background}
    if layers == "nuke" and trimap is not None:
        planes["lfp_trimap.A"] = trimap.astype(np.float32) / np.float32(255)
    return planes


def _write(
    stream: io.BufferedIOBase,
    planes: Mapping[str, np.ndarray],
    plate: Plate,
    depth: ExrDepth,
    compression: str,
    attributes: Mapping[str, AttributeValue],
) -> None:
    write_exr(
        stream,
        planes,
        depth=depth,
        compression=compression,
        windows=(plate.data_window, plate.display_window),
        attributes=merged_attributes(plate.header, attributes),
    )
