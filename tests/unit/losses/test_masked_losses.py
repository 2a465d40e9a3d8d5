"""Propagating, weighted alpha and reconstruction loss against loops over pixels."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.losses import propagating_loss, reconstruction_loss, weighted_alpha_loss


def slow_masked_mean(predicted: np.ndarray, target: np.ndarray, is_counted: np.ndarray) -> float:
    """Mean difference of one picture (c, h, w), pixel by pixel."""
    total, values = 0.0, 0
    for channel, row, column in np.ndindex(predicted.shape):
        if is_counted[0, row, column]:
            total += abs(predicted[channel, row, column] - target[channel, row, column])
            values += 1
    return total / values if values else 0.0


def random_case(height: int, width: int, seed: int, channels: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    shape = (3, channels, height, width)
    return random.random(shape), random.random(shape), random.random((3, 1, height, width)) < 0.4


def tensors(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.from_numpy(array) for array in arrays]


@settings(deadline=None, max_examples=25)
@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 1000))
def test_propagating_loss_is_the_mean_over_unknown_pixels(height: int, width: int, seed: int) -> None:
    alpha, truth, is_unknown = random_case(height, width, seed)
    expected = np.mean([slow_masked_mean(*case) for case in zip(alpha, truth, is_unknown, strict=True)])
    assert propagating_loss(*tensors(alpha, truth, is_unknown)).item() == pytest.approx(expected)


@settings(deadline=None, max_examples=25)
@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 1000), gamma=st.floats(1, 40))
def test_weighted_alpha_loss_weighs_each_patch_by_its_own_unknown_pixels(
    height: int, width: int, seed: int, gamma: float
) -> None:
    alpha, truth, is_unknown = random_case(height, width, seed)
    expected = np.mean(
        [
            max(1, math.sqrt(np.count_nonzero(case[2]) / gamma)) * slow_masked_mean(*case)
            for case in zip(alpha, truth, is_unknown, strict=True)
        ]
    )
    assert weighted_alpha_loss(*tensors(alpha, truth, is_unknown), gamma=gamma).item() == pytest.approx(expected)


@pytest.mark.parametrize(("side", "weight"), [(100, 1), (223, 1), (448, math.sqrt(448**2 / 5e4))])
def test_the_weight_starts_to_grow_at_fifty_thousand_unknown_pixels(side: int, weight: float) -> None:
    alpha = torch.full((1, 1, side, side), 0.25)
    is_unknown = torch.ones(1, 1, side, side, dtype=torch.bool)
    loss = weighted_alpha_loss(alpha, torch.zeros_like(alpha), is_unknown)
    assert loss.item() == pytest.approx(0.25 * weight, rel=1e-5)


@settings(deadline=None, max_examples=25)
@given(height=st.integers(1, 9), width=st.integers(1, 9), seed=st.integers(0, 1000))
def test_reconstruction_loss_judges_each_colour_where_it_can_be_seen(height: int, width: int, seed: int) -> None:
    foreground, true_foreground, is_background = random_case(height, width, seed, channels=3)
    background, true_background, is_other = random_case(height, width, seed + 1, channels=3)
    is_foreground = is_other & ~is_background
    expected = 0.0
    for picture in range(3):
        expected += slow_masked_mean(foreground[picture], true_foreground[picture], ~is_background[picture]) / 3
        expected += slow_masked_mean(background[picture], true_background[picture], ~is_foreground[picture]) / 3
    loss = reconstruction_loss(
        *tensors(foreground, background, true_foreground, true_background),
        is_background=torch.from_numpy(is_background),
        is_foreground=torch.from_numpy(is_foreground),
    )
    assert loss.item() == pytest.approx(expected)


def test_a_batch_whose_second_patch_is_all_known_counts_that_patch_as_nothing() -> None:
    alpha = torch.tensor([[[[0.75]]], [[[0.75]]]])
    is_unknown = torch.tensor([[[[True]]], [[[False]]]])
    assert propagating_loss(alpha, torch.zeros_like(alpha), is_unknown).item() == pytest.approx(0.75 / 2)


def test_known_pixels_get_no_gradient() -> None:
    alpha = torch.rand(2, 1, 6, 5, requires_grad=True)
    is_unknown = torch.rand(2, 1, 6, 5) < 0.5
    propagating_loss(alpha, torch.full_like(alpha, 2.0), is_unknown).backward()
    assert alpha.grad is not None
    assert torch.equal(alpha.grad != 0, is_unknown)
