"""Premultiply and over against the equation, pixel by pixel."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.colour import over, premultiply


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_over_is_the_compositing_equation(height, width, seed):
    random = np.random.default_rng(seed)
    foreground, background = random.random((2, height, width, 3), np.float32) * 60
    alpha = random.random((height, width), np.float32)
    composite = over(foreground, alpha, background)
    assert composite.dtype == np.float32
    for y, x, c in np.ndindex(height, width, 3):
        a = float(alpha[y, x])
        exact = a * float(foreground[y, x, c]) + (1 - a) * float(background[y, x, c])
        assert abs(composite[y, x, c] - exact) <= 1e-6 * exact + 1e-30


def test_over_is_exactly_one_layer_where_alpha_is_zero_or_one():
    foreground, background = np.full((1, 2, 3), 0.1, np.float32), np.full((1, 2, 3), -0.7, np.float32)
    composite = over(foreground, np.array([[1, 0]], np.float32), background)
    assert np.array_equal(composite[0, 0], foreground[0, 0])
    assert np.array_equal(composite[0, 1], background[0, 1])


def test_premultiplying_leaves_the_foreground_as_it_was():
    foreground = np.full((2, 2, 3), 8, np.float32)
    premultiplied = premultiply(foreground, np.full((2, 2), 0.25, np.float32))
    assert np.array_equal(premultiplied, np.full((2, 2, 3), 2, np.float32))
    assert (foreground == 8).all()
