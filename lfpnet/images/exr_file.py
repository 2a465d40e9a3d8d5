"""EXR files in: every part with its channels as separate planes, its windows and the metadata worth keeping.

Source: OpenEXR 3.5 Python module, with its traps as measured: a truncated file opens with no parts instead of raising,
and a valid file of some kilobytes can ask for gigabytes, so the headers are read and weighed first.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from lfpnet.errors import ImageFileError
from lfpnet.images.silence_stdout import silence_stdout
from lfpnet.images.source_file import DeclaredSize, check_byte_limit, picture_bytes
from lfpnet.images.windows import Window, window_size

#: Attributes that describe how one file stores its pixels; whoever writes another file sets them on purpose.
STRUCTURAL_ATTRIBUTES = frozenset(
    {
        "channels", "compression", "dataWindow", "displayWindow", "lineOrder", "type", "tiles", "chunkCount", "name",
        "version", "maxSamplesPerPixel", "multiView", "view", "preview", "idManifest", "dwaCompressionLevel",
    }
)  # fmt: skip


#: Lines that each compression packs together, where there are several.
#: Source: the OpenEXR file layout document.
_LINES_TOGETHER = {
    OpenEXR.ZIP_COMPRESSION: 16,
    OpenEXR.PXR24_COMPRESSION: 16,
    OpenEXR.PIZ_COMPRESSION: 32,
    OpenEXR.B44_COMPRESSION: 32,
    OpenEXR.B44A_COMPRESSION: 32,
    OpenEXR.DWAA_COMPRESSION: 32,
    OpenEXR.DWAB_COMPRESSION: 256,
}
#: What a piece may always take: 1024 x 1024 pixels of four channels, more than any renderer's tile.
_SPARE_BYTES = 16 << 20


@dataclass(frozen=True, eq=False)
class ExrPart:
    """One part of an EXR file.

    Attributes:
        name: the part's name, empty in most single-part files.
        channels: full-resolution half and float planes by name, (h, w); integer and subsampled channels are left out.
        channel_names: all names in the part, also of what was left out.
        data_window: where pixels exist.
        display_window: the format.
        header: attributes without the structural ones.
    """

    name: str
    channels: dict[str, np.ndarray]
    channel_names: tuple[str, ...]
    data_window: Window
    display_window: Window
    header: dict[str, Any]


def read_exr(path: Path, byte_limit: int) -> list[ExrPart]:
    """Read all parts of an EXR file.

    Args:
        path: an existing file.
        byte_limit: largest size of all decoded channels of all parts together, each counted as float.

    Raises:
        ImageFileError: truncated, damaged, deep, or larger than the limit.
    """
    encoded = picture_bytes(path, "exr", byte_limit)
    header_only = _open(path, encoded, is_header_only=True)
    _check_headers(path, header_only, byte_limit)
    file = _open(path, encoded, is_header_only=False)
    if len(file.parts) != len(header_only.parts):
        raise ImageFileError(f"{path} is truncated or damaged: its pixels cannot be read; render or copy it again.")
    return [_to_part(part) for part in file.parts]


def channel_list(parts: list[ExrPart]) -> str:
    """All channels of a file for an error sentence, with the part's name where there are several parts."""
    names = [f"{part.name}/{name}" if len(parts) > 1 else name for part in parts for name in part.channel_names] or [
        "none"
    ]
    return ", ".join(names if len(names) <= 24 else [*names[:24], f"and {len(names) - 24} more"])


def _open(path: Path, encoded: bytes, *, is_header_only: bool) -> Any:
    """Decode with OpenEXR, which gets bytes: it would hold the interpreter's lock while a path of its own blocks.

    Whatever it raises on a bad file becomes one sentence.
    """
    try:
        with silence_stdout():
            file = OpenEXR.File(io.BytesIO(encoded), separate_channels=True, header_only=is_header_only)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ImageFileError(f"{path} cannot be read as EXR ({reason}); render or copy it again.") from error
    if not file.parts:
        raise ImageFileError(f"{path} is truncated or damaged: its pixels cannot be read; render or copy it again.")
    return file


def _check_headers(path: Path, file: Any, byte_limit: int) -> None:
    """Refuse deep data and too many bytes, before a pixel is allocated."""
    pictures = []
    for part in file.parts:
        if part.header.get("type") in (OpenEXR.deepscanline, OpenEXR.deeptile):
            raise ImageFileError(f"{path} holds deep data; flatten it first (DeepToImage in Nuke).")
        height, width = window_size(_window(part.header["dataWindow"]))
        bytes_per_pixel = 4 * len(part.header["channels"])
        pictures.append(DeclaredSize(height, width, bytes_per_pixel))
        _check_chunk(path, part.header, pictures[-1])
    check_byte_limit(path, pictures, byte_limit)


def _check_chunk(path: Path, header: dict[str, Any], picture: DeclaredSize) -> None:
    """Refuse a piece of the file (a tile, or the lines that are compressed together) far larger than its picture.

    OpenEXR takes memory for whole pieces, whatever little of them the picture needs.
    """
    tile, lines = header.get("tiles"), _LINES_TOGETHER.get(header.get("compression"), 1)
    width, height = (int(tile.xSize), int(tile.ySize)) if tile is not None else (picture.width, lines)
    largest = max(picture.height * picture.width * picture.bytes_per_pixel, _SPARE_BYTES)
    if width * height * picture.bytes_per_pixel > largest:
        raise ImageFileError(
            f"{path} is stored in pieces of {width} x {height} pixels, far larger than the picture of "
            f"{picture.width} x {picture.height}: its header is damaged; render or copy it again."
        )


def _to_part(part: Any) -> ExrPart:
    """Plain Python and numpy from OpenEXR's objects."""
    channels = {
        name: channel.pixels
        for name, channel in part.channels.items()
        if channel.pixels.dtype in (np.float16, np.float32) and channel.xSampling == channel.ySampling == 1
    }
    return ExrPart(
        name=part.header.get("name", ""),
        channels=channels,
        channel_names=tuple(part.channels),
        data_window=_window(part.header["dataWindow"]),
        display_window=_window(part.header["displayWindow"]),
        header={name: value for name, value in part.header.items() if _is_kept(name, value)},
    )


def _is_kept(name: str, value: Any) -> bool:
    """Empty lists go too: OpenEXR's Python module cannot tell their type and refuses to write them."""
    return name not in STRUCTURAL_ATTRIBUTES and not (isinstance(value, list) and not value)


def _window(corners: Any) -> Window:
    """Plain integers: int32 arithmetic overflows on a hostile window."""
    (left, top), (right, bottom) = corners
    return int(left), int(top), int(right), int(bottom)
