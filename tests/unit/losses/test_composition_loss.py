"""The composition loss against a loop over pixels, in both its uses."""

import numpy as np
import pytest
import torch

from lfpnet.losses import composition_loss


@pytest.mark.parametrize("size", [(1, 1), (4, 7)])
def test_the_loss_is_the_mean_difference_between_composite_and_plate(size: tuple[int, int]) -> None:
    random = np.random.default_rng(2)
    alpha = random.random((2, 1, *size))
    foreground, background, plate = (random.random((2, 3, *size)) for _ in range(3))
    differences = []
    for picture, channel, row, column in np.ndindex(plate.shape):
        opacity = alpha[picture, 0, row, column]
        composite = opacity * foreground[picture, channel, row, column]
        composite += (1 - opacity) * background[picture, channel, row, column]
        differences.append(abs(composite - plate[picture, channel, row, column]))
    loss = composition_loss(*(torch.from_numpy(array) for array in (alpha, foreground, background, plate)))
    assert loss.item() == pytest.approx(np.mean(differences))


def test_a_true_composite_costs_nothing() -> None:
    alpha, foreground, background = torch.rand(1, 1, 5, 5), torch.rand(1, 3, 5, 5), torch.rand(1, 3, 5, 5)
    plate = alpha * foreground + (1 - alpha) * background
    assert composition_loss(alpha, foreground, background, plate).item() == pytest.approx(0, abs=1e-7)


def test_alpha_is_pushed_by_the_contrast_between_foreground_and_background() -> None:
    # One pixel, alpha 0.5 too low, F - B = (0.8, 0, -0.4): d/dalpha of the mean difference is -(0.8 + 0.4) / 3.
    alpha = torch.tensor([[[[0.25]]]], requires_grad=True)
    background = torch.tensor([0.1, 0.5, 0.9]).view(1, 3, 1, 1)
    foreground = background + torch.tensor([0.8, 0.0, -0.4]).view(1, 3, 1, 1)
    loss = composition_loss(alpha, foreground, background, 0.75 * foreground + 0.25 * background)
    loss.backward()
    assert loss.item() == pytest.approx(0.5 * (0.8 + 0.4) / 3)
    assert alpha.grad is not None
    assert alpha.grad.item() == pytest.approx(-(0.8 + 0.4) / 3)
