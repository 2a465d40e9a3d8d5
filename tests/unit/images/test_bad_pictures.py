"""Whatever is wrong with a file, one sentence says so, and nothing large is allocated on the way."""

import os
import struct
import subprocess
import sys

import cv2
import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.errors import ImageFileError
from lfpnet.images import read_mask, read_plate

READERS = [read_plate, read_mask]


def _noise(height=40, width=50):
    return np.random.default_rng(1).random((height, width, 3), np.float32)


def _encoded(suffix):
    is_encoded, encoded = cv2.imencode(suffix, (_noise() * 255).astype(np.uint8))
    assert is_encoded
    return encoded.tobytes()


def _with_data_window(path, window):
    data = path.read_bytes()
    at = data.index(b"dataWindow\0box2i\0") + len(b"dataWindow\0box2i\0") + 4
    path.write_bytes(data[:at] + struct.pack("<4i", *window) + data[at + 16 :])
    return path


@pytest.mark.parametrize("read", READERS)
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(ImageFileError, match=r"gone\.exr does not exist; check"):
        read(tmp_path / "gone.exr")


@pytest.mark.parametrize("read", READERS)
def test_a_name_below_a_file_does_not_exist(tmp_path, read):
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(ImageFileError, match="does not exist"):
        read(tmp_path / "file" / "p.exr")


@pytest.mark.parametrize("name", ["n" * 300, "a\0b"])
def test_an_impossible_name_is_a_sentence(tmp_path, name):
    with pytest.raises(ImageFileError, match="cannot be read"):
        read_plate(tmp_path / name)


@pytest.mark.parametrize("read", READERS)
def test_a_folder_is_no_picture(tmp_path, read):
    with pytest.raises(ImageFileError, match="folder or a device"):
        read(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of Unix")
def test_a_pipe_does_not_make_the_reader_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe.exr")
    with pytest.raises(ImageFileError, match="folder or a device"):
        read_plate(tmp_path / "pipe.exr")


@pytest.mark.parametrize("read", READERS)
def test_an_empty_file_says_so(tmp_path, read):
    (tmp_path / "p.exr").write_bytes(b"")
    with pytest.raises(ImageFileError, match="0 bytes"):
        read(tmp_path / "p.exr")


@pytest.mark.parametrize("content", [b"#!/bin/sh\n", b"RIFF\0\0\0\0WAVEfmt ", b"\x76\x2f", b"GIF89a" + b"\0" * 20])
def test_what_is_no_picture_is_refused_by_its_first_bytes(tmp_path, content):
    (tmp_path / "p.exr").write_bytes(content)
    with pytest.raises(ImageFileError, match="expected to be EXR, PNG, TIFF, JPEG, WebP, BMP, TGA or HDR"):
        read_plate(tmp_path / "p.exr")


@pytest.mark.parametrize("kept", [5, 100, 0.5, -10])
@pytest.mark.parametrize("compression", [OpenEXR.NO_COMPRESSION, OpenEXR.ZIPS_COMPRESSION, OpenEXR.PIZ_COMPRESSION])
def test_a_truncated_exr_is_refused_and_prints_nothing(tmp_path, capsys, save_exr, compression, kept):
    path = save_exr(tmp_path / "p.exr", {"RGB": _noise()}, compression=compression)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(ImageFileError, match=r"render or copy it again"):
        read_plate(path)
    assert capsys.readouterr().out == ""


def test_a_truncated_second_part_is_not_silently_lost(tmp_path, save_parts):
    path = save_parts(tmp_path / "p.exr", {"rgba": {"RGB": _noise()}, "mask": {"V": _noise()[..., 0]}})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 200])
    with pytest.raises(ImageFileError, match="truncated or damaged"):
        read_plate(path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_truncated_raster_is_refused(tmp_path, suffix, share):
    data = _encoded(suffix)
    (tmp_path / "p").write_bytes(data[: max(16, int(len(data) * share))])
    with pytest.raises(ImageFileError, match=r"damaged|cut short"):
        read_plate(tmp_path / "p")


@pytest.mark.parametrize(
    "window",
    [(0, 0, 10**9, 10**9), (0, 0, 99_999, 99_999), (-(2**30), 0, 2**30, 3), (0, 0, 2**31 - 1, 2**31 - 1), (5, 5, 0, 0)],
)
def test_a_huge_or_negative_data_window_is_refused_before_allocation(tmp_path, save_exr, window):
    path = _with_data_window(save_exr(tmp_path / "p.exr", {"RGB": _noise()}), window)
    with pytest.raises(ImageFileError, match=r"GiB|cannot be read as EXR"):
        read_plate(path)


def test_a_valid_exr_over_the_limit_is_refused_with_its_size(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"RGB": np.zeros((512, 512, 3), np.float16)})
    with pytest.raises(ImageFileError, match=r"512 x 512.*crop it, drop channels, or raise the byte limit"):
        read_plate(path, byte_limit=512 * 512 * 12 - 1)
    assert read_plate(path, byte_limit=512 * 512 * 12).pixels.shape == (512, 512, 3)


