"""Grad against a two-dimensional convolution and the cases where the conventions part."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from lfpnet.metrics import gradient_error

SIGMA = 1.4


def slow_kernel() -> np.ndarray:
    """Gaussian down the rows times derivative along the columns, entry by entry, of unit L2 norm."""
    kernel = np.zeros((9, 9))
    for row in range(9):
        for column in range(9):
            y, x = row - 4, column - 4
            gauss = math.exp(-(y**2) / (2 * SIGMA**2)) / (SIGMA * math.sqrt(2 * math.pi))
            derivative = -x * math.exp(-(x**2) / (2 * SIGMA**2)) / (SIGMA**3 * math.sqrt(2 * math.pi))
            kernel[row, column] = gauss * derivative
    return kernel / math.sqrt((kernel**2).sum())


def slow_amplitude(alpha: np.ndarray) -> np.ndarray:
    kernel = slow_kernel()
    along_x = ndimage.convolve(alpha, kernel, mode="nearest")
    along_y = ndimage.convolve(alpha, kernel.T, mode="nearest")
    return np.sqrt(along_x**2 + along_y**2)


def mat2gray(alpha: np.ndarray) -> np.ndarray:
    return alpha if np.ptp(alpha) == 0 else (alpha - alpha.min()) / np.ptp(alpha)


@settings(deadline=None, max_examples=40)
@given(height=st.integers(1, 24), width=st.integers(1, 24), seed=st.integers(0, 1000))
def test_the_error_is_that_of_a_two_dimensional_convolution(height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    alpha, truth = random.random((height, width)), random.random((height, width))
    trimap = random.choice(np.array([0, 128, 255], np.uint8), (height, width))
    plain = (slow_amplitude(alpha) - slow_amplitude(truth)) ** 2
    stretched = (slow_amplitude(mat2gray(alpha)) - slow_amplitude(mat2gray(truth))) ** 2
    unknown = trimap == 128
    assert gradient_error(alpha, truth, trimap) == pytest.approx(plain[unknown].sum() / 1000, abs=1e-12)
    assert gradient_error(alpha, truth, trimap, region="whole") == pytest.approx(plain.sum() / 1000, abs=1e-12)
    assert gradient_error(alpha, truth, trimap, convention="mat2gray") == pytest.approx(
        stretched[unknown].sum() / 1000, abs=1e-12
    )


def test_one_bright_pixel_far_from_the_border_gives_an_error_of_two() -> None:
    # Against black truth the error is the sum of both squared responses to one pixel, each the kernel itself: 1 + 1.
    alpha = np.zeros((21, 21), np.float32)
    alpha[10, 10] = 1
    trimap = np.full((21, 21), 128, np.uint8)
    assert gradient_error(alpha, np.zeros_like(alpha), trimap) == pytest.approx(2 / 1000)


def test_a_prediction_at_half_contrast_is_forgiven_by_mat2gray_only() -> None:
    truth = np.random.default_rng(3).random((20, 20))
    truth = mat2gray(truth)
    trimap = np.full((20, 20), 128, np.uint8)
    # The gradient of half an alpha is half as long: (|g| - |g| / 2)^2 is a quarter of |g|^2.
    expected = 0.25 * (slow_amplitude(truth) ** 2).sum() / 1000
    assert gradient_error(0.5 * truth, truth, trimap) == pytest.approx(expected)
    assert gradient_error(0.5 * truth, truth, trimap, convention="mat2gray") == pytest.approx(0, abs=1e-12)


def test_the_conventions_agree_where_both_alphas_reach_zero_and_one() -> None:
    random = np.random.default_rng(4)
    alpha, truth = mat2gray(random.random((15, 12))), mat2gray(random.random((15, 12)))
    trimap = np.full((15, 12), 128, np.uint8)
    assert gradient_error(alpha, truth, trimap) == gradient_error(alpha, truth, trimap, convention="mat2gray")


@pytest.mark.parametrize("convention", ["divide_by_255", "mat2gray"])
def test_flat_alphas_have_no_gradient_up_to_the_border(convention: str) -> None:
    alpha, truth = np.full((6, 30), 0.75), np.zeros((6, 30))
    trimap = np.full((6, 30), 128, np.uint8)
    assert gradient_error(alpha, truth, trimap, convention=convention) == pytest.approx(0, abs=1e-15)
