"""Masks, previews and contact sheets out."""

import cv2
import numpy as np
import OpenEXR
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.images import contact_sheet, read_mask, read_plate, write_mask, write_preview

ALL_GREYS = np.arange(256, dtype=np.uint8).reshape(8, 32)


@pytest.mark.parametrize("suffix", [".png", ".exr", ".EXR"])
def test_a_trimap_comes_back_with_its_exact_values(tmp_path, suffix):
    write_mask(tmp_path / f"t{suffix}", ALL_GREYS, None)
    assert np.array_equal(read_mask(tmp_path / f"t{suffix}").pixels, ALL_GREYS.astype(np.float32) / np.float32(255))


def test_a_flat_trimap_is_found_again_too(tmp_path):
    for value in (0, 128, 255):
        write_mask(tmp_path / "t.exr", np.full((3, 4), value, np.uint8), None)
        assert (read_mask(tmp_path / "t.exr").pixels == np.float32(value) / np.float32(255)).all()


def test_an_exr_mask_has_the_plates_windows_and_metadata(tmp_path, make_plate):
    plate = make_plate(8, 32, data_window=(-2, -1, 29, 6), display_window=(0, 0, 27, 5), header={"owner": "studio"})
    pixels = np.random.default_rng(1).random((32, 8), np.float32).T
    write_mask(tmp_path / "t.exr", pixels, plate)
    mask = read_mask(tmp_path / "t.exr")
    assert np.array_equal(mask.pixels, pixels)
    assert (mask.data_window, mask.display_window) == (plate.data_window, plate.display_window)
    assert OpenEXR.File(str(tmp_path / "t.exr"), header_only=True).header()["owner"] == "studio"


def test_float_masks_are_clamped_and_rounded_into_png(tmp_path):
    write_mask(tmp_path / "t.png", np.float32([[-1, 0.5, 128 / 255, 7]]), None)
    assert cv2.imread(str(tmp_path / "t.png"), cv2.IMREAD_UNCHANGED).tolist() == [[0, 128, 128, 255]]


def test_a_mask_of_another_size_than_the_plate_is_refused(tmp_path, make_plate):
    with pytest.raises(SizeMismatchError, match="mask is 32 x 8 but the plate is 7 x 5"):
        write_mask(tmp_path / "t.exr", ALL_GREYS, make_plate(5, 7))


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="PNG or EXR"):
        write_mask(tmp_path / "t.jpg", ALL_GREYS, None)
    with pytest.raises(ConfigurationError, match="PNG or JPEG"):
        write_preview(tmp_path / "t.gif", np.zeros((2, 2, 3), np.uint8))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [(1, 1), (19, 37)])
def test_a_png_preview_keeps_every_pixel_in_rgb_order(tmp_path, size):
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    write_preview(tmp_path / "p.png", pixels)
    assert np.array_equal(np.rint(read_plate(tmp_path / "p.png").pixels * 255), pixels)


def test_a_jpeg_preview_is_close_and_in_rgb_order(tmp_path):
    pixels = np.full((16, 16, 3), (200, 100, 20), np.uint8)
    write_preview(tmp_path / "p.jpeg", pixels)
    assert np.abs(read_plate(tmp_path / "p.jpeg").pixels * 255 - pixels).max() < 4


def test_a_preview_too_wide_for_its_format_is_a_sentence(tmp_path):
    from lfpnet.errors import OutputError

    with pytest.raises(OutputError, match="cannot be encoded at this size"):
        write_preview(tmp_path / "p.jpg", np.zeros((1, 70_000, 3), np.uint8))
    assert not list(tmp_path.iterdir())


@given(
    sizes=st.lists(st.tuples(st.integers(1, 80), st.integers(1, 80)), min_size=1, max_size=4), height=st.integers(1, 90)
)
def test_a_contact_sheet_shows_every_panel_at_one_height(sizes, height):
    panels = [(f"panel {index}", np.full((*size, 3), 255 - index, np.uint8)) for index, size in enumerate(sizes)]
    sheet = contact_sheet(panels, height=height)
    assert sheet.dtype == np.uint8
    for index in range(len(sizes)):
        assert (sheet[28 : 28 + height] == 255 - index).all(axis=-1).any()


def test_a_panel_of_the_sheets_height_is_shown_pixel_by_pixel_under_its_label():
    pixels = np.random.default_rng(1).integers(0, 256, (40, 90, 3), np.uint8)
    sheet = contact_sheet([("plate", pixels)], height=40)
    rows, columns = sheet.shape[:2]
    found = [
        (row, column)
        for row in range(rows - 39)
        for column in range(columns - 89)
        if np.array_equal(sheet[row : row + 40, column : column + 90], pixels)
    ]
    assert len(found) == 1
    assert sheet[: found[0][0]].max() > 100


@pytest.mark.parametrize(("panels", "height"), [([], 10), ([("a", np.zeros((2, 2, 3), np.uint8))], 0)])
def test_an_empty_sheet_is_refused(panels, height):
    with pytest.raises(ConfigurationError, match="at least one panel"):
        contact_sheet(panels, height=height)
