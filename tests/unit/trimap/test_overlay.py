"""The preview of a trimap over its plate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import SizeMismatchError
from lfpnet.trimap import overlay
from lfpnet.trimap.overlay import LINE_COLOUR
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def _three_bands(height: int = 12) -> np.ndarray:
    return np.repeat(np.array([[BACKGROUND, UNKNOWN, FOREGROUND]], np.uint8), 10, axis=1).repeat(height, axis=0)


def test_the_classes_look_different_on_black_grey_and_white():
    for level in (0, 128, 255):
        preview = overlay(np.full((12, 30, 3), level, np.uint8), _three_bands()).astype(int)
        colours = [preview[5, 5], preview[5, 15], preview[5, 25]]
        for i, j in ((0, 1), (1, 2), (0, 2)):
            assert np.abs(colours[i] - colours[j]).max() >= 30


def test_the_outline_runs_inside_the_unknown_region_and_not_along_the_frame():
    preview = overlay(np.full((12, 30, 3), 90, np.uint8), _three_bands())
    is_line = (preview == LINE_COLOUR).all(axis=2)
    assert np.flatnonzero(is_line.any(axis=0)).tolist() == [10, 19]
    assert is_line[:, 10].all()


def test_float_and_uint8_plates_give_the_same_preview():
    levels = np.arange(12 * 30 * 3, dtype=np.int32).reshape(12, 30, 3) % 256
    from_bytes = overlay(levels.astype(np.uint8), _three_bands())
    assert np.array_equal(overlay((levels / 255).astype(np.float32), _three_bands()), from_bytes)


def test_floats_outside_zero_to_one_are_clamped():
    wild = np.array([[[-4, 0.5, 60]]], np.float32)
    tame = np.array([[[0, 0.5, 1]]], np.float32)
    trimap = np.full((1, 1), FOREGROUND, np.uint8)
    assert np.array_equal(overlay(wild, trimap), overlay(tame, trimap))


def test_detail_of_the_plate_stays_visible_in_every_class():
    plate = np.zeros((12, 30, 3), np.uint8)
    plate[::2] = 255
    preview = overlay(plate, _three_bands()).astype(int)
    for column in (5, 15, 25):
        assert np.abs(preview[4, column] - preview[5, column]).max() >= 60


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_any_size_gives_a_preview_of_the_same_size_and_leaves_the_plate_alone(height, width, seed):
    random = np.random.default_rng(seed)
    plate = random.integers(0, 256, (height, width, 3), np.uint8)
    trimap = random.choice(np.array([BACKGROUND, UNKNOWN, FOREGROUND], np.uint8), (height, width))
    before = plate.copy()
    preview = overlay(plate[:, ::-1], trimap)
    assert preview.shape == plate.shape
    assert preview.dtype == np.uint8
    assert np.array_equal(plate, before)


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(SizeMismatchError, match=r"plate is 4 x 3 pixels and the trimap is 3 x 4"):
        overlay(np.zeros((3, 4, 3), np.uint8), np.zeros((4, 3), np.uint8))
