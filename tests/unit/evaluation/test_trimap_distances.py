import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lfpnet.evaluation.distances import CURVES, FARTHER, Histogram, advise, distance_plot, pooled, trimap_distances

TRIMAPS = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.sampled_from([0, 128, 255])
)


def _slow(trimap, is_from, target):
    """Distances by looking at every pair of pixels."""
    sources, targets = np.argwhere(is_from), np.argwhere(trimap == target)
    return [min(np.hypot(*(source - other)) for other in targets) for source in sources]


def _rounded(distances):
    return Histogram.of(np.asarray(distances, np.float32)).counts


@given(TRIMAPS, st.integers(0, 9))
def test_all_curves_agree_with_a_slow_reference(trimap, seed):
    alpha = np.random.default_rng(seed).random(trimap.shape).astype(np.float32)
    case = trimap_distances("a", trimap, alpha)
    if not {0, 128, 255} <= set(np.unique(trimap)):
        assert case.histograms == {}
        assert case.why_empty.startswith("has no ")
        return
    is_unknown = trimap == 128
    sides = (is_unknown & (alpha >= 0.5), is_unknown & (alpha < 0.5))
    slow = [_slow(trimap, side, target) for side in sides for target in (255, 0)]
    for curve, distances in zip(CURVES, slow, strict=True):
        assert case.histograms[curve].counts == pytest.approx(_rounded(distances))
    farther = np.maximum(_slow(trimap, is_unknown, 255), _slow(trimap, is_unknown, 0))
    assert case.histograms[FARTHER].counts == pytest.approx(_rounded(farther))


@given(st.lists(st.floats(0, 300, width=32), min_size=1, max_size=40), st.floats(0.01, 1))
def test_quantiles_and_shares_agree_with_sorting(distances, share):
    histogram = Histogram.of(np.array(distances, np.float32))
    steps = np.sort(np.rint(np.array(distances, np.float32) * 8) / 8)
    assert histogram.quantile(share) in steps
    assert (steps <= histogram.quantile(share)).mean() >= share - 1e-6
    assert (steps < histogram.quantile(share)).mean() < share
    assert histogram.share_beyond(75) == pytest.approx((steps > 75).mean())


def test_without_alpha_two_curves_and_the_farther_one_are_left():
    case = trimap_distances("a", np.uint8([[0, 128, 128, 255]]), None)
    assert list(case.histograms) == ["unknown to known foreground", "unknown to known background", FARTHER]
    assert case.histograms[FARTHER].quantile(1) == 2


def test_pooling_counts_pixels_of_all_cases_and_leaves_empty_ones_out():
    cases = [trimap_distances("a", np.uint8([[0, *[128] * count, 255]]), None) for count in (1, 30)]
    cases.append(trimap_distances("b", np.uint8([[0, 128]]), None))
    assert pooled(cases)[FARTHER].total == 31


def test_no_pixels_have_no_quantile():
    empty = Histogram.of(np.array([], np.float32))
    assert np.isnan(empty.quantile(0.5))
    assert np.isnan(empty.share_beyond(3))


@pytest.mark.parametrize(("distance", "tile"), [(3, 256), (128, 256), (129, 512), (300, 768), (512, 1024)])
def test_the_smallest_tile_whose_context_surely_reaches_is_advised(distance, tile):
    advice = advise(Histogram.of(np.full(50, distance, np.float32)))
    assert (advice.tile, advice.context) == (tile, 2 * tile)
    assert "larger ones would add little" in advice.sentence


def test_trimaps_that_no_tile_reaches_are_told_so():
    advice = advise(Histogram.of(np.full(50, 2000, np.float32)))
    assert advice.tile == 1024
    assert "only 0.0 %" in advice.sentence


def test_the_drawing_is_well_formed_and_holds_every_curve():
    case = trimap_distances("a", np.uint8([[0, 0, 128, 128, 128, 255]]), np.float32([[0, 0, 0, 0.5, 1, 1]]))
    drawing = ElementTree.fromstring(distance_plot(case.histograms, title="<of> A & B"))
    space = "{http://www.w3.org/2000/svg}"
    assert len(drawing.findall(f"{space}polyline")) == 5
    assert "<of> A & B" in [element.text for element in drawing.findall(f"{space}text")]
