"""A mask lands where Nuke would put it, whatever the windows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import SizeMismatchError
from lfpnet.images import align

FORMAT = (0, 0, 19, 11)


@st.composite
def windows(draw):
    left, top = draw(st.integers(-15, 30)), draw(st.integers(-15, 20))
    return left, top, left + draw(st.integers(0, 30)), top + draw(st.integers(0, 25))


def _random(window):
    height, width = window[3] - window[1] + 1, window[2] - window[0] + 1
    return np.random.default_rng(5).random((height, width), np.float32) + 1


@given(mask_window=windows(), plate_window=windows(), shift=st.tuples(st.integers(-9, 9), st.integers(-9, 9)))
def test_an_exr_mask_of_the_plates_format_is_placed_pixel_by_pixel(
    make_plate, make_mask, mask_window, plate_window, shift
):
    """Reference: every pixel of the plate asks the mask for the same place of the format; outside is 0."""
    right, down = shift
    moved = (mask_window[0] + right, mask_window[1] + down, mask_window[2] + right, mask_window[3] + down)
    pixels = _random(mask_window)
    mask = make_mask(pixels, data_window=moved, display_window=(right, down, 19 + right, 11 + down))
    height, width = plate_window[3] - plate_window[1] + 1, plate_window[2] - plate_window[0] + 1
    plate = make_plate(height, width, data_window=plate_window, display_window=FORMAT)
    expected = np.zeros((height, width), np.float32)
    for row in range(height):
        for column in range(width):
            y, x = plate_window[1] + row - mask_window[1], plate_window[0] + column - mask_window[0]
            if 0 <= y < pixels.shape[0] and 0 <= x < pixels.shape[1]:
                expected[row, column] = pixels[y, x]
    assert np.array_equal(align(mask, plate), expected)


def test_a_mask_of_the_plates_size_is_taken_as_it_is(make_plate, make_mask):
    pixels = _random((0, 0, 6, 4))
    assert align(make_mask(pixels), make_plate(5, 7)) is pixels
    assert align(make_mask(pixels), make_plate(5, 7, data_window=(-1, -1, 5, 3), display_window=(0, 0, 4, 2))) is pixels


def test_a_png_of_the_format_is_padded_with_black_under_overscan(make_plate, make_mask):
    pixels = _random(FORMAT)
    plate = make_plate(16, 26, data_window=(-2, -3, 23, 12), display_window=FORMAT)
    placed = align(make_mask(pixels), plate)
    assert np.array_equal(placed[3:15, 2:22], pixels)
    assert placed.sum() == pytest.approx(pixels.sum())


def test_a_png_of_the_format_is_cut_to_a_cropped_bounding_box(make_plate, make_mask):
    pixels = _random(FORMAT)
    plate = make_plate(4, 5, data_window=(3, 2, 7, 5), display_window=FORMAT)
    assert np.array_equal(align(make_mask(pixels), plate), pixels[2:6, 3:8])


def test_a_cropped_exr_mask_lands_on_a_png_plate(make_plate, make_mask):
    pixels = _random((3, 2, 7, 5))
    placed = align(make_mask(pixels, data_window=(3, 2, 7, 5), display_window=FORMAT), make_plate(12, 20))
    assert np.array_equal(placed[2:6, 3:8], pixels)
    assert np.count_nonzero(placed) == pixels.size


def test_an_exr_mask_that_lost_its_format_but_has_the_plates_pixels_is_taken_as_it_is(make_plate, make_mask):
    pixels = _random((0, 0, 6, 4))
    plate = make_plate(5, 7, data_window=(3, 3, 9, 7), display_window=FORMAT)
    assert align(make_mask(pixels, data_window=(0, 0, 6, 4)), plate) is pixels


def test_a_mismatch_says_both_sizes_and_what_to_do(make_plate, make_mask):
    plate = make_plate(1080, 1920, data_window=(-4, 0, 1915, 1079), display_window=(0, 0, 1919, 1079))
    with pytest.raises(SizeMismatchError) as caught:
        align(make_mask(np.zeros((540, 960), np.float32)), plate)
    assert "plate is 1920 x 1080 (format 1920 x 1080)" in str(caught.value)
    assert "mask is 960 x 540; export both at the same format." in str(caught.value)


def test_a_mismatch_of_an_exr_mask_says_its_format_too(make_plate, make_mask):
    mask = make_mask(np.zeros((4, 5), np.float32), data_window=(3, 2, 7, 5), display_window=FORMAT)
    with pytest.raises(SizeMismatchError, match=r"the mask is 5 x 4 \(format 20 x 12\)"):
        align(mask, make_plate(50, 60))
