"""Plates from EXR files as renderers, Nuke and Blender write them."""

import struct

import numpy as np
import OpenEXR
import pytest

from lfpnet.errors import ImageFileError
from lfpnet.images import read_plate


def _random(*shape, dtype=np.float32, seed=1):
    return (np.random.default_rng(seed).normal(0, 3, shape)).astype(dtype)


@pytest.mark.parametrize(("dtype", "depth"), [(np.float16, "half"), (np.float32, "float")])
@pytest.mark.parametrize("size", [(1, 1), (19, 37), (1, 40), (64, 1)])
def test_every_sample_of_a_plate_comes_back_exactly(tmp_path, save_exr, dtype, depth, size):
    pixels = _random(*size, 3, dtype=dtype)
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels}))
    assert np.array_equal(plate.pixels, pixels.astype(np.float32))
    assert plate.pixels.flags.c_contiguous
    assert plate.pixels.dtype == np.float32
    assert (plate.depth, plate.is_linear, plate.repaired_count) == (depth, True, 0)
    assert plate.channels_read == ("R", "G", "B")


@pytest.mark.parametrize("names", ["RGB", "rgb", ("red", "green", "blue"), ("Red", "Green", "Blue")])
def test_every_spelling_of_red_green_blue_is_colour(tmp_path, save_exr, names):
    pixels = _random(5, 7, 3)
    plate = read_plate(save_exr(tmp_path / "p.exr", {name: pixels[..., i] for i, name in enumerate(names)}))
    assert np.array_equal(plate.pixels, pixels)


def test_a_grey_plate_is_repeated_into_three_channels(tmp_path, save_exr):
    grey = _random(5, 7)
    plate = read_plate(save_exr(tmp_path / "p.exr", {"Y": grey}))
    assert np.array_equal(plate.pixels, np.dstack([grey] * 3))
    assert plate.channels_read == ("Y",)


def test_alpha_depth_and_integer_channels_are_ignored(tmp_path, save_exr):
    pixels = _random(5, 7, 3)
    others = {"A": _random(5, 7), "Z": _random(5, 7), "id": np.arange(35, dtype=np.uint32).reshape(5, 7)}
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels, **others}))
    assert np.array_equal(plate.pixels, pixels)


def test_half_beside_float_counts_as_float(tmp_path, save_exr):
    channels = {"R": _random(2, 3, dtype=np.float16), "G": _random(2, 3), "B": _random(2, 3, dtype=np.float16)}
    assert read_plate(save_exr(tmp_path / "p.exr", channels)).depth == "float"


def test_bare_colour_wins_over_layers_and_layers_are_found_by_name(tmp_path, save_exr):
    bare, fg = _random(5, 7, 3), _random(5, 7, 3, seed=2)
    path = save_exr(
        tmp_path / "p.exr", {"RGB": bare, **{f"fg.{n}": fg[..., i] for i, n in enumerate(["red", "green", "blue"])}}
    )
    assert np.array_equal(read_plate(path).pixels, bare)
    assert np.array_equal(read_plate(path, layer="fg").pixels, fg)


def test_the_only_colour_layer_needs_no_name(tmp_path, save_exr):
    pixels = _random(5, 7, 3)
    plate = read_plate(save_exr(tmp_path / "p.exr", {"plate": pixels, "mask.V": _random(5, 7)}))
    assert np.array_equal(plate.pixels, pixels)
    assert plate.channels_read == ("plate.R", "plate.G", "plate.B")


def test_blenders_combined_pass_wins_among_layers(tmp_path, save_exr):
    combined = _random(5, 7, 3)
    channels = {"ViewLayer.Diffuse": _random(5, 7, 3, seed=3), "ViewLayer.Combined": combined}
    assert np.array_equal(read_plate(save_exr(tmp_path / "p.exr", channels)).pixels, combined)


def test_several_layers_are_a_question_for_the_user(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"fg": _random(5, 7, 3), "bg": _random(5, 7, 3)})
    with pytest.raises(ImageFileError, match=r"several colour layers \(bg, fg\); say which"):
        read_plate(path)


def test_missing_colour_names_the_channels_that_were_found(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"R": _random(5, 7), "G": _random(5, 7), "Z": _random(5, 7)})
    with pytest.raises(ImageFileError, match="but has the channels G, R, Z"):
        read_plate(path)


def test_an_unknown_layer_names_the_channels_that_were_found(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"RGB": _random(5, 7, 3)})
    with pytest.raises(ImageFileError, match="no colour layer beauty; it has the channels B, G, R"):
        read_plate(path, layer="beauty")


def test_integer_colour_is_no_colour(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {name: np.zeros((5, 7), np.uint32) for name in "RGB"})
    with pytest.raises(ImageFileError, match="half or float"):
        read_plate(path)


def test_luminance_and_chroma_is_not_taken_for_grey(tmp_path):
    (tmp_path / "p.exr").write_bytes(_luminance_chroma_exr())
    with pytest.raises(ImageFileError, match="BY, RY, Y"):
        read_plate(tmp_path / "p.exr")


