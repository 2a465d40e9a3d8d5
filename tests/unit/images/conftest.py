"""Pictures written without the code under test, and an EXR header parser of its own."""

import struct
import zlib
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from lfpnet.images import Mask, Plate
from lfpnet.types import Matte


def _save_exr(path, channels, **header):
    basics = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    planes = {name: np.ascontiguousarray(plane) for name, plane in channels.items()}
    OpenEXR.File(basics | header, planes).write(str(path))
    return Path(path)


def _save_parts(path, parts):
    """`parts`: name -> channels."""
    made = [
        OpenEXR.Part(
            {"name": name, "type": OpenEXR.scanlineimage}, {k: np.ascontiguousarray(v) for k, v in its.items()}
        )
        for name, its in parts.items()
    ]
    OpenEXR.File(made).write(str(path))
    return Path(path)


def _exr_attributes(data):
    """Name -> (type, raw bytes), by walking the header; ends at the first null name."""
    position, found = 8, {}
    while data[position]:
        name_end = data.index(0, position)
        type_end = data.index(0, name_end + 1)
        (size,) = struct.unpack_from("<i", data, type_end + 1)
        value = data[type_end + 5 : type_end + 5 + size]
        found[data[position:name_end].decode()] = (data[name_end + 1 : type_end].decode(), value)
        position = type_end + 5 + size
    return found, position


def _with_attributes(data, extra):
    """An EXR with more attributes: [(name, type, raw bytes)], its chunk offsets moved along."""
    attributes, end = _exr_attributes(data)
    _, top, _, bottom = struct.unpack("<4i", attributes["dataWindow"][1])
    rows_per_chunk = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32}[attributes["compression"][1][0]]
    count = -(-(bottom - top + 1) // rows_per_chunk)
    blob = b"".join(n.encode() + b"\0" + t.encode() + b"\0" + struct.pack("<i", len(v)) + v for n, t, v in extra)
    offsets = struct.unpack_from(f"<{count}Q", data, end + 1)
    table = struct.pack(f"<{count}Q", *[offset + len(blob) for offset in offsets])
    return data[:end] + blob + b"\0" + table + data[end + 1 + len(table) :]


def _png(width, height, bit_depth, colour_type, rows, extra=()):
    """A PNG from raw filtered rows, chunk by chunk."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bit_depth, colour_type, 0, 0, 0))
    middle = b"".join(chunk(kind, body) for kind, body in extra)
    return b"\x89PNG\r\n\x1a\n" + header + middle + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _plate(height, width, *, data_window=None, display_window=None, header=None, path=None):
    window = data_window or (0, 0, width - 1, height - 1)
    return Plate(
        pixels=np.zeros((height, width, 3), np.float32),
        is_linear=True,
        depth="float",
        data_window=window,
        display_window=display_window or window,
        header=header or {},
        channels_read=("R", "G", "B"),
        path=path,
        repaired_count=0,
    )


def _mask(pixels, *, data_window=None, display_window=None):
    window = (0, 0, pixels.shape[1] - 1, pixels.shape[0] - 1)
    return Mask(
        pixels=pixels,
        depth="float",
        data_window=data_window or window,
        display_window=display_window or data_window or window,
        is_window_known=data_window is not None,
        channel_read="A",
        path=None,
        repaired_count=0,
    )


def _matte(height, width, seed=0, scale=1.0):
    random = np.random.default_rng(seed)
    return Matte(
        alpha=random.random((height, width), np.float32),
        foreground=random.normal(0, scale, (height, width, 3)).astype(np.float32),
        background=random.normal(0, scale, (height, width, 3)).astype(np.float32),
    )


@pytest.fixture(scope="session")
def save_exr():
    return _save_exr


@pytest.fixture(scope="session")
def save_parts():
    return _save_parts


@pytest.fixture(scope="session")
def exr_attributes():
    return lambda data: _exr_attributes(data)[0]


@pytest.fixture(scope="session")
def with_attributes():
    return _with_attributes


@pytest.fixture(scope="session")
def png():
    return _png


@pytest.fixture(scope="session")
def make_plate():
    return _plate


@pytest.fixture(scope="session")
def make_mask():
    return _mask


@pytest.fixture(scope="session")
def make_matte():
    return _matte


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """One folder for all examples of a hypothesis test."""
    return tmp_path_factory.mktemp("pictures")
