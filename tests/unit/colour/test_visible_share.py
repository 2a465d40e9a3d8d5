"""Alpha leaves room for both layers: what is hardly seen keeps the colour that is known from around it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.colour import possible_alpha, solve_layers

GREY_WALL = np.array([0.5, 0.46, 0.44], np.float32)
BROWN_HAIR = np.array([0.05, 0.03, 0.003], np.float32)


def _pixels(*rows):
    return np.array(rows, np.float32)


def _spread_of_background(plate, alpha):
    """How far the solved background of one pixel is from the grey wall, as saturation."""
    whole = [part.reshape(1, 1, 3) for part in (plate, BROWN_HAIR, GREY_WALL)]
    _, background = solve_layers(whole[0], np.full((1, 1), alpha, np.float32), whole[1], whole[2])
    return float(np.ptp(background) / background.max())


@pytest.mark.parametrize("alpha", [0.97, 0.98, 0.99])
def test_the_background_behind_dark_hair_does_not_turn_yellow(alpha):
    given_alpha = np.array([alpha], np.float32)
    raised = possible_alpha(BROWN_HAIR[None], given_alpha, BROWN_HAIR[None], GREY_WALL[None])
    assert raised[0] > alpha
    assert _spread_of_background(BROWN_HAIR, alpha) > 0.3  # what it was: little blue is left for the wall
    assert _spread_of_background(BROWN_HAIR, float(raised[0])) < 0.15  # the wall's own is 0.12


def test_a_bright_foreground_over_a_black_pixel_is_seen_less():
    plate, white = _pixels([0.001, 0.001, 0.0]), _pixels([1, 1, 1])
    lowered = possible_alpha(plate, np.array([0.03], np.float32), white, np.zeros((1, 3), np.float32))
    assert lowered[0] == 0


def test_a_pixel_that_has_room_for_both_layers_keeps_its_alpha():
    alpha = np.array([0.02, 0.1, 0.5, 0.9, 0.98], np.float32)
    foreground, background = np.tile(BROWN_HAIR, (5, 1)), np.tile(GREY_WALL, (5, 1))
    plate = alpha[:, None] * foreground + (1 - alpha[:, None]) * background
    np.testing.assert_allclose(possible_alpha(plate, alpha, foreground, background), alpha, atol=1e-6)


def test_an_alpha_in_between_is_never_moved():
    alpha = np.linspace(0.2, 0.8, 13, dtype=np.float32)
    bright = np.ones((13, 3), np.float32)
    np.testing.assert_allclose(possible_alpha(np.zeros((13, 3), np.float32), alpha, bright, bright), alpha, atol=1e-6)


@given(alpha=st.floats(0, 1, width=32), value=st.floats(-1, 60, width=32), colour=st.floats(0, 60, width=32))
def test_alpha_moves_outwards_only_and_stays_within_its_range(alpha, value, colour):
    plate, layer = np.full((1, 3), value, np.float32), np.full((1, 3), colour, np.float32)
    (moved,) = possible_alpha(plate, np.array([alpha], np.float32), layer, layer)
    assert 0 <= moved <= 1
    assert moved >= np.float32(alpha) - 1e-6 if alpha > 0.5 else moved <= np.float32(alpha) + 1e-6
