"""Foreground colour error against a loop over pixels and sums done by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.errors import SizeMismatchError
from lfpnet.metrics import ColourDifference, ForegroundColourError, foreground_colour_error


@settings(deadline=None, max_examples=40)
@given(
    height=st.integers(1, 8),
    width=st.integers(1, 8),
    seed=st.integers(0, 1000),
    difference=st.sampled_from(["squared", "absolute"]),
)
def test_the_error_is_the_mean_over_seen_pixels_weighed_by_alpha(
    height: int, width: int, seed: int, difference: ColourDifference
) -> None:
    random = np.random.default_rng(seed)
    foreground, truth = (random.random((height, width, 3), np.float32) for _ in range(2))
    alpha = np.clip(random.random((height, width), np.float32) * 2 - 0.7, 0, 1)
    trimap = random.choice(np.array([0, 128, 255], np.uint8), (height, width))
    total = weights = 0.0
    for row, column in np.ndindex(height, width):
        if trimap[row, column] == 128:
            for channel in range(3):
                distance = abs(float(foreground[row, column, channel]) - float(truth[row, column, channel]))
                total += alpha[row, column] * (distance**2 if difference == "squared" else distance)
            weights += 3 * alpha[row, column]
    error = foreground_colour_error(foreground, truth, alpha, trimap, difference=difference)
    assert error == pytest.approx(total / weights if weights else 0, rel=1e-5)


def test_the_error_of_two_pixels_is_what_one_adds_up_by_hand() -> None:
    # Differences 0.3, 0, 0 at alpha 1, and 0.6, 0.6, 0.6 at alpha 0.5; the third pixel is unseen, the fourth known.
    truth = np.zeros((1, 4, 3), np.float32)
    foreground = np.array([[[0.3, 0, 0], [0.6, 0.6, 0.6], [9, 9, 9], [1, 1, 1]]], np.float32)
    alpha = np.array([[1, 0.5, 0, 1]], np.float32)
    trimap = np.array([[128, 128, 128, 255]], np.uint8)
    # absolute: (1 x 0.1 + 0.5 x 0.6) / 1.5; squared: (1 x 0.03 + 0.5 x 0.36) / 1.5; whole: 1 x 1 joins, over 2.5.
    absolute = foreground_colour_error(foreground, truth, alpha, trimap, difference="absolute")
    assert absolute == pytest.approx(0.4 / 1.5)
    assert foreground_colour_error(foreground, truth, alpha, trimap) == pytest.approx(0.21 / 1.5)
    assert foreground_colour_error(foreground, truth, alpha, trimap, region="whole") == pytest.approx(1.21 / 2.5)


def test_nothing_seen_in_the_unknown_region_is_no_error() -> None:
    ones, zeros = np.ones((2, 2, 3), np.float32), np.zeros((2, 2, 3), np.float32)
    unknown, known = np.full((2, 2), 128, np.uint8), np.full((2, 2), 255, np.uint8)
    assert foreground_colour_error(ones, zeros, np.zeros((2, 2), np.float32), unknown) == 0
    assert foreground_colour_error(ones, zeros, np.ones((2, 2), np.float32), known) == 0


def test_the_class_averages_over_pictures() -> None:
    metric = ForegroundColourError(difference="absolute")
    alpha, trimap = np.ones((1, 1), np.float32), np.full((1, 1), 128, np.uint8)
    truth = np.zeros((1, 1, 3), np.float32)
    assert metric.update(np.full((1, 1, 3), 0.5, np.float32), truth, alpha, trimap) == pytest.approx(0.5)
    assert metric.update(np.full((1, 1, 3), 1.0, np.float32), truth, alpha, trimap) == pytest.approx(1.0)
    assert metric.compute() == pytest.approx(0.75)


def test_a_foreground_of_another_size_is_refused_with_all_sizes() -> None:
    with pytest.raises(SizeMismatchError, match=r"foreground is 4x2.*true_foreground is 3x2.*trimap is 3x2"):
        foreground_colour_error(
            np.zeros((2, 4, 3), np.float32),
            np.zeros((2, 3, 3), np.float32),
            np.zeros((2, 3), np.float32),
            np.zeros((2, 3), np.uint8),
        )
