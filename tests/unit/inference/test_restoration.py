"""The way back from the network's colours to the plate: layers that can be looked at."""

import numpy as np
import pytest

from lfpnet.colour import srgb_encode
from lfpnet.inference.restoration import restore_plate_space, restore_possible_alpha
from lfpnet.types import Matte

WALL = np.array([0.5, 0.46, 0.44], np.float32)
HAIR = np.array([0.05, 0.03, 0.003], np.float32)


def _hair_before_a_wall(alpha):
    """Unknown dark hair with an alpha that is a little too small; known wall left of it."""
    plate = np.empty((32, 32, 3), np.float32)
    plate[:, :8], plate[:, 8:] = WALL, HAIR
    trimap = np.full((32, 32), 128, np.uint8)
    trimap[:, :8] = 0
    alphas = np.where(trimap == 0, 0, alpha).astype(np.float32)
    layers = [srgb_encode(np.broadcast_to(colour, plate.shape).astype(np.float32)) for colour in (HAIR, WALL)]
    return Matte(alphas, *layers), plate, trimap


@pytest.mark.parametrize("alpha", [0.97, 0.985])
def test_the_wall_keeps_its_colour_behind_hair_whose_alpha_is_a_little_too_small(alpha):
    display, plate, trimap = _hair_before_a_wall(alpha)
    restore_possible_alpha(display, plate, trimap, is_linear=True)
    assert (display.alpha[:, :8] == 0).all()
    matte = restore_plate_space(display, plate, trimap, is_linear=True)
    saturation = np.ptp(matte.background, axis=2) / matte.background.max(axis=2)
    assert saturation.max() < 0.2  # the wall's own is 0.12; it was 0.6 and more
    again = matte.alpha[..., None] * matte.foreground + (1 - matte.alpha[..., None]) * matte.background
    np.testing.assert_allclose(again, plate, rtol=1e-5)
