"""Masks in: trimaps, roto, core and edge mattes and alphas from any picture that a plate may be."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from lfpnet.errors import ImageFileError
from lfpnet.images.channel_names import component_of
from lfpnet.images.exr_file import read_exr
from lfpnet.images.finite import replace_non_finite
from lfpnet.images.mask_channel import choose_component, find_mask
from lfpnet.images.plate import Depth
from lfpnet.images.raster_file import read_raster
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT, Kind, picture_kind
from lfpnet.images.windows import Window, full_window


@dataclass(frozen=True, eq=False)
class Mask:
    """One channel that says something about every pixel of a plate.

    Attributes:
        pixels: integers scaled to [0, 1] exactly as float32(v / 255) or float32(v / 65535); floats as in the file.
        depth: as stored in the file.
        data_window: where pixels exist, inclusive corners (x0, y0, x1, y1).
        display_window: the format.
        is_window_known: True for EXR; other kinds have only a size.
        channel_read: name of the channel.
        path: the file, None for a mask made in memory.
        repaired_count: pixels that held NaN or infinity; these became 0 and +-65504.
        notes: sentences on what was done to the pixels.
    """

    pixels: Float32[np.ndarray, "h w"]
    depth: Depth
    data_window: Window
    display_window: Window
    is_window_known: bool
    channel_read: str
    path: Path | None
    repaired_count: int
    notes: tuple[str, ...] = ()


def read_mask(path: Path | str, *, channel: str | None = None, byte_limit: int = DEFAULT_BYTE_LIMIT) -> Mask:
    """Read one channel as a mask.

    Which one, unless named, is what `lfpnet.images.mask_channel` says: red, green and blue that are a drawn trimap; A
    unless it is constant; a grey picture; the only channel. Passes of data are never masks. Anything else is refused
    with the names.

    Args:
        path: any picture that `read_plate` takes.
        channel: the channel (EXR: also a layer or part of one channel; other kinds: R, G, B, A or Y).
        byte_limit: most bytes that the decoded file may take.

    Raises:
        ImageFileError: the file cannot be read, or no channel is plainly a mask.
    """
    path = Path(path)
    kind = picture_kind(path)
    if kind == "exr":
        mask, count = _from_exr(path, channel, byte_limit)
    else:
        mask, count = _from_raster(path, kind, channel, byte_limit)
    notes = list(mask.notes)
    if channel is None and count > 1:
        notes.append(f"{path.name}: the mask is its channel {mask.channel_read}.")
    if mask.repaired_count:
        notes.append(
            f"{path.name} holds {mask.repaired_count} pixels that are NaN or infinite; NaN counts as background."
        )
    return replace(mask, notes=tuple(notes))


def _from_exr(path: Path, channel: str | None, byte_limit: int) -> tuple[Mask, int]:
    """The mask, and how many channels there were to choose from."""
    parts = read_exr(path, byte_limit)
    part, name = find_mask(parts, channel, path)
    plane = part.channels[name]
    pixels = plane.astype(np.float32)
    mask = Mask(
        pixels=pixels,
        depth="half" if plane.dtype == np.float16 else "float",
        data_window=part.data_window,
        display_window=part.display_window,
        is_window_known=True,
        channel_read=name,
        path=path,
        repaired_count=replace_non_finite(pixels),
    )
    return mask, sum(len(part.channel_names) for part in parts)


def _from_raster(path: Path, kind: Kind, channel: str | None, byte_limit: int) -> tuple[Mask, int]:
    raster = read_raster(path, kind, byte_limit)
    planes = {name: raster.samples[..., index] for index, name in enumerate(raster.names)}
    name = _raster_component(planes, channel, path)
    pixels = np.ascontiguousarray(planes[name])
    window = full_window(*pixels.shape)
    mask = Mask(
        pixels=pixels,
        depth=raster.depth,
        data_window=window,
        display_window=window,
        is_window_known=False,
        channel_read=name,
        path=path,
        repaired_count=replace_non_finite(pixels),
        notes=raster.notes,
    )
    return mask, len(planes)


def _raster_component(planes: dict[str, np.ndarray], channel: str | None, path: Path) -> str:
    """The caller's channel, the only one, or what the shared rule says."""
    if channel is not None and component_of(channel) not in planes:
        raise ImageFileError(f"{path} has no channel {channel}; it has {', '.join(planes)}, name one of these.")
    if channel is not None:
        return component_of(channel)
    name = choose_component(planes)
    if name is None:
        raise ImageFileError(
            f"{path} was expected to be grey or to have an alpha, but its red, green and blue differ; "
            "save it as grey or name a channel with the channel option."
        )
    return name
