"""Tiles cover what they must, wherever unknown pixels are and whatever the plate's size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lfpnet.errors import ConfigurationError
from lfpnet.inference.blending import TileBlender, tile_weights
from lfpnet.inference.tiling import Tile, plan_tiles

sides = st.sampled_from([64, 80, 128])


@st.composite
def trimaps(draw):
    """Sparse unknown pixels on plates from 1x1 to 400x400."""
    height, width = draw(st.integers(1, 400)), draw(st.integers(1, 400))
    trimap = np.zeros((height, width), np.uint8)
    for _ in range(draw(st.integers(0, 6))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        bottom, right = top + draw(st.integers(1, 90)), left + draw(st.integers(1, 90))
        trimap[top:bottom, left:right] = draw(st.sampled_from([128, 128, 255]))
    return trimap


@given(trimaps(), sides, st.sampled_from(["published", "exact", "fast"]))
def test_every_unknown_pixel_is_covered_by_some_inner_patch(trimap, side, name):
    is_covered = np.zeros(trimap.shape, bool)
    for tile in plan_tiles(name, trimap, side).tiles:
        is_covered[tile.inside(*trimap.shape)] = True
    assert is_covered[trimap == 128].all()


@given(trimaps(), sides, st.sampled_from(["exact", "fast"]))
def test_no_tile_is_without_unknown_pixels(trimap, side, name):
    for tile in plan_tiles(name, trimap, side).tiles:
        assert (trimap[tile.inside(*trimap.shape)] == 128).any()


@given(trimaps(), sides)
def test_the_exact_plan_is_the_published_one_without_tiles_that_hold_no_unknown_pixel(trimap, side):
    published, exact = plan_tiles("published", trimap, side), plan_tiles("exact", trimap, side)
    kept = [tile for tile in published.tiles if (trimap[tile.inside(*trimap.shape)] == 128).any()]
    assert list(exact.tiles) == kept
    assert (exact.ramp, exact.is_transposed) == (published.ramp, published.is_transposed)


@pytest.mark.parametrize(
    ("height", "width", "side", "columns", "rows", "left", "top"),
    [(700, 900, 320, 5, 4, 30, 50), (1080, 1920, 1024, 3, 2, 64, 228), (2160, 3840, 1024, 7, 4, 128, 200)],
)
def test_the_published_grid_is_the_one_of_the_published_script(height, width, side, columns, rows, left, top):
    tiles = plan_tiles("published", np.full((height, width), 128, np.uint8), side).tiles
    assert len(tiles) == columns * rows
    assert tiles[0] == Tile(-top, -left, side)


def test_a_plate_smaller_than_half_a_tile_has_one_tile_where_the_published_script_has_none():
    assert len(plan_tiles("published", np.full((400, 500), 128, np.uint8), 1024).tiles) == 1


def test_a_thin_trimap_takes_few_fast_tiles():
    trimap = np.zeros((2160, 3840), np.uint8)
    trimap[500:1500, 1000:1020] = 128
    assert len(plan_tiles("fast", trimap, 512).tiles) == 3


def test_an_unknown_region_that_fits_into_a_tile_takes_one():
    trimap = np.zeros((700, 900), np.uint8)
    trimap[100:612, 300:812] = 128
    assert plan_tiles("fast", trimap, 512).tiles == (Tile(100, 300, 512),)


def test_fast_tiles_lie_on_the_phase_of_the_published_grid_where_they_can():
    trimap = np.zeros((700, 900), np.uint8)
    trimap[100:500, 300:700] = 128
    (tile,) = plan_tiles("fast", trimap, 512).tiles
    published = plan_tiles("published", trimap, 512).tiles[0]
    assert (tile.top - published.top) % 16 == 0
    assert (tile.left - published.left) % 16 == 0


def test_fast_tiles_overlap_where_the_unknown_region_goes_on():
    plan = plan_tiles("fast", np.full((300, 300), 128, np.uint8), 128)
    assert plan.ramp == 16
    for tile in plan.tiles:
        neighbours = [other for other in plan.tiles if other.top == tile.top and other.left > tile.left]
        assert not neighbours or min(other.left for other in neighbours) <= tile.left + 128 - 16 + 8


@pytest.mark.parametrize("side", [0, 63, 100, -64])
def test_a_side_that_no_tile_can_have_is_refused(side):
    with pytest.raises(ConfigurationError, match=f"multiple of 16 and at least 64, got {side}; use"):
        plan_tiles("fast", np.zeros((4, 4), np.uint8), side)


def test_an_unknown_plan_is_refused():
    with pytest.raises(ConfigurationError, match="got 'best'; use 'fast'"):
        plan_tiles("best", np.zeros((4, 4), np.uint8), 64)


@given(trimaps(), sides, st.sampled_from(["exact", "fast"]))
def test_blending_tiles_that_agree_changes_nothing(trimap, side, name):
    height, width = trimap.shape
    picture = np.random.default_rng(1).random((height, width, 7), np.float32)
    blender = TileBlender(height, width)
    plan = plan_tiles(name, trimap, side)
    for tile in plan.tiles:
        values = np.zeros((side, side, 7), np.float32)
        rows, columns = tile.inside(height, width)
        top, left = rows.start - tile.top, columns.start - tile.left
        part = picture[rows, columns]
        values[top : top + part.shape[0], left : left + part.shape[1]] = part
        blender.add(tile, values, tile_weights(side, plan.ramp))
    matte = blender.blend()
    is_unknown = trimap == 128
    assert np.allclose(matte.alpha[is_unknown], picture[is_unknown][:, 0], atol=1e-6)
    assert np.allclose(matte.foreground[is_unknown], picture[is_unknown][:, 1:4], atol=1e-6)
    assert np.allclose(matte.background[is_unknown], picture[is_unknown][:, 4:], atol=1e-6)


@given(arrays.arrays(np.int64, 2, elements=st.integers(1, 40)))
def test_weights_are_positive_and_rise_towards_the_middle(sizes):
    side, ramp = int(sizes[0]) + 2, int(sizes[1])
    weights = tile_weights(side, ramp)
    slow = [
        [min(1.0, (min(y, x, side - 1 - y, side - 1 - x) + 1) / (ramp + 1)) for x in range(side)] for y in range(side)
    ]
    assert np.allclose(weights, slow)
    assert weights.min() > 0
