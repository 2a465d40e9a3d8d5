import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.data.render.blender_scenes.spread import spread_colours


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 9))
def test_one_colour_fills_everything_whatever_the_coverage(height, width, seed):
    alpha = np.random.default_rng(seed).random((height, width)) * (np.random.default_rng(seed).random() < 0.9)
    alpha[0, 0] = 1.0
    colour = np.array([0.2, 0.5, 0.7])
    spread = spread_colours(alpha[..., None] * colour, alpha)
    assert np.allclose(spread, colour)


def test_a_covered_pixel_keeps_its_own_colour():
    alpha = np.zeros((8, 8))
    alpha[2, 3], alpha[6, 6] = 1.0, 0.5
    premultiplied = np.zeros((8, 8, 3))
    premultiplied[2, 3], premultiplied[6, 6] = (1, 0, 0), (0, 0.5, 0)
    spread = spread_colours(premultiplied, alpha)
    assert np.allclose(spread[2, 3], (1, 0, 0))
    assert np.allclose(spread[6, 6], (0, 1, 0))
    assert (spread.sum(2) > 0.9).all()


def test_nothing_at_all_becomes_grey():
    assert np.allclose(spread_colours(np.zeros((3, 5, 3)), np.zeros((3, 5))), 0.5)
