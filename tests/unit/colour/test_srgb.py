"""The sRGB curve against a slow reference in double precision."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from lfpnet.colour import srgb_decode, srgb_encode, to_linear
from lfpnet.colour.blocks import VALUES_PER_BLOCK

ANY_SHAPE = arrays.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=17)


def _encode_slowly(linear: float) -> float:
    magnitude = abs(linear)
    encoded = 12.92 * magnitude if magnitude <= 0.0031308 else 1.055 * magnitude ** (1 / 2.4) - 0.055
    return -encoded if linear < 0 else encoded


def _decode_slowly(display: float) -> float:
    magnitude = abs(display)
    decoded = magnitude / 12.92 if magnitude <= 0.04045 else ((magnitude + 0.055) / 1.055) ** 2.4
    return -decoded if display < 0 else decoded


@pytest.mark.parametrize(("curve", "reference"), [(srgb_encode, _encode_slowly), (srgb_decode, _decode_slowly)])
def test_both_curves_stay_within_3e_7_of_the_exact_ones(curve, reference):
    values = np.concatenate([np.linspace(-1, 1, 20_001), np.linspace(0, 0.05, 5_001)]).astype(np.float32)
    exact = np.array([reference(float(value)) for value in values])
    assert np.abs(curve(values) - exact).max() <= 3e-7


@pytest.mark.parametrize(("curve", "reference"), [(srgb_encode, _encode_slowly), (srgb_decode, _decode_slowly)])
def test_values_above_one_go_on_along_the_curve(curve, reference):
    values = np.geomspace(1, 1000, 2_001, dtype=np.float32)
    exact = np.array([reference(float(value)) for value in values])
    np.testing.assert_allclose(curve(values), exact, rtol=3e-6)


def test_zero_and_one_stay_exactly_what_they_are():
    ends = np.array([0, 1, -1], np.float32)
    assert np.array_equal(srgb_encode(ends), ends)
    assert np.array_equal(srgb_decode(ends), ends)
    assert np.array_equal(to_linear(ends), ends)


def test_every_8_bit_level_survives_the_way_to_linear_and_back():
    levels = np.arange(256, dtype=np.float32)
    back = srgb_encode(to_linear(levels / 255)) * 255
    assert np.array_equal(np.rint(back), levels)
    np.testing.assert_allclose(back, levels, atol=2e-4)


@given(arrays.arrays(np.float32, ANY_SHAPE, elements={"min_value": -4, "max_value": 64}))
def test_the_curves_keep_shape_and_sign_and_undo_each_other(linear):
    encoded = srgb_encode(linear)
    assert encoded.shape == linear.shape
    assert encoded.dtype == np.float32
    assert np.array_equal(np.sign(encoded), np.sign(linear))
    np.testing.assert_allclose(srgb_decode(encoded), linear, rtol=3e-5, atol=1e-7)


def test_arrays_longer_than_a_block_and_views_give_what_single_values_give():
    plate = np.linspace(0, 2, 3 * (VALUES_PER_BLOCK + 5), dtype=np.float32).reshape(-1, 3)
    flipped = plate[::-1, ::-1]
    encoded = srgb_encode(flipped)
    assert np.array_equal(encoded[::-1, ::-1], srgb_encode(plate))
    assert np.array_equal(encoded[-1, -1:], srgb_encode(plate[0, :1]))
    assert np.array_equal(encoded[0, :1], srgb_encode(plate[-1, -1:]))


def test_the_input_is_left_as_it_was():
    plate = np.array([[-0.5, 0.5, 50]], np.float32)
    before = plate.copy()
    srgb_encode(plate)
    srgb_decode(plate)
    assert np.array_equal(plate, before)
