"""The previewed trimap is the one that the sidecar makes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.trimap import from_core_and_edge, from_grey, from_soft_roto

LEVELS = np.array([0, 0, 0, 0, 5.5 / 255, 0.3, 0.5, 249.5 / 255, 1, 1], np.float32)


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    seed=st.integers(0, 999),
    inner=st.sampled_from([0, 0.5, 1, 1.5, 2, 3.7, 8]),
    outer=st.sampled_from([0, 1, 1.5, 5, 40]),
)
def test_it_equals_the_sidecars(blender_module, height, width, seed, inner, outer):
    make_trimap = blender_module("trimap_preview").make_trimap
    chance = np.random.default_rng(seed)
    mask, other = (chance.choice(LEVELS, (height, width)).astype(np.float32) for _ in range(2))
    wanted = from_soft_roto(mask, inner_pixels=inner, outer_pixels=outer)
    np.testing.assert_array_equal(make_trimap({"roto": mask}, inner, outer), wanted)
    np.testing.assert_array_equal(make_trimap({"trimap": mask}, 0, 0), from_grey(mask))
    np.testing.assert_array_equal(make_trimap({"core": mask, "edge": other}, 0, 0), from_core_and_edge(mask, other))


def test_each_region_has_a_tint_of_its_own(blender_module):
    preview = blender_module("trimap_preview")
    picture = preview.overlay(np.full((1, 3, 3), 0.2, np.float32), np.array([[0, 128, 255]], np.uint8))
    assert picture.shape == (1, 3, 4)
    assert len({tuple(pixel) for pixel in picture[0].round(3)}) == 3
    dim, amber, green = picture[0]
    assert dim[:3].sum() < amber[:3].sum()
    assert amber[0] > amber[2]
    assert green[1] == max(green[:3])