def _luminance_chroma_exr():
    """Two by two pixels of half, by hand: OpenEXR's Python module cannot write subsampled channels."""
    channels = b"".join(
        name + b"\0" + struct.pack("<iBxxxii", 1, 0, step, step) for name, step in ((b"BY", 2), (b"RY", 2), (b"Y", 1))
    )
    window = struct.pack("<4i", 0, 0, 1, 1)
    attributes = [
        (b"channels", b"chlist", channels + b"\0"),
        (b"compression", b"compression", b"\0"),
        (b"dataWindow", b"box2i", window),
        (b"displayWindow", b"box2i", window),
        (b"lineOrder", b"lineOrder", b"\0"),
        (b"pixelAspectRatio", b"float", struct.pack("<f", 1)),
        (b"screenWindowCenter", b"v2f", struct.pack("<2f", 0, 0)),
        (b"screenWindowWidth", b"float", struct.pack("<f", 1)),
    ]
    header = struct.pack("<II", 20000630, 2)
    header += b"".join(n + b"\0" + t + b"\0" + struct.pack("<i", len(v)) + v for n, t, v in attributes) + b"\0"
    rows = [np.ones(4, np.float16).tobytes(), np.ones(2, np.float16).tobytes()]
    chunks = [struct.pack("<ii", y, len(row)) + row for y, row in enumerate(rows)]
    first = len(header) + 16
    return header + struct.pack("<QQ", first, first + len(chunks[0])) + b"".join(chunks)


def test_the_first_part_with_colour_is_the_plate(tmp_path, save_parts):
    pixels = _random(5, 7, 3)
    path = save_parts(tmp_path / "p.exr", {"depth": {"Z": _random(5, 7)}, "rgba": {"RGB": pixels}})
    assert np.array_equal(read_plate(path).pixels, pixels)


def test_a_part_is_a_layer_as_blender_5_writes_it(tmp_path, save_parts):
    image, clean = _random(5, 7, 3), _random(5, 7, 3, seed=2)
    path = save_parts(tmp_path / "p.exr", {"image": {"RGB": image}, "clean": {"RGB": clean}, "deep": {"x": clean}})
    assert np.array_equal(read_plate(path).pixels, image)
    assert np.array_equal(read_plate(path, layer="clean").pixels, clean)
    assert np.array_equal(read_plate(path, layer="deep.x").pixels, clean)
    assert "name" not in read_plate(path).header


def test_a_tiled_plate_is_read_like_any_other(tmp_path, save_exr):
    pixels = _random(70, 45, 3)
    header = {"type": OpenEXR.tiledimage, "tiles": OpenEXR.TileDescription()}
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels}, **header))
    assert np.array_equal(plate.pixels, pixels)
    assert "tiles" not in plate.header


def test_overscan_with_a_negative_origin_keeps_both_windows(tmp_path, save_exr):
    pixels = _random(19, 37, 3)
    windows = {"dataWindow": ((-5, -3), (31, 15)), "displayWindow": ((0, 0), (29, 9))}
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels}, **windows))
    assert plate.data_window == (-5, -3, 31, 15)
    assert plate.display_window == (0, 0, 29, 9)
    assert all(type(corner) is int for corner in plate.data_window + plate.display_window)
    assert np.array_equal(plate.pixels, pixels)


def test_a_cropped_bounding_box_keeps_both_windows(tmp_path, save_exr):
    windows = {"dataWindow": ((10, 20), (16, 24)), "displayWindow": ((0, 0), (99, 49))}
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": _random(5, 7, 3)}, **windows))
    assert plate.data_window == (10, 20, 16, 24)
    assert plate.pixels.shape == (5, 7, 3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_pixels_with_nan_or_infinity_are_replaced_and_counted(tmp_path, save_exr, dtype):
    pixels = _random(5, 7, 3, dtype=dtype)
    pixels[0, 0] = np.nan
    pixels[1, 1, 0] = np.inf
    pixels[2, 2, 2] = -np.inf
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels}))
    assert plate.repaired_count == 3
    assert plate.pixels[0, 0].tolist() == [0, 0, 0]
    assert plate.pixels[1, 1, 0] == 65504
    assert plate.pixels[2, 2, 2] == -65504
    assert plate.pixels[1, 1, 1] == np.float32(pixels[1, 1, 1])


def test_nan_in_an_unused_channel_is_no_repair(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"RGB": _random(5, 7, 3), "A": np.full((5, 7), np.nan, np.float32)})
    assert read_plate(path).repaired_count == 0


def test_finite_values_beyond_half_are_kept(tmp_path, save_exr):
    pixels = np.full((2, 2, 3), 1e6, np.float32)
    plate = read_plate(save_exr(tmp_path / "p.exr", {"RGB": pixels}))
    assert plate.pixels.max() == 1e6
    assert plate.repaired_count == 0


def test_the_header_holds_metadata_but_nothing_about_storage(tmp_path, save_exr):
    path = save_exr(tmp_path / "p.exr", {"RGB": _random(5, 7, 3)}, owner="studio", frame=1001, pixelAspectRatio=2.0)
    header = read_plate(path).header
    assert header["owner"] == "studio"
    assert header["frame"] == 1001
    assert header["pixelAspectRatio"] == 2.0
    assert not {"channels", "compression", "type", "dataWindow", "displayWindow", "lineOrder"} & set(header)


def test_a_pass_of_data_is_no_plate(tmp_path, save_exr):
    names = ("N.X", "N.Y", "N.Z")
    path = save_exr(tmp_path / "n.exr", {name: np.ones((5, 7), np.float32) for name in names})
    with pytest.raises(ImageFileError, match="expected to have R, G, B or Y"):
        read_plate(path)
    with_colour = {**{f"beauty.{c}": np.ones((5, 7), np.float32) for c in "RGB"}, "N.X": np.ones((5, 7), np.float32)}
    path = save_exr(tmp_path / "b.exr", {**with_colour, "N.Y": np.ones((5, 7), np.float32)})
    assert read_plate(path).channels_read == ("beauty.R", "beauty.G", "beauty.B")
