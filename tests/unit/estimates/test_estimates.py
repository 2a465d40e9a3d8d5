"""Classical estimates: right on plates whose alpha is known, bounded, and the same whichever tile asks."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.estimates import ALPHAS, PLANES, Estimates, colour_likelihood, propagated_alphas, refinement
from lfpnet.estimates.colours import estimated_colours
from lfpnet.estimates.reduced import MOST_PIXELS, reduce_plate, reduction_of
from lfpnet.model.encoding import halve_patch
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def disc(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A soft reddish disc on a bluish ramp: plate, trimap, alpha."""
    y, x = np.mgrid[:side, :side].astype(np.float32)
    distance = np.hypot(y - side / 2, x - side / 2) / side
    alpha = np.clip((0.3 - distance) / 0.08 + 0.5, 0, 1).astype(np.float32)
    ramp = np.stack([0.1 + 0 * x, 0.2 + 0.2 * x / side, 0.6 + 0.3 * y / side], axis=2)
    plate = alpha[..., None] * np.array([0.8, 0.3, 0.1]) + (1 - alpha[..., None]) * ramp
    trimap = np.where(distance > 0.42, BACKGROUND, np.where(distance < 0.18, FOREGROUND, UNKNOWN)).astype(np.uint8)
    return plate.astype(np.float32), trimap, alpha


def error(alpha: np.ndarray, truth: np.ndarray, trimap: np.ndarray) -> float:
    return float(np.square(alpha - truth)[trimap == UNKNOWN].mean())


@pytest.mark.parametrize(("index", "bound"), [(0, 2e-3), (1, 2e-3), (2, 3e-2)])
def test_propagation_finds_a_soft_disc(index, bound):
    plate, trimap, alpha = disc(64)
    assert error(propagated_alphas(plate, trimap)[..., index], alpha, trimap) < bound


@pytest.mark.parametrize(("index", "name"), [(1, "estimate_alpha_cf"), (2, "estimate_alpha_knn")])
def test_propagation_agrees_with_pymatting(index, name):
    import pymatting

    plate, trimap, alpha = disc(48)
    plate = np.clip(plate + np.random.default_rng(1).normal(0, 0.02, plate.shape), 0, 1)
    levels = np.where(trimap == UNKNOWN, 0.5, trimap / 255)
    theirs = getattr(pymatting, name)(plate, levels)
    ours = propagated_alphas(plate.astype(np.float32), trimap)[..., index]
    assert np.abs(ours - theirs)[trimap == UNKNOWN].mean() < 0.02
    assert abs(error(ours, alpha, trimap) - error(theirs, alpha, trimap)) < 2e-3


def test_the_joint_system_opens_an_unmarked_hole():
    plate, trimap, _ = disc(96)
    trimap[36:60, 36:60] = UNKNOWN
    plate[40:56, 40:56] = plate[4, 48]
    assert propagated_alphas(plate, trimap)[44:52, 44:52, 0].max() < 0.1
    assert propagated_alphas(plate, trimap)[37, 37:59, 0].min() > 0.9


@pytest.mark.parametrize(("side", "reduction"), [(96, 2), (95, 2), (190, 2), (190, 4)])
def test_refinement_sharpens_a_smeared_alpha_and_keeps_what_is_known(side, reduction):
    plate, trimap, alpha = disc(side)
    smeared = cv2.GaussianBlur(alpha, (0, 0), side / 24)
    smeared[trimap == FOREGROUND], smeared[trimap == BACKGROUND] = 1, 0
    refined = smeared.copy()
    Estimates(*reduce_plate(plate, trimap, reduction, is_linear=False), reduction).refine(refined, trimap)
    assert error(refined, alpha, trimap) < 0.8 * error(smeared, alpha, trimap)
    assert (refined[trimap != UNKNOWN] == smeared[trimap != UNKNOWN]).all()
    assert 0 <= refined.min() <= refined.max() <= 1


def test_refinement_leaves_a_true_alpha_nearly_alone_and_a_plate_with_one_side_as_it_is():
    plate, trimap, alpha = disc(96)
    refined = alpha.copy()
    Estimates.of_plate(plate, trimap, is_linear=False).refine(refined, trimap)
    assert np.abs(refined - alpha).max() < 0.02
    trimap[trimap == FOREGROUND] = UNKNOWN
    untouched = refined.copy()
    Estimates.of_plate(plate, trimap, is_linear=False).refine(refined, trimap)
    assert (refined == untouched).all()


def test_refinement_enlarges_in_parts_what_it_would_enlarge_as_a_whole(monkeypatch):
    plate, trimap, alpha = disc(200)
    smeared = np.where(trimap == UNKNOWN, cv2.GaussianBlur(alpha, (0, 0), 8), alpha)
    whole, parts = smeared.copy(), smeared.copy()
    estimates = Estimates.of_plate(plate, trimap, is_linear=False)
    estimates.refine(whole, trimap)
    monkeypatch.setattr(refinement, "STRIP", 16)
    monkeypatch.setattr(refinement, "_COLUMNS", 24)
    estimates.refine(parts, trimap)
    np.testing.assert_allclose(parts, whole, atol=1e-6)


def test_estimated_colours_and_their_alpha_explain_the_plate():
    plate, _, alpha = disc(64)
    colours = estimated_colours(plate, alpha)
    composite = alpha[..., None] * colours[..., :3] + (1 - alpha[..., None]) * colours[..., 3:]
    assert np.abs(composite - plate).mean() < 0.01
    assert np.abs(colours[..., :3] - (0.8, 0.3, 0.1))[alpha > 0.2].mean() < 0.03


