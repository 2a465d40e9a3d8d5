"""Plates from PNG, TIFF, JPEG, WebP and BMP."""

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import ImageFileError
from lfpnet.images import read_plate
from lfpnet.images.declared_size import declared_size
from lfpnet.images.source_file import picture_kind


def _integers(shape, dtype, seed=1):
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [("png", np.uint8), ("png", np.uint16), ("tif", np.uint8), ("tif", np.uint16), ("bmp", np.uint8)],
)
@pytest.mark.parametrize("size", [(1, 1), (19, 37)])
def test_integer_colour_is_divided_by_its_maximum_exactly(tmp_path, suffix, dtype, size):
    rgb = _integers((*size, 3), dtype)
    cv2.imwrite(str(tmp_path / f"p.{suffix}"), rgb[..., ::-1])
    plate = read_plate(tmp_path / f"p.{suffix}")
    assert np.array_equal(plate.pixels, (rgb.astype(np.float64) / np.iinfo(dtype).max).astype(np.float32))
    assert plate.pixels.flags.c_contiguous
    assert plate.depth == np.dtype(dtype).name
    assert not plate.is_linear
    assert plate.data_window == plate.display_window == (0, 0, size[1] - 1, size[0] - 1)
    assert plate.header == {}


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_alpha_is_ignored_and_colour_under_it_is_kept(tmp_path, suffix, dtype):
    bgra = _integers((9, 5, 4), dtype)
    bgra[..., 3] = 0
    cv2.imwrite(str(tmp_path / f"p.{suffix}"), bgra)
    expected = (bgra[..., 2::-1].astype(np.float64) / np.iinfo(dtype).max).astype(np.float32)
    assert np.array_equal(read_plate(tmp_path / f"p.{suffix}").pixels, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_is_repeated(tmp_path, dtype):
    grey = _integers((9, 5), dtype)
    cv2.imwrite(str(tmp_path / "p.png"), grey)
    plate = read_plate(tmp_path / "p.png")
    assert plate.channels_read == ("Y",)
    assert np.array_equal(plate.pixels[..., 0], plate.pixels[..., 2])
    assert np.array_equal(plate.pixels[..., 1], (grey.astype(np.float64) / np.iinfo(dtype).max).astype(np.float32))


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_lossy_colour_arrives_in_rgb_order(tmp_path, suffix):
    rgb = np.zeros((16, 24, 3), np.uint8)
    rgb[..., 0] = 250
    cv2.imwrite(str(tmp_path / f"p.{suffix}"), rgb[..., ::-1])
    plate = read_plate(tmp_path / f"p.{suffix}")
    assert plate.pixels[..., 0].min() > 0.9
    assert plate.pixels[..., 1:].max() < 0.1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_float_tiff_is_linear_and_unbounded(tmp_path, dtype):
    rgb = np.random.default_rng(1).normal(0, 60, (9, 5, 3)).astype(dtype)
    cv2.imwrite(str(tmp_path / "p.tif"), np.ascontiguousarray(rgb[..., ::-1]))
    plate = read_plate(tmp_path / "p.tif")
    assert (plate.is_linear, plate.depth) == (True, "float")
    assert np.array_equal(plate.pixels, rgb.astype(np.float32))


def test_a_double_beyond_float_counts_as_repaired(tmp_path):
    pixels = np.zeros((3, 3), np.float64)
    pixels[0, 0], pixels[1, 1] = 1e300, np.nan
    cv2.imwrite(str(tmp_path / "p.tif"), pixels)
    plate = read_plate(tmp_path / "p.tif")
    assert plate.repaired_count == 2
    assert plate.pixels[0, 0, 0] == 65504


def test_a_palette_png_is_colour(tmp_path, png):
    palette = [(b"PLTE", bytes([255, 0, 0, 0, 0, 255]))]
    (tmp_path / "p.png").write_bytes(png(2, 1, 8, 3, b"\0\0\1", palette))
    assert read_plate(tmp_path / "p.png").pixels.tolist() == [[[1, 0, 0], [0, 0, 1]]]


@pytest.mark.parametrize(
    ("bit_depth", "rows", "expected"), [(1, b"\0\xa5", [1, 0, 1, 0, 0, 1, 0, 1]), (2, b"\0\x1b", [0, 85, 170, 255])]
)
def test_pngs_below_8_bits_reach_from_0_to_1(tmp_path, png, bit_depth, rows, expected):
    (tmp_path / "p.png").write_bytes(png(len(expected), 1, bit_depth, 0, rows))
    assert np.array_equal(
        read_plate(tmp_path / "p.png").pixels[0, :, 0], np.float32(expected) / np.float32(max(expected))
    )


def test_the_kind_is_told_by_content_not_by_name(tmp_path, save_exr):
    pixels = np.random.default_rng(1).random((5, 7, 3), np.float32)
    save_exr(tmp_path / "p.exr", {"RGB": pixels}).rename(tmp_path / "p.png")
    assert np.array_equal(read_plate(tmp_path / "p.png").pixels, pixels)


@given(
    width=st.integers(1, 300), height=st.integers(1, 300), suffix=st.sampled_from(["png", "jpg", "tif", "webp", "bmp"])
)
def test_the_declared_size_is_the_decoded_size(folder, width, height, suffix):
    path = folder / f"sized.{suffix}"
    cv2.imwrite(str(path), np.zeros((height, width, 3), np.uint8))
    size = declared_size(path.read_bytes(), picture_kind(path))
    assert (size.height, size.width) == (height, width)
    assert size.bytes_per_pixel >= 3


def test_the_declared_size_of_lossless_and_transparent_webp_is_the_decoded_size(tmp_path):
    for channels, quality in ((3, 101), (4, 101), (4, 80)):
        cv2.imwrite(
            str(tmp_path / "p.webp"), _integers((21, 33, channels), np.uint8), [cv2.IMWRITE_WEBP_QUALITY, quality]
        )
        size = declared_size((tmp_path / "p.webp").read_bytes(), "webp")
        assert (size.height, size.width) == (21, 33)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("webp", b"RIFF....WEBPVP8 ...." + bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 33 | 0x4000, 21)),
        ("webp", b"RIFF....WEBPVP8L....\x2f" + struct.pack("<I", 32 | 20 << 14 | 1 << 28)),
        ("bmp", b"BM" + bytes(12) + struct.pack("<IHH", 12, 33, 21)),
        ("bmp", b"BM" + bytes(12) + struct.pack("<Iii", 40, 33, -21)),
        (
            "jpeg",
            b"\xff\xd8\xff\x01\xff\xff\xe0\x00\x04\xff\xc0\xff\xc4\0\x02\xff\xc2\0\x0b\x08"
            + struct.pack(">HH", 21, 33),
        ),
    ],
)
def test_the_size_is_found_in_rarer_headers_too(kind, header):
    size = declared_size(header, kind)
    assert (size.height, size.width) == (21, 33)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("webp", b"RIFF....WEBPALPH" + bytes(20)),
        ("tiff", b"II*\0" + struct.pack("<IH", 8, 0)),
        ("tiff", b"II*\0" + struct.pack("<IHHHI4s", 8, 1, 256, 11, 1, b"\0\0\x80?")),
        ("tiff", b"II*\0\xff\xff\xff\xff"),
        ("jpeg", b"\xff\xd8" + b"\xff" * 40),
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("bmp", b"BM"),
    ],
)
def test_a_header_without_a_size_is_a_value_error(kind, header):
    with pytest.raises(ValueError, match=r"header|chunk|directory|field type"):
        declared_size(header, kind)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("is_big", [False, True])
def test_the_size_of_both_tiff_kinds_is_read_in_both_byte_orders(order, is_big):
    mark = b"II" if order == "<" else b"MM"
    tags = [(256, 3, 1, 700), (257, 4, 1, 500), (258, 3, 1, 16), (277, 3, 1, 4)]
    short, word = ("Q", "Q") if is_big else ("H", "I")
    start = struct.pack(order + "HHHQ", 43, 8, 0, 16) if is_big else struct.pack(order + "HI", 42, 8)
    entries = b""
    for tag, kind, count, value in tags:
        body = struct.pack(order + ("H" if kind == 3 else "I"), value).ljust(8 if is_big else 4, b"\0")
        entries += struct.pack(f"{order}HH{word}", tag, kind, count) + body
    size = declared_size(mark + start + struct.pack(order + short, len(tags)) + entries, "tiff")
    assert (size.width, size.height, size.bytes_per_pixel) == (700, 500, 8)


def test_a_wide_integer_tiff_is_refused_with_its_type(tmp_path):
    cv2.imwrite(str(tmp_path / "p.tif"), np.arange(12, dtype=np.int32).reshape(3, 4))
    with pytest.raises(ImageFileError, match="int32"):
        read_plate(tmp_path / "p.tif")
