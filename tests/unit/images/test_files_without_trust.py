"""Pictures and weights that are pipes, change while they are read, or lie about their sizes."""

import os
import struct
import subprocess
import sys

import cv2
import numpy as np
import OpenEXR
import pytest

from lfpnet.errors import ImageFileError, OutputError, WeightsError
from lfpnet.images import read_mask, read_plate
from lfpnet.images.exr_file import read_exr
from lfpnet.images.raster_file import read_raster
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT, picture_bytes
from lfpnet.model.checkpoint import read_checkpoint
from lfpnet.weights import packaged_weights
from lfpnet.weights.header import read_header

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")


@pytest.fixture
def exr(tmp_path):
    path = tmp_path / "plate.exr"
    pixels = np.random.default_rng(3).random((70, 96, 3)).astype(np.float32)
    header = {
        "type": OpenEXR.tiledimage,
        "compression": OpenEXR.RLE_COMPRESSION,
        "tiles": OpenEXR.TileDescription(),
    }
    OpenEXR.File(header, {"RGB": pixels}).write(str(path))
    return path


@posix
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "read",
    [
        lambda path: read_exr(path, DEFAULT_BYTE_LIMIT),
        lambda path: read_raster(path, "png", DEFAULT_BYTE_LIMIT),
        read_plate,
        read_mask,
    ],
)
def test_a_pipe_in_the_place_of_a_picture_is_an_error_at_once(tmp_path, read):
    os.mkfifo(tmp_path / "pipe.exr")
    with pytest.raises(ImageFileError, match="folder or a device"):
        read(tmp_path / "pipe.exr")


@posix
@pytest.mark.timeout(20)
@pytest.mark.parametrize("read", [read_checkpoint, read_header])
def test_a_pipe_in_the_place_of_weights_is_an_error_at_once(tmp_path, read):
    os.mkfifo(tmp_path / "pipe.safetensors")
    with pytest.raises(WeightsError, match="folder or a device"):
        read(tmp_path / "pipe.safetensors")


def test_a_picture_of_another_kind_that_took_the_place_is_refused(exr):
    assert picture_bytes(exr, "exr", DEFAULT_BYTE_LIMIT) == exr.read_bytes()
    with pytest.raises(ImageFileError, match="another kind"):
        read_raster(exr, "png", DEFAULT_BYTE_LIMIT)


@pytest.mark.parametrize(
    "tile", [(32, 1 << 20), (1 << 12, 1 << 12), (32, 1 << 24), (1 << 15, 1 << 15), (2**31 - 1, 1), (2**32 - 1, 32)]
)
def test_a_tile_far_larger_than_its_picture_is_refused_before_it_costs(exr, tile):
    data = bytearray(exr.read_bytes())
    struct.pack_into("<II", data, data.index(b"tiles\0tiledesc\0") + 19, *tile)
    exr.write_bytes(data)
    code = "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30)); "
    code += "from lfpnet.images import read_plate; read_plate(sys.argv[1])"
    ran = subprocess.run(
        [sys.executable, "-c", code, exr], check=False, capture_output=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert ran.returncode == 1, ran.stderr
    assert b"ImageFileError" in ran.stderr


@pytest.mark.parametrize("tile", [(16, 16), (64, 64), (512, 512), (1024, 64)])
def test_tiles_that_renderers_write_are_read_even_where_the_picture_is_smaller(tmp_path, tile):
    pixels = np.random.default_rng(4).random((10, 12, 3)).astype(np.float32)
    header = {"type": OpenEXR.tiledimage, "tiles": OpenEXR.TileDescription()}
    header["tiles"].xSize, header["tiles"].ySize = tile
    OpenEXR.File(header, {"RGB": pixels}).write(str(tmp_path / "small.exr"))
    np.testing.assert_array_equal(read_plate(tmp_path / "small.exr").pixels, pixels)


def test_decoded_bytes_are_counted_as_the_floats_they_become(tmp_path):
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.zeros((100, 100), np.uint8))
    assert read_raster(path, "png", 40_000)[0].nbytes == 40_000
    with pytest.raises(ImageFileError, match="more than the limit"):
        read_raster(path, "png", 39_999)


def test_weights_may_be_overwritten_once_they_are_read(tmp_path):
    """A mapped file would end the process with SIGBUS, so this runs in one of its own."""
    path = tmp_path / "w.safetensors"
    path.write_bytes(packaged_weights()[0].read_bytes())
    code = (
        "import sys; from pathlib import Path; from lfpnet.model.checkpoint import read_checkpoint; "
        "path = Path(sys.argv[1]); found = read_checkpoint(path); path.write_bytes(b''); "
        "print(sum(float(one.float().sum()) for one in found.tensors.values()))"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True)


def test_weights_that_are_no_numbers_are_refused(tmp_path):
    data = bytearray(packaged_weights()[0].read_bytes())
    data[-2_000:] = b"\xff\xff\xff\x7f" * 500
    path = tmp_path / "nan.safetensors"
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="NaN or infinity"):
        read_checkpoint(path)


def test_a_write_protected_file_is_never_replaced(tmp_path):
    from lfpnet.atomic_file import atomic_file

    path = tmp_path / "final.exr"
    path.write_bytes(b"approved")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="write-protected"), atomic_file(path) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"approved"
