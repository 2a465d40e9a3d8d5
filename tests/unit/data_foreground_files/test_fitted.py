import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.data.foreground_files import fitted

RED = np.array([0.9, 0.3, 0.1], np.float32)


def disc(side, radius=12.0):
    """Alpha of a disc with a soft edge."""
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    return np.clip((radius - np.hypot(rows, columns)) / 4 + 0.5, 0, 1).astype(np.float32)


def _coloured(alpha):
    """Colour where something is covered, black beyond."""
    return np.where(alpha[..., None] > 0, RED, 0).astype(np.float32)


@pytest.mark.parametrize(("height", "width"), [(300, 200), (40, 60), (64, 64)])
def test_no_black_comes_in_at_the_edge_or_beyond_it(height, width):
    alpha = np.zeros((height, width), np.float32)
    side = min(height, width) - 4
    alpha[2 : 2 + side, 2 : 2 + side] = disc(side, side * 0.4)
    foreground = fitted(_coloured(alpha), alpha, 64)
    assert np.abs(foreground.colour.astype(int) - np.round(RED * 255).astype(int)).max() <= 2


def test_a_large_subject_is_shrunk_whole_and_a_small_one_keeps_its_pixels():
    large = fitted(_coloured(disc(300, 120)), disc(300, 120), 64)
    assert large.alpha[0].max() == large.alpha[:, 0].max() == 0
    assert abs(float((large.alpha > 0.5).mean()) - np.pi * 0.25 * (240 / 260) ** 2) < 0.03
    small = fitted(_coloured(disc(40)), disc(40), 64)
    assert float(small.alpha.sum()) == pytest.approx(float(disc(40).sum()), rel=0.02)


def test_what_the_border_cuts_off_stays_at_the_border():
    alpha = np.zeros((50, 50), np.float32)
    alpha[20:, 10:30] = 1
    square = fitted(_coloured(alpha), alpha, 100).alpha
    assert square[-1].max() == 1
    assert square[0].max() == square[:, 0].max() == square[:, -1].max() == 0


def test_a_subject_that_goes_through_fills_the_square():
    alpha = np.zeros((200, 300), np.float32)
    alpha[100:130] = 1
    square = fitted(_coloured(alpha), alpha, 100).alpha
    assert square.max(axis=0).min() == 1


def test_a_whole_square_of_the_right_size_keeps_its_colours():
    colour = np.random.default_rng(2).random((48, 48, 3)).astype(np.float32)
    kept = fitted(colour, disc(48), 48, is_whole=True)
    np.testing.assert_array_equal(kept.colour, np.round(colour * 255))
    assert (fitted(colour, disc(48), 48).colour != kept.colour).any()


@given(
    height=st.integers(1, 90), width=st.integers(1, 90), size=st.sampled_from([16, 33, 64]), seed=st.integers(0, 1000)
)
def test_any_size_fits_and_keeps_something(height, width, size, seed):
    rng = np.random.default_rng(seed)
    alpha = np.zeros((height, width), np.float32)
    top, left = int(rng.integers(height)), int(rng.integers(width))
    alpha[top : top + int(rng.integers(1, height + 1)), left : left + int(rng.integers(1, width + 1))] = 1
    foreground = fitted(_coloured(alpha), alpha, size)
    assert foreground.colour.shape == (size, size, 3)
    assert foreground.alpha.shape == (size, size)
    assert foreground.alpha.max() > 0


def test_a_square_of_the_right_size_is_not_shrunk_for_a_margin():
    alpha = disc(48, 22)
    assert np.array_equal(fitted(_coloured(alpha), alpha, 48).alpha > 0.5, alpha > 0.5)
