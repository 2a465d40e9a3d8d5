"""Plates in: any EXR, or PNG, TIFF, JPEG and their like, as float pixels with all that the result must carry on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float32

from lfpnet.images.colour_layer import find_colour
from lfpnet.images.exr_file import read_exr
from lfpnet.images.finite import replace_non_finite
from lfpnet.images.raster_file import read_raster
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT, Kind, picture_kind
from lfpnet.images.windows import Window, full_window

Depth = Literal["half", "float", "uint8", "uint16", "uint32"]


@dataclass(frozen=True, eq=False)
class Plate:
    """One frame of footage.

    Attributes:
        pixels: the data window's pixels; scene-linear and unbounded if `is_linear`, else display-encoded in [0, 1].
        is_linear: True for EXR and whatever else holds floating point (TIFF, HDR).
        depth: as stored in the file.
        data_window: where pixels exist, inclusive corners (x0, y0, x1, y1).
        display_window: the format.
        header: EXR attributes to carry on; empty for other kinds.
        channels_read: names of the channels that became red, green and blue (one name for grey).
        path: the file, None for a plate made in memory.
        repaired_count: pixels that held NaN or infinity; these became 0 and +-65504.
        notes: sentences on what was done to the pixels, for whoever asked for them.
    """

    pixels: Float32[np.ndarray, "h w 3"]
    is_linear: bool
    depth: Depth
    data_window: Window
    display_window: Window
    header: dict[str, Any]
    channels_read: tuple[str, ...]
    path: Path | None
    repaired_count: int
    notes: tuple[str, ...] = ()

    @property
    def matte_depth(self) -> Literal["half", "float"]:
        """How deep a matte of it is stored: half for half and 8-bit plates, float for what a half cannot hold."""
        return "half" if self.depth in ("half", "uint8") else "float"


def read_plate(path: Path | str, *, layer: str | None = None, byte_limit: int = DEFAULT_BYTE_LIMIT) -> Plate:
    """Read a plate.

    Args:
        path: any picture of `docs/pictures-in.md`; alpha is ignored.
        layer: EXR layer or part that holds the colour; None takes the bare R, G, B or Y, or the only layer with colour.
        byte_limit: most bytes that the decoded file may take; in EXR every channel of every part counts as float.

    Returns:
        The plate; grey is repeated into three channels.

    Raises:
        ImageFileError: missing, unreadable, truncated, too large, of an unknown kind, or without colour.
    """
    path = Path(path)
    kind = picture_kind(path)
    return _from_exr(path, layer, byte_limit) if kind == "exr" else _from_raster(path, kind, byte_limit)


def _from_exr(path: Path, layer: str | None, byte_limit: int) -> Plate:
    part, _, names = find_colour(read_exr(path, byte_limit), layer, path)
    planes = [part.channels[name] for name in names]
    pixels = np.empty((*planes[0].shape, 3), np.float32)
    for index in range(3):
        pixels[..., index] = planes[index % len(planes)]
    return Plate(
        pixels=pixels,
        is_linear=True,
        depth="half" if all(plane.dtype == np.float16 for plane in planes) else "float",
        data_window=part.data_window,
        display_window=part.display_window,
        header=part.header,
        channels_read=names,
        path=path,
        repaired_count=replace_non_finite(pixels),
    )


def _from_raster(path: Path, kind: Kind, byte_limit: int) -> Plate:
    raster = read_raster(path, kind, byte_limit)
    names = raster.colour_names
    planes = [raster.names.index(names[index % len(names)]) for index in range(3)]
    pixels = np.ascontiguousarray(raster.samples[..., planes])
    window = full_window(*pixels.shape[:2])
    return Plate(
        pixels=pixels,
        is_linear=raster.is_linear,
        depth=raster.depth,
        data_window=window,
        display_window=window,
        header={},
        channels_read=names,
        path=path,
        repaired_count=replace_non_finite(pixels),
        notes=raster.notes,
    )
