# SPDX-License-Identifier: GPL-3.0-or-later
"""The small part of OpenEXR that the plugin needs: read what Blender wrote for it, write plates and empty frames.

Blender cannot give Python the pixels of a multi-layer EXR, so a capture is written uncompressed and read here: single
part, scanlines, 32-bit float. Source: "OpenEXR File Layout" of the OpenEXR documentation.
"""

import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import ShotProblem

_MAGIC = 20000630
_NO_COMPRESSION, _ZIPS = 0, 2
#: Bits of the version field: tiles, deep pixels, several parts.
_UNSUPPORTED_FLAGS = 0x200 | 0x800 | 0x1000
_LONG_NAMES = 0x400
_TYPES = {0: np.dtype("<u4"), 1: np.dtype("<f2"), 2: np.dtype("<f4")}
_NUMBERS = {np.dtype("<f2"): 1, np.dtype("<f4"): 2}


@dataclass(frozen=True)
class Header:
    """What the header of an EXR says.

    Attributes:
        channels: names in the file's order -> type of their pixels.
        size: width and height of the data window.
        compression: the file's number for it.
        end: where the offset table begins.
    """

    channels: dict[str, np.dtype]
    size: tuple[int, int]
    compression: int
    end: int


def read_header(path: Path) -> Header:
    """Read the header of a single-part scanline file.

    Raises:
        ShotProblem: the file cannot be read or is of another kind.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(1 << 20)
        return _parse(data, path)
    except (OSError, struct.error, IndexError, KeyError, ValueError) as problem:
        raise ShotProblem(f"{path} cannot be read as an EXR ({problem}): write it again.") from problem


def read_channels(path: Path) -> dict[str, np.ndarray]:
    """Read an uncompressed 32-bit file.

    Returns:
        Arrays (h, w) by channel name, top row first.

    Raises:
        ShotProblem: the file is damaged or of another kind.
    """
    header = read_header(path)
    width, height = header.size
    if header.compression != _NO_COMPRESSION or set(header.channels.values()) != {np.dtype("<f4")}:
        raise ShotProblem(f"{path} is not an uncompressed EXR of 32-bit floats: capture the frame again.")
    stride = 8 + 4 * width * len(header.channels)
    data = np.fromfile(path, np.uint8, offset=header.end + 8 * height)
    if data.size != stride * height:
        raise ShotProblem(f"{path} has {data.size} bytes of pixels instead of {stride * height}: capture it again.")
    rows = data.reshape(height, stride)[:, 8:]
    pixels = np.ascontiguousarray(rows).view("<f4").reshape(height, len(header.channels), width)
    return {name: pixels[:, index] for index, name in enumerate(header.channels)}


def write_channels(path: Path, channels: Mapping[str, np.ndarray]) -> None:
    """Write arrays (h, w) of one size as an uncompressed 32-bit file, whole or not at all.

    Args:
        path: an existing file is replaced.
        channels: by name, top row first.
    """
    names = sorted(channels)
    height, width = channels[names[0]].shape
    rows = np.empty((height, 8 + 4 * width * len(names)), np.uint8)
    rows[:, :4] = np.arange(height, dtype="<i4").view(np.uint8).reshape(height, 4)
    rows[:, 4:8] = np.array([4 * width * len(names)], "<i4").view(np.uint8)
    stacked = np.stack([channels[name] for name in names], axis=1).astype("<f4")
    rows[:, 8:] = stacked.reshape(height, -1).view(np.uint8)
    types = dict.fromkeys(names, np.dtype("<f4"))
    _write(path, _header(types, (width, height), _NO_COMPRESSION), [row.data for row in rows])


def write_empty(path: Path, like: Path) -> None:
    """Write a file with the channels and the size of another one and 0 in every pixel.

    Raises:
        ShotProblem: `like` cannot be read.
    """
    header = read_header(like)
    width, height = header.size
    row_bytes = width * sum(kind.itemsize for kind in header.channels.values())
    # ZIPS stores the differences of neighbouring bytes plus 128: zeros become 0, 128, 128 ...
    packed = zlib.compress(b"\0" + b"\x80" * (row_bytes - 1), 9)
    rows = [struct.pack("<ii", y, len(packed)) + packed for y in range(height)]
    if len(packed) >= row_bytes:  # a block that does not shrink is stored as it is
        rows = [struct.pack("<ii", y, row_bytes) + bytes(row_bytes) for y in range(height)]
    _write(path, _header(header.channels, header.size, _ZIPS), rows)


def _parse(data: bytes, path: Path) -> Header:
    magic, version = struct.unpack_from("<ii", data)
    if magic != _MAGIC or version & _UNSUPPORTED_FLAGS:
        raise ShotProblem(f"{path} is not a single-part scanline EXR: write it as one.")
    at = 8
    attributes: dict[str, bytes] = {}
    while data[at]:
        name, at = _text(data, at)
        _, at = _text(data, at)
        (size,) = struct.unpack_from("<i", data, at)
        attributes[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    x0, y0, x1, y1 = struct.unpack("<4i", attributes["dataWindow"])
    return Header(_channels(attributes["channels"]), (x1 - x0 + 1, y1 - y0 + 1), attributes["compression"][0], at + 1)


def _channels(data: bytes) -> dict[str, np.dtype]:
    found, at = {}, 0
    while data[at]:
        name, at = _text(data, at)
        found[name] = _TYPES[struct.unpack_from("<i", data, at)[0]]
        at += 16
    return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.index(b"\0", at)
    return data[at:end].decode("utf-8"), end + 1


def _header(channels: Mapping[str, np.dtype], size: tuple[int, int], compression: int) -> bytes:
    listed = b"".join(
        name.encode() + b"\0" + struct.pack("<iiii", _NUMBERS[channels[name]], 0, 1, 1) for name in sorted(channels)
    )
    window = struct.pack("<4i", 0, 0, size[0] - 1, size[1] - 1)
    attributes = (
        ("channels", "chlist", listed + b"\0"),
        ("compression", "compression", bytes([compression])),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", b"\0"),
        ("pixelAspectRatio", "float", struct.pack("<f", 1.0)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0.0, 0.0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1.0)),
    )
    version = 2 | (_LONG_NAMES if any(len(name) > 31 for name in channels) else 0)
    body = b"".join(
        name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value
        for name, kind, value in attributes
    )
    return struct.pack("<ii", _MAGIC, version) + body + b"\0"


def _write(path: Path, header: bytes, rows: list) -> None:
    """Write header, offset table and rows under a temporary name, then rename."""
    lengths = np.array([len(header) + 8 * len(rows)] + [len(row) for row in rows[:-1]], "<u8")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as stream:
            stream.write(header)
            stream.write(np.cumsum(lengths, dtype="<u8").tobytes())
            stream.writelines(rows)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
