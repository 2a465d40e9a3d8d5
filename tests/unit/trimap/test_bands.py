"""Bands around a soft roto or a known alpha, against a brute-force search for the nearest pixel."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError
from lfpnet.trimap import bands, from_alpha, from_soft_roto
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

BANDS = st.sampled_from([0, 0.5, 1, 1.4, 1.5, 2, 2.9, 5, 1000])


def _slow(roto, inner_pixels, outer_pixels) -> np.ndarray:
    def distance(y, x, others):
        return min((math.hypot(y - v, x - u) for v, u in others), default=math.inf)

    not_solid, not_empty = np.argwhere(~(roto >= 249.5 / 255)), np.argwhere(~(roto <= 5.5 / 255))
    trimap = np.full(roto.shape, UNKNOWN, np.uint8)
    for y, x in np.ndindex(roto.shape):
        if roto[y, x] >= 249.5 / 255 and distance(y, x, not_solid) > inner_pixels:
            trimap[y, x] = FOREGROUND
        elif roto[y, x] <= 5.5 / 255 and distance(y, x, not_empty) > outer_pixels:
            trimap[y, x] = BACKGROUND
    return trimap


def _random_roto(height, width, seed) -> np.ndarray:
    return np.random.default_rng(seed).choice([0, 0, 0, 0.4, 1, 1, 1], (height, width)).astype(np.float32)


@settings(max_examples=60)
@given(st.integers(1, 10), st.integers(1, 10), st.integers(0, 2**32 - 1), BANDS, BANDS)
@example(1, 1, 0, 0, 0)
def test_bands_are_euclidean_distances_between_pixels(height, width, seed, inner, outer):
    roto = _random_roto(height, width, seed)
    assert np.array_equal(from_soft_roto(roto, inner_pixels=inner, outer_pixels=outer), _slow(roto, inner, outer))


def test_bands_of_zero_leave_exactly_the_fractional_pixels_unknown():
    roto = np.array([[0, 0.02, 0.03, 0.5, 0.97, 0.98, 1]], np.float32)
    trimap = from_soft_roto(roto, inner_pixels=0, outer_pixels=0)
    b, u, f = BACKGROUND, UNKNOWN, FOREGROUND
    assert trimap.tolist() == [[b, b, u, u, u, f, f]]


def test_a_hard_roto_gets_its_bands_on_both_sides_of_the_edge():
    roto = np.repeat(np.array([[0, 1]], np.float32), 10, axis=1).repeat(4, axis=0)
    trimap = from_soft_roto(roto, inner_pixels=3, outer_pixels=2)
    assert trimap.tolist() == [[BACKGROUND] * 8 + [UNKNOWN] * 5 + [FOREGROUND] * 7] * 4


@pytest.mark.parametrize(("value", "expected"), [(0, BACKGROUND), (1, FOREGROUND), (0.5, UNKNOWN)])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (5, 6)])
def test_a_roto_of_one_value_has_no_edge_and_the_frame_is_none(value, expected, shape):
    roto = np.full(shape, value, np.float32)
    assert (from_soft_roto(roto, inner_pixels=50, outer_pixels=50) == expected).all()


def test_nan_is_unknown_and_widens_into_its_neighbours():
    roto = np.array([[1, 1, np.nan, 0, 0]], np.float32)
    trimap = from_soft_roto(roto, inner_pixels=1, outer_pixels=1)
    assert trimap.tolist() == [[FOREGROUND, UNKNOWN, UNKNOWN, UNKNOWN, BACKGROUND]]


@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 2**32 - 1), BANDS)
def test_stripes_do_not_show(height, width, seed, band):
    roto = _random_roto(height, width, seed)
    whole = from_soft_roto(roto, inner_pixels=band, outer_pixels=band)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "ROWS_PER_STRIPE", 1)
        assert np.array_equal(from_soft_roto(roto, inner_pixels=band, outer_pixels=band), whole)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1), BANDS, BANDS)
def test_where_a_trimap_from_alpha_is_known_alpha_is_zero_or_one(height, width, seed, inner, outer):
    random = np.random.default_rng(seed)
    alpha = np.clip(random.random((height, width), np.float32) * 3 - 1, 0, 1)
    trimap = from_alpha(alpha, inner_pixels=inner, outer_pixels=outer)
    assert (alpha[trimap == FOREGROUND] >= 1 - 0.5 / 255).all()
    assert (alpha[trimap == BACKGROUND] <= 0.5 / 255).all()


def test_the_faintest_8_bit_alpha_is_unknown_and_float_noise_is_not():
    alpha = np.array([[0, 1e-4, 1 / 255, 254 / 255, 0.9999, 1]], np.float32)
    b, u, f = BACKGROUND, UNKNOWN, FOREGROUND
    assert from_alpha(alpha, inner_pixels=0, outer_pixels=0).tolist() == [[b, b, u, u, f, f]]


@pytest.mark.parametrize("band", [-1, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["inner_pixels", "outer_pixels"])
def test_an_impossible_band_is_refused_by_name(name, band):
    widths = {"inner_pixels": 1.0, "outer_pixels": 1.0, name: band}
    with pytest.raises(ConfigurationError, match=rf"The band {name} must be"):
        from_soft_roto(np.zeros((2, 2), np.float32), **widths)
