"""The tile of the lean network: small where both known regions are near, large where they are not."""

import numpy as np
import pytest

from lfpnet.inference import MatteOptions
from lfpnet.inference.reach import LARGE, NEAR, SMALL, suited_side
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def band(width: int, side: int = 700) -> np.ndarray:
    """Background, a band of unknown pixels, foreground."""
    trimap = np.full((side, side), BACKGROUND, np.uint8)
    trimap[:, 300:] = FOREGROUND
    trimap[:, 300 - width // 2 : 300 + width // 2] = UNKNOWN
    return trimap


@pytest.mark.parametrize(("width", "side"), [(20, SMALL), (NEAR, SMALL), (int(NEAR * 1.2), LARGE), (400, LARGE)])
def test_the_width_of_the_unknown_band_decides(width, side):
    assert suited_side(band(width)) == side


def test_a_plate_of_any_size_is_measured_in_its_own_pixels():
    large = np.repeat(np.repeat(band(50), 8, axis=0), 8, axis=1)  # 400 pixels wide
    assert suited_side(large) == LARGE
    assert suited_side(np.repeat(np.repeat(band(20), 4, axis=0), 4, axis=1)) == SMALL


@pytest.mark.parametrize("missing", [BACKGROUND, FOREGROUND])
def test_a_side_without_marks_is_far(missing):
    trimap = band(20)
    trimap[trimap == missing] = UNKNOWN
    assert suited_side(trimap) == LARGE


def test_a_trimap_without_unknown_pixels_has_a_side_too():
    trimap = band(20)
    trimap[trimap == UNKNOWN] = FOREGROUND
    assert suited_side(trimap) == LARGE


def test_what_is_asked_for_and_the_published_plans_come_first():
    assert MatteOptions(tile=128).tile_side("lean", band(20)) == 128
    assert MatteOptions().tile_side("lean", band(20)) == SMALL
    assert MatteOptions(plan="exact").tile_side("lean", band(20)) == LARGE
    assert MatteOptions().tile_side("published", band(20)) == 512
    assert MatteOptions(plan="published").tile_side("published", band(20)) == 1024
