"""The Laplacian loss against a pyramid built pixel by pixel, on any size."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.losses import laplacian_loss

KERNEL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256


def weighted_average(values: list[float], weights: list[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)


def slow_half(picture: np.ndarray) -> np.ndarray:
    """Each even pixel becomes the weighted average of those around it that exist."""
    height, width = picture.shape
    half = np.zeros(((height + 1) // 2, (width + 1) // 2))
    for row, column in np.ndindex(half.shape):
        near = [
            (picture[y, x], KERNEL[y - 2 * row + 2, x - 2 * column + 2])
            for y in range(max(0, 2 * row - 2), min(height, 2 * row + 3))
            for x in range(max(0, 2 * column - 2), min(width, 2 * column + 3))
        ]
        half[row, column] = weighted_average(*map(list, zip(*near, strict=True)))
    return half


def slow_double(half: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pixel (r, c) of the half sits at (2r, 2c); each full pixel averages those within the kernel's reach."""
    full = np.zeros((height, width))
    for y, x in np.ndindex(full.shape):
        near = [
            (half[row, column], KERNEL[2 * row - y + 2, 2 * column - x + 2])
            for row, column in np.ndindex(half.shape)
            if abs(2 * row - y) <= 2 and abs(2 * column - x) <= 2
        ]
        full[y, x] = weighted_average(*map(list, zip(*near, strict=True)))
    return full


def slow_pyramid(picture: np.ndarray, levels: int) -> list[np.ndarray]:
    details = []
    for _ in range(levels):
        half = slow_half(picture)
        details.append(picture - slow_double(half, *picture.shape))
        picture = half
    return details


def slow_laplacian_loss(predicted: np.ndarray, target: np.ndarray, levels: int) -> float:
    """Two whole pyramids a plane, as equation 8 is printed."""
    per_picture = []
    for picture, truth in zip(predicted, target, strict=True):
        loss = 0.0
        for level in range(levels):
            differences = [
                np.abs(slow_pyramid(plane, levels)[level] - slow_pyramid(true_plane, levels)[level])
                for plane, true_plane in zip(picture, truth, strict=True)
            ]
            loss += 2**level * float(np.mean(differences))
        per_picture.append(loss)
    return float(np.mean(per_picture))


@pytest.mark.parametrize("shape", [(2, 1, 16, 16), (1, 3, 13, 9), (3, 2, 5, 12), (1, 1, 1, 7), (2, 1, 2, 2)])
@pytest.mark.parametrize("levels", [1, 4])
def test_the_loss_is_that_of_two_pyramids_built_pixel_by_pixel(shape: tuple[int, ...], levels: int) -> None:
    random = np.random.default_rng(1)
    predicted, target = random.random(shape), random.random(shape)
    fast = laplacian_loss(torch.from_numpy(predicted), torch.from_numpy(target), levels=levels)
    assert fast.item() == pytest.approx(slow_laplacian_loss(predicted, target, levels), rel=1e-10)


def test_a_bright_pixel_in_a_corner_gives_the_value_worked_out_by_hand() -> None:
    # A 2 x 2 picture with 1 in its first pixel. Halved to one pixel, weights 6, 4 per axis renormalised: (6 / 10)^2.
    # Doubled, the one pixel is repeated: 0.36 everywhere. The detail is 0.64, -0.36, -0.36, -0.36: its mean is 0.43.
    # The next levels are one pixel in size and hold no detail.
    picture = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]], dtype=torch.float64)
    assert laplacian_loss(picture, torch.zeros_like(picture)).item() == pytest.approx((0.64 + 3 * 0.36) / 4)


@settings(deadline=None, max_examples=25)
@given(height=st.integers(1, 40), width=st.integers(1, 40), level=st.floats(-1, 1))
def test_a_constant_difference_holds_no_detail_at_any_size(height: int, width: int, level: float) -> None:
    truth = torch.rand(1, 2, height, width, dtype=torch.float64)
    assert laplacian_loss(truth + level, truth).item() == pytest.approx(0, abs=1e-12)


def test_a_picture_of_one_pixel_costs_nothing_and_pulls_nowhere() -> None:
    predicted = torch.rand(2, 3, 1, 1, dtype=torch.float64, requires_grad=True)
    loss = laplacian_loss(predicted, torch.zeros(2, 3, 1, 1, dtype=torch.float64))
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-12)
    assert predicted.grad is not None
    assert predicted.grad.abs().max().item() < 1e-12


def test_channels_last_pictures_give_the_same_loss() -> None:
    predicted, target = torch.rand(2, 3, 17, 12), torch.rand(2, 3, 17, 12)
    as_channels_last = predicted.to(memory_format=torch.channels_last)
    assert laplacian_loss(as_channels_last, target).item() == pytest.approx(
        laplacian_loss(predicted, target).item(), rel=1e-6
    )
