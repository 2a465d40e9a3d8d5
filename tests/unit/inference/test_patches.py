"""Patches hold what lies under their tile, beyond the border too."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.colour import display_encode
from lfpnet.estimates import ALPHAS, PLANES
from lfpnet.inference.augmentation import TRANSPOSED
from lfpnet.inference.patches import PatchCutter
from lfpnet.inference.tiling import Tile
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.encoding import encode_patch

PUBLISHED = LFPNetConfig.of_preset("lfpnet")
LEAN = LFPNetConfig.of_preset("lfpnet-compact")


def _slow_surroundings(plate, trimap, tile, border):
    """Pixel by pixel: the nearest pixel of the plate, and known background or the nearest trimap pixel."""
    height, width = trimap.shape
    colours = np.zeros((tile.side, tile.side, 3), np.float32)
    classes = np.zeros((tile.side, tile.side), np.uint8)
    for y, x in np.ndindex(tile.side, tile.side):
        row, column = tile.top + y, tile.left + x
        nearest = min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        colours[y, x] = plate[nearest]
        is_outside = nearest != (row, column)
        classes[y, x] = 0 if is_outside and border == "background" else trimap[nearest]
    return colours, classes


@given(st.integers(1, 40), st.integers(1, 40), st.integers(-30, 45), st.integers(-30, 45))
def test_context_patches_continue_the_plate_beyond_its_border(height, width, top, left):
    rng = np.random.default_rng(height * 50 + width)
    plate = rng.random((height, width, 3), np.float32)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (height, width))
    tile = Tile(top, left, 16)
    colours, classes = _slow_surroundings(plate, trimap, tile.context(), "background")
    inner, context, raw = PatchCutter(plate, trimap, is_linear=False, network=PUBLISHED).cut(tile)
    assert np.array_equal(context, encode_patch(colours, classes))
    assert np.array_equal(raw, colours[8:24, 8:24].transpose(2, 0, 1))
    middle = np.ascontiguousarray(colours[8:24, 8:24]), np.ascontiguousarray(classes[8:24, 8:24])
    assert np.array_equal(inner, encode_patch(*middle))


def test_the_lean_network_sees_a_subject_that_leaves_the_frame_go_on():
    trimap = np.full((32, 32), 255, np.uint8)
    _, context, _ = PatchCutter(np.zeros((32, 32, 3), np.float32), trimap, is_linear=False, network=LEAN).cut(
        Tile(0, 0, 32)
    )
    assert context.shape == (12, 32, 32)
    assert (context[5] == 1).all()


@pytest.mark.parametrize("network", [PUBLISHED, LEAN])
def test_linear_plates_are_shown_display_encoded(network):
    plate = np.random.default_rng(2).random((32, 32, 3), np.float32) * 20
    trimap = np.full((32, 32), 128, np.uint8)
    _, _, raw = PatchCutter(plate, trimap, is_linear=True, network=network).cut(Tile(0, 0, 32))
    assert np.array_equal(raw.transpose(1, 2, 0), display_encode(plate))


def test_a_network_with_estimates_gets_them_turned_and_reduced_as_its_plate():
    rng = np.random.default_rng(3)
    plate = rng.random((48, 48, 3)).astype(np.float32)
    trimap = np.full((48, 48), 128, np.uint8)
    trimap[:16], trimap[32:] = 0, 255
    cutter = PatchCutter(plate, trimap, is_linear=False, network=LFPNetConfig.of_preset("lfpnet-guided"))
    tile = Tile(8, 8, 32)
    inner, context, _ = cutter.cut(tile)
    assert (inner.shape, context.shape) == ((12 + PLANES, 32, 32), (12 + PLANES, 32, 32))
    assert (inner[12 : 12 + ALPHAS, 24:] == 1).all()  # known foreground
    assert (inner[12 : 12 + ALPHAS, :8] == 0).all()
    turned, turned_context, _ = cutter.cut(tile, TRANSPOSED)
    np.testing.assert_allclose(turned[12:], inner[12:].transpose(0, 2, 1), atol=1e-6)
    np.testing.assert_allclose(turned_context[12:], context[12:].transpose(0, 2, 1), atol=1e-6)
    np.testing.assert_allclose(cutter.cut_context(tile.context()), context, atol=1e-6)