def test_colour_tells_a_disc_from_its_ground_and_sees_through_an_unmarked_hole():
    plate, trimap, alpha = disc(96)
    is_clear = (trimap == UNKNOWN) & (np.abs(alpha - 0.5) > 0.4)
    assert error(colour_likelihood(plate, trimap)[is_clear], alpha[is_clear], trimap[is_clear]) < 0.05
    trimap[40:56, 40:56] = UNKNOWN
    plate[44:52, 44:52] = plate[0, 48]
    found = colour_likelihood(plate, trimap)
    assert found[46:50, 46:50].max() < 0.2
    assert found[40:43, 40:56].min() > 0.8


@pytest.mark.parametrize("estimate", [propagated_alphas, colour_likelihood])
@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (3, 3), (33, 7)])
@pytest.mark.parametrize("values", [(UNKNOWN,), (UNKNOWN, BACKGROUND), (UNKNOWN, FOREGROUND), (0, 128, 255), (255,)])
def test_any_trimap_gives_finite_alpha_that_keeps_what_is_known(estimate, shape, values):
    rng = np.random.default_rng(1)
    plate = rng.random((*shape, 3)).astype(np.float32)
    trimap = rng.choice(np.array(values, np.uint8), shape)
    alpha = estimate(plate, trimap)
    assert alpha.dtype == np.float32
    assert np.isfinite(alpha).all()
    assert alpha.min() >= 0
    assert alpha.max() <= 1
    assert (alpha[trimap == FOREGROUND] == 1).all()
    assert (alpha[trimap == BACKGROUND] == 0).all()


def test_a_flat_plate_without_any_gradient_is_no_trouble():
    trimap = np.full((16, 16), UNKNOWN, np.uint8)
    trimap[0], trimap[-1] = BACKGROUND, FOREGROUND
    alpha = propagated_alphas(np.full((16, 16, 3), 0.5, np.float32), trimap)
    assert np.isfinite(alpha).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from([1, 2, 4]))
def test_reducing_averages_blocks_and_keeps_what_nothing_in_a_block_contradicts(height, width, reduction):
    rng = np.random.default_rng([height, width, reduction])
    plate = rng.random((height, width, 3)).astype(np.float32)
    trimap = rng.choice(np.array([0, 128, 255], np.uint8), (height, width), p=[0.6, 0.1, 0.3])
    small, small_trimap = reduce_plate(plate, trimap, reduction, is_linear=False)
    assert small.shape == (-(-height // reduction), -(-width // reduction), 3)
    for row, column in ((0, 0), (small.shape[0] - 1, small.shape[1] - 1)):
        rows = np.minimum(np.arange(row * reduction, (row + 1) * reduction), height - 1)
        columns = np.minimum(np.arange(column * reduction, (column + 1) * reduction), width - 1)
        block, values = plate[rows][:, columns], set(trimap[rows][:, columns].ravel().tolist())
        np.testing.assert_allclose(small[row, column], block.mean(axis=(0, 1)), atol=1e-6)
        known = values - {UNKNOWN}
        assert small_trimap[row, column] == (known.pop() if len(known) == 1 else UNKNOWN)


@given(st.integers(1, 20000), st.integers(1, 20000))
def test_the_reduced_plate_is_bounded_whatever_the_plate(height, width):
    reduction = reduction_of(height, width)
    assert -(-height // reduction) * -(-width // reduction) <= MOST_PIXELS
    assert reduction >= 2


def test_neighbouring_tiles_see_the_same_estimates_and_known_pixels_hold():
    plate, trimap, alpha = disc(96)
    estimates = Estimates.of_plate(plate, trimap, is_linear=False)
    whole = estimates.over(plate, trimap, 0, 0)
    part = estimates.over(plate[32:80, 16:64], trimap[32:80, 16:64], 32, 16)
    assert whole.shape == (PLANES, 96, 96)
    np.testing.assert_allclose(part, whole[:, 32:80, 16:64], atol=2e-3)  # remap knows 1/32 of a pixel
    assert (whole[:ALPHAS, trimap == FOREGROUND] == 1).all()
    assert (whole[:ALPHAS, trimap == BACKGROUND] == 0).all()
    assert error(whole[0], alpha, trimap) < 4e-3


def test_a_reduced_part_is_the_mean_of_the_part():
    plate, trimap, _ = disc(96)
    estimates = Estimates.of_plate(plate, trimap, is_linear=False)
    fine = estimates.over(plate[16:80, 16:80], trimap[16:80, 16:80], 16, 16)
    half = estimates.over(*halve_patch(plate[16:80, 16:80], trimap[16:80, 16:80]), 16, 16, pixel_size=2)
    mean = fine.reshape(PLANES, 32, 2, 32, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(half[ALPHAS:], mean[ALPHAS:], atol=2e-2)
    assert np.abs(half - mean).mean() < 2e-3


def test_a_linear_plate_is_estimated_in_display_space():
    plate, trimap, _ = disc(64)
    from lfpnet.colour import to_linear

    of_display = Estimates.of_plate(plate, trimap, is_linear=False).over(plate, trimap, 0, 0)
    of_linear = Estimates.of_plate(to_linear(plate), trimap, is_linear=True).over(plate, trimap, 0, 0)
    np.testing.assert_allclose(of_linear, of_display, atol=0.02)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 2), (2, 1), (1, 5), (3, 3)])
def test_a_plate_cropped_to_next_to_nothing_has_estimates(size):
    plate = np.full((*size, 3), 0.25, np.float32)
    for value in (0, 128, 255):
        estimates = Estimates.of_plate(plate, np.full(size, value, np.uint8), is_linear=True)
        planes = estimates.over(plate, np.full(size, value, np.uint8), 0, 0)
        assert planes.shape[1:] == size
        assert np.isfinite(planes).all()
