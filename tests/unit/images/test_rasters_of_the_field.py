"""TIFF in all its forms and the other kinds, compared with tifffile and Pillow."""

import itertools

import numpy as np
import pytest
import tifffile
from PIL import Image

from lfpnet.errors import ImageFileError
from lfpnet.images import read_mask, read_plate
from lfpnet.images.raster_file import read_raster
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT

TOPS = {"uint8": 2**8 - 1, "uint16": 2**16 - 1, "uint32": 2**32 - 1}


def _samples(dtype, channels):
    values = np.random.default_rng(7).random((19, 23, channels))
    return (values * TOPS[dtype] if dtype in TOPS else values * 40 - 8).astype(dtype)


def _expected(stored):
    return (stored.astype(np.float64) / TOPS.get(stored.dtype.name, 1)).astype(np.float32)


def _write_tiff(path, stored, *, planes="contig", **how):
    if stored.shape[2] == 1:
        stored = stored[..., 0]
    else:
        how["planarconfig"] = planes
        stored = stored if planes == "contig" else np.ascontiguousarray(stored.transpose(2, 0, 1))
    tifffile.imwrite(path, stored, **how)
    return path


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "float16", "float32", "float64"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("compression", [None, "lzw", "deflate", "packbits"])
def test_a_tiff_reads_as_it_was_written_whatever_its_planes_bits_alpha_and_compression(
    tmp_path, dtype, planes, compression
):
    layouts = [(1, [None]), (2, ["unassalpha", "assocalpha", "unspecified"]), (3, [None]), (5, [None])]
    layouts.append((4, ["unassalpha", "assocalpha", "unspecified"]))
    for (channels, alphas), tile in itertools.product(layouts, [None, (16, 16)]):
        for alpha in alphas if tile is None or dtype != "float64" else []:
            how = {"compression": compression, "tile": tile, "photometric": "minisblack" if channels < 3 else "rgb"}
            how |= {"extrasamples": [alpha]} if alpha else {}
            stored = _samples(dtype, channels)
            raster = read_raster(
                _write_tiff(tmp_path / "p.tif", stored, planes=planes, **how), "tiff", DEFAULT_BYTE_LIMIT
            )
            assert np.array_equal(raster.samples, _expected(stored)), (channels, alpha, tile)
            plate = read_plate(tmp_path / "p.tif")
            assert np.array_equal(plate.pixels, _expected(stored[..., [0, 0, 0] if channels < 3 else [0, 1, 2]]))
            assert plate.is_linear == dtype.startswith("float")


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
@pytest.mark.parametrize("compression", [None, "lzw", "deflate"])
def test_white_is_zero_is_turned_over(tmp_path, dtype, compression):
    stored = _samples(dtype, 1)
    _write_tiff(tmp_path / "p.tif", stored, photometric="miniswhite", compression=compression)
    assert np.array_equal(read_mask(tmp_path / "p.tif").pixels, _expected(TOPS[dtype] - stored)[..., 0])


def test_a_bilevel_tiff_is_black_and_white_in_both_polarities(tmp_path):
    stored = np.random.default_rng(3).random((19, 23)) > 0.5
    for photometric in ("minisblack", "miniswhite"):
        tifffile.imwrite(tmp_path / "p.tif", stored, photometric=photometric)
        white = stored if photometric == "minisblack" else ~stored
        assert np.array_equal(read_mask(tmp_path / "p.tif").pixels, white.astype(np.float32))


def test_a_ycbcr_jpeg_tiff_is_the_colour_that_pillow_reads(tmp_path):
    smooth = np.dstack([np.tile(np.linspace(20, 230, 64), (48, 1))] * 3).astype(np.uint8)
    smooth[..., 2] = 40
    Image.fromarray(smooth).save(tmp_path / "p.tif", compression="jpeg", quality=95)
    expected = np.asarray(Image.open(tmp_path / "p.tif").convert("RGB"), np.float32) / 255
    assert np.abs(read_plate(tmp_path / "p.tif").pixels - expected).max() <= 3 / 255


@pytest.mark.parametrize("photometric", ["separated", "cielab"])
def test_inks_and_lab_are_refused(tmp_path, photometric):
    _write_tiff(tmp_path / "p.tif", _samples("uint8", 4 if photometric == "separated" else 3), photometric=photometric)
    with pytest.raises(ImageFileError, match="inks or Lab"):
        read_plate(tmp_path / "p.tif")


def test_a_jpeg_of_inks_is_refused(tmp_path):
    Image.fromarray(_samples("uint8", 3)).convert("CMYK").save(tmp_path / "p.jpg")
    with pytest.raises(ImageFileError, match="inks"):
        read_plate(tmp_path / "p.jpg")


def test_tiles_of_doubles_are_refused(tmp_path):
    _write_tiff(tmp_path / "p.tif", _samples("float64", 3), tile=(16, 16), photometric="rgb")
    with pytest.raises(ImageFileError, match="tiles in double precision"):
        read_plate(tmp_path / "p.tif")


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32"])
def test_signed_integers_are_refused_with_their_type(tmp_path, dtype):
    tifffile.imwrite(tmp_path / "p.tif", np.zeros((5, 7), dtype), photometric="minisblack")
    with pytest.raises(ImageFileError, match=dtype):
        read_plate(tmp_path / "p.tif")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("tag", range(1, 9))
def test_every_orientation_is_turned_upright_in_every_format_and_said(tmp_path, suffix, tag):
    """Reference: Pillow's own transposition of the file."""
    from PIL import ImageOps

    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:16, :32], pixels[24:40, 40:] = (250, 30, 30), (30, 40, 240)
    exif = Image.Exif()
    exif[274] = tag
    how = {"tiffinfo": {274: tag}} if suffix == "tif" else {"exif": exif}
    Image.fromarray(pixels).save(tmp_path / f"p.{suffix}", **how)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / f"p.{suffix}")).convert("RGB"), np.float32)
    plate = read_plate(tmp_path / f"p.{suffix}")
    assert plate.pixels.shape == expected.shape
    assert np.abs(plate.pixels - expected / 255).max() <= 3 / 255
    assert len(plate.notes) == (tag != 1)
    assert all("turned upright" in note for note in plate.notes)


@pytest.mark.parametrize("suffix", ["tga", "bmp", "png", "webp"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_other_kinds_are_what_pillow_reads(tmp_path, suffix, mode):
    stored = _samples("uint8", len(mode))
    Image.fromarray(stored[..., 0] if mode == "L" else stored).save(
        tmp_path / f"p.{suffix}", **({"lossless": True, "exact": True} if suffix == "webp" else {})
    )
    again = np.asarray(Image.open(tmp_path / f"p.{suffix}").convert("RGB"), np.float64)
    assert np.array_equal(read_plate(tmp_path / f"p.{suffix}").pixels, (again / 255).astype(np.float32))


def test_a_radiance_picture_is_linear_light(tmp_path):
    import cv2

    pixels = (np.random.default_rng(2).random((9, 11, 3)) * 30).astype(np.float32)
    cv2.imwrite(str(tmp_path / "p.hdr"), pixels[..., ::-1])
    plate = read_plate(tmp_path / "p.hdr")
    assert plate.is_linear
    assert np.abs(plate.pixels - pixels).max() <= 30 / 128
