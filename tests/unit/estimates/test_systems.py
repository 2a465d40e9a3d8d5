"""The systems that alpha is propagated by, against slow references on tiny plates."""

import sys

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix

from lfpnet.errors import CancelledError, ConfigurationError
from lfpnet.estimates import KINDS, Estimates, propagated_alphas
from lfpnet.estimates.closed_form import closed_form_system
from lfpnet.estimates.colour_mixture import REGULARIZATION, locally_linear_weights
from lfpnet.estimates.conjugate_gradients import conjugate_gradients
from lfpnet.estimates.sampled_pairs import sampled_alpha
from lfpnet.model.config import LFPNetConfig
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def stripes(height: int = 12, width: int = 14) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A noisy ramp from blue to red across: plate, trimap, alpha."""
    alpha = np.tile(np.clip(np.linspace(-0.5, 1.5, width), 0, 1), (height, 1)).astype(np.float32)
    plate = alpha[..., None] * (0.9, 0.2, 0.1) + (1 - alpha[..., None]) * (0.1, 0.2, 0.8)
    plate = np.clip(plate + np.random.default_rng(3).normal(0, 0.01, plate.shape), 0, 1).astype(np.float32)
    trimap = np.full((height, width), UNKNOWN, np.uint8)
    trimap[:, :2], trimap[:, -2:] = BACKGROUND, FOREGROUND
    return plate, trimap, alpha


def slow_laplacian(plate: np.ndarray) -> np.ndarray:
    """Equation 12 of the paper, window by window."""
    height, width = plate.shape[:2]
    index = np.arange(height * width).reshape(height, width)
    laplacian = np.zeros((height * width, height * width))
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            window = np.s_[y - 1 : y + 2, x - 1 : x + 2]
            colours = plate[window].reshape(9, 3).astype(np.float64)
            apart = colours - colours.mean(axis=0)
            inverse = np.linalg.inv(apart.T @ apart / 9 + 1e-7 / 9 * np.eye(3))
            at = index[window].ravel()
            laplacian[np.ix_(at, at)] += np.eye(9) - (1 + apart @ inverse @ apart.T) / 9
    return laplacian


def test_closed_form_is_the_papers_laplacian_of_the_unknown_pixels():
    plate, trimap, _ = stripes()
    trimap[4:6, 5:8] = FOREGROUND
    system, laplacian = closed_form_system(plate, trimap), slow_laplacian(plate)
    is_unknown, is_foreground = (trimap.ravel() == value for value in (UNKNOWN, FOREGROUND))
    np.testing.assert_allclose(system.matrix.toarray(), laplacian[np.ix_(is_unknown, is_unknown)], atol=1e-6)
    np.testing.assert_allclose(system.right_side, -laplacian[np.ix_(is_unknown, is_foreground)].sum(axis=1), atol=1e-6)


def test_locally_linear_weights_solve_the_full_system():
    rng = np.random.default_rng(5)
    colours, others = rng.random((6, 3)).astype(np.float32), rng.random((6, 9, 3)).astype(np.float32)
    is_other = np.ones((6, 9), bool)
    is_other[2, 4] = False
    found = locally_linear_weights(colours, others, is_other)
    for pixel, (colour, near, weights) in enumerate(zip(colours, others, found, strict=True)):
        chosen = is_other[pixel]
        apart = near[chosen].astype(np.float64) - colour
        exact = np.linalg.solve(apart @ apart.T + REGULARIZATION * np.eye(len(apart)), np.ones(len(apart)))
        np.testing.assert_allclose(weights[chosen], exact / exact.sum(), atol=1e-4)
        assert (weights[~chosen] == 0).all()


@pytest.mark.parametrize("has_blocks", [False, True])
@pytest.mark.parametrize("has_residuals", [False, True])
def test_conjugate_gradients_solve_what_a_dense_solver_solves(has_blocks, has_residuals):
    rng = np.random.default_rng(7)
    chain = 2.01 * np.eye(60) - np.eye(60, k=1) - np.eye(60, k=-1)
    squares = rng.normal(0, 0.3, (20, 60)) * (rng.random((20, 60)) < 0.1)
    right_side = rng.normal(size=60)
    found = conjugate_gradients(
        csr_matrix(chain),
        csr_matrix(squares) if has_residuals else None,
        right_side,
        np.zeros(60),
        np.arange(60) // 8 if has_blocks else None,
        1e-9,
    )
    whole = chain + squares.T @ squares if has_residuals else chain
    np.testing.assert_allclose(found, np.linalg.solve(whole, right_side), atol=1e-6)


def test_blocks_save_iterations_where_what_is_known_is_far():
    chain = csr_matrix(2.0001 * np.eye(400) - np.eye(400, k=1) - np.eye(400, k=-1))
    counts = []
    for blocks in (None, np.arange(400) // 8):
        calls: list[None] = []
        conjugate_gradients(
            chain, None, np.ones(400), np.zeros(400), blocks, 1e-6, lambda calls=calls: calls.append(None)
        )
        counts.append(len(calls))
    assert counts[1] < counts[0] / 2


@pytest.mark.parametrize("kind", ["mixture", "sampled"])
def test_mixed_colours_give_the_alpha_that_mixed_them(kind):
    plate, trimap, alpha = stripes(24, 28)
    found = propagated_alphas(plate, trimap, kinds=[kind])[..., 0]
    assert np.square(found - alpha)[trimap == UNKNOWN].mean() < 2e-3


def test_sampled_pairs_are_sure_of_what_one_pair_explains():
    plate, trimap, alpha = stripes(24, 28)
    sampled = sampled_alpha(plate, trimap)
    is_sure = sampled.confidence > 0.3
    assert is_sure.mean() > 0.15  # one pixel of four is asked
    assert np.abs(sampled.alpha - alpha[trimap == UNKNOWN])[is_sure].max() < 0.1


def test_sampled_pairs_open_an_unmarked_hole():
    plate, trimap, _ = stripes(24, 28)
    plate[8:16, 20:25], trimap[6:18, 18:27] = (0.1, 0.2, 0.8), UNKNOWN
    assert propagated_alphas(plate, trimap, kinds=["sampled"])[10:14, 21:24, 0].max() < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_ends_when_the_caller_cancels(kind):
    plate, trimap, _ = stripes()

    def cancel() -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        propagated_alphas(plate, trimap, cancel, [kind])


def test_the_pixels_are_the_same_in_one_thread_and_in_two():
    plate, trimap, _ = stripes(30, 40)
    before, alphas = torch.get_num_threads(), []
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            alphas.append(propagated_alphas(plate, trimap, kinds=KINDS))
    finally:
        torch.set_num_threads(before)
    np.testing.assert_array_equal(*alphas)


def test_estimates_need_neither_pymatting_nor_its_compiler(monkeypatch):
    for library in ("pymatting", "numba"):
        monkeypatch.setitem(sys.modules, library, None)
    plate, trimap, _ = stripes(30, 40)
    Estimates.of_plate(plate, trimap, is_linear=False, kinds=("sampled", "closed-form", "knn"))


def test_weights_that_do_not_name_their_estimates_take_the_first_ones():
    assert LFPNetConfig.of_dict({"preset": "x", "structure": "lean"}).estimates == ("joint", "closed-form", "knn")
    with pytest.raises(ConfigurationError, match="got joint, magic, knn; update lfpnet"):
        LFPNetConfig.of_dict({"preset": "x", "structure": "lean", "estimates": ["joint", "magic", "knn"]})
