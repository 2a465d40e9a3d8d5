"""Grey trimaps of any depth: what is surely dark or bright is known, everything between is unknown."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lfpnet.errors import ConfigurationError
from lfpnet.trimap import from_grey
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def _of_levels(levels, depth: int = 255) -> np.ndarray:
    return (np.asarray(levels, np.float32) / depth)[np.newaxis]


def test_127_128_and_129_are_all_unknown():
    assert from_grey(_of_levels([127, 128, 129])).tolist() == [[UNKNOWN] * 3]


def test_each_8_bit_level_falls_where_the_documentation_says():
    trimap = from_grey(_of_levels(range(256)))[0]
    assert (trimap[:6] == BACKGROUND).all()
    assert (trimap[6:250] == UNKNOWN).all()
    assert (trimap[250:] == FOREGROUND).all()
    assert trimap.dtype == np.uint8


def test_levels_scaled_by_multiplication_fall_like_levels_scaled_by_division():
    levels = np.arange(256, dtype=np.float32)[np.newaxis]
    assert np.array_equal(from_grey(levels * np.float32(1 / 255)), from_grey(levels / 255))


def test_16_bit_levels_fall_like_their_8_bit_counterparts():
    levels = np.arange(256)
    assert np.array_equal(from_grey(_of_levels(levels * 257, 65535)), from_grey(_of_levels(levels)))


def test_values_outside_zero_to_one_count_as_the_ends():
    grey = np.array([[-7, -0.0, 1.5, 60, np.inf, -np.inf]], np.float32)
    b, f = BACKGROUND, FOREGROUND
    assert from_grey(grey).tolist() == [[b, b, f, f, f, b]]


def test_nan_is_unknown():
    assert from_grey(np.full((1, 1), np.nan, np.float32)).tolist() == [[UNKNOWN]]


def test_every_anti_aliased_pixel_of_a_drawn_shape_is_unknown():
    shape = np.zeros((64, 64), np.uint8)
    cv2.circle(shape, (31, 30), 20, 255, -1, cv2.LINE_AA)
    trimap = from_grey(shape.astype(np.float32) / 255)
    assert (trimap[(shape > 5) & (shape < 250)] == UNKNOWN).all()
    assert ((shape > 5) & (shape < 250)).any()


def test_a_jpeg_of_a_trimap_loses_no_unknown_pixel_and_is_known_away_from_edges():
    drawn = np.zeros((200, 200), np.uint8)
    cv2.circle(drawn, (100, 100), 80, UNKNOWN, -1)
    cv2.circle(drawn, (100, 100), 50, FOREGROUND, -1)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 75])[1], cv2.IMREAD_GRAYSCALE)
    trimap = from_grey(jpeg.astype(np.float32) / 255)
    assert (trimap[drawn == UNKNOWN] == UNKNOWN).all()
    for known in (BACKGROUND, FOREGROUND):
        inside = cv2.erode((drawn == known).astype(np.uint8), np.ones((25, 25), np.uint8)) == 1
        assert (trimap[inside] == known).all()


@given(
    arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2), elements=st.floats(width=32)),
    st.floats(0, 0.5),
    st.floats(0.5, 1, exclude_min=True),
)
def test_any_thresholds_split_every_grey_into_one_class(grey, low, high):
    trimap = from_grey(grey, background_at_most=low, foreground_at_least=high)
    for value, kind in zip(grey.ravel(), trimap.ravel(), strict=True):
        if value >= np.float32(high):
            assert kind == FOREGROUND
        elif value <= np.float32(low):
            assert kind == BACKGROUND
        else:
            assert kind == UNKNOWN


@pytest.mark.parametrize(("low", "high"), [(0.5, 0.5), (0.9, 0.1), (-0.1, 0.5), (0.1, 1.1), (float("nan"), 0.5)])
def test_thresholds_out_of_order_are_refused_in_a_sentence(low, high):
    with pytest.raises(ConfigurationError, match=r"0 <= background_at_most < foreground_at_least <= 1"):
        from_grey(np.zeros((1, 1), np.float32), background_at_most=low, foreground_at_least=high)