def test_deep_data_is_refused_with_the_way_out(tmp_path):
    samples = np.empty((3, 4), object)
    for index in np.ndindex(3, 4):
        samples[index] = np.ones(2, np.float32)
    header = {"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}
    OpenEXR.File(header, dict.fromkeys("RGB", samples)).write(str(tmp_path / "p.exr"))
    with pytest.raises(ImageFileError, match="deep data; flatten it"):
        read_plate(tmp_path / "p.exr")


def test_the_limit_counts_all_parts_together(tmp_path, save_parts):
    zeros = np.zeros((64, 64), np.float32)
    path = save_parts(tmp_path / "p.exr", {"rgba": dict.fromkeys("RGB", zeros), "z": {"Z": zeros}})
    with pytest.raises(ImageFileError, match="more than the limit"):
        read_plate(path, byte_limit=64 * 64 * 16 - 1)
    assert read_plate(path, byte_limit=64 * 64 * 16).pixels.shape == (64, 64, 3)


@pytest.mark.parametrize("read", READERS)
def test_a_png_of_ten_gigapixels_is_refused_with_a_sentence(tmp_path, png, read):
    (tmp_path / "p.png").write_bytes(png(100_000, 100_000, 8, 0, b"\0" * 100))
    with pytest.raises(ImageFileError, match="100000 x 100000"):
        read(tmp_path / "p.png")


def test_what_the_decoder_itself_finds_too_large_is_a_sentence(tmp_path, png):
    (tmp_path / "p.png").write_bytes(png(100_000, 100_000, 8, 0, b"\0" * 100))
    with pytest.raises(ImageFileError, match="cannot be decoded"):
        read_plate(tmp_path / "p.png", byte_limit=2**60)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".bmp"])
def test_a_raster_over_the_limit_is_refused_before_decoding(tmp_path, suffix):
    (tmp_path / "p").write_bytes(_encoded(suffix))
    with pytest.raises(ImageFileError, match="limit"):
        read_plate(tmp_path / "p", byte_limit=40 * 50 * 3 - 1)


def test_a_picture_of_no_pixels_is_refused(tmp_path, png):
    (tmp_path / "p.png").write_bytes(png(0, 7, 8, 0, b"\0"))
    with pytest.raises(ImageFileError, match="0 x 7"):
        read_plate(tmp_path / "p.png")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to RLIMIT_AS")
def test_refusing_a_header_bomb_takes_no_memory(tmp_path, png, save_exr):
    """In a process that may hold 3 GiB of address space, both bombs end in a sentence, not in MemoryError."""
    (tmp_path / "p.png").write_bytes(png(60_000, 60_000, 8, 2, b"\0" * 100))
    _with_data_window(save_exr(tmp_path / "p.exr", {"RGB": _noise()}), (0, 0, 30_000, 30_000))
    script = (
        "import resource, sys\n"
        "from lfpnet.errors import ImageFileError\nfrom lfpnet.images import read_plate\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n        read_plate(name)\n"
        "    except ImageFileError as error:\n        assert 'more than the limit' in str(error), error\n"
        "    else:\n        raise SystemExit('accepted')\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path / "p.png", tmp_path / "p.exr"], check=True, timeout=500)


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(), kind=st.sampled_from(["exr-none", "exr-zips", "exr-piz", ".png", ".jpg", ".tif", ".webp", ".bmp"])
)
def test_any_damage_ends_in_pixels_or_in_an_image_file_error(folder, save_exr, data, kind):
    path = folder / "damaged"
    if kind.startswith("exr"):
        compression = {"none": OpenEXR.NO_COMPRESSION, "zips": OpenEXR.ZIPS_COMPRESSION, "piz": OpenEXR.PIZ_COMPRESSION}
        save_exr(path, {"RGB": _noise(12, 9)}, compression=compression[kind[4:]])
        content = bytearray(path.read_bytes())
    else:
        content = bytearray(_encoded(kind))
    for _ in range(data.draw(st.integers(1, 4))):
        is_header = data.draw(st.booleans())
        content[data.draw(st.integers(4, 400 if is_header else len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))
    for read in READERS:
        pixels, sentence = _pixels_or_sentence(read, path)
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert np.isfinite(pixels).all()


def _pixels_or_sentence(read, path):
    try:
        return read(path, byte_limit=2**24).pixels, "."
    except ImageFileError as error:
        return np.zeros(0), str(error)
