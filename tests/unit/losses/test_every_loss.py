"""What all losses promise: true gradients, batches as means of single pictures, no NaN, float32 inside."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from lfpnet.losses import (
    composition_loss,
    laplacian_loss,
    matting_loss,
    propagating_loss,
    reconstruction_loss,
    weighted_alpha_loss,
)


def labels(height: int, width: int) -> Tensor:
    """Trimap labels of four patches: mixed, mixed, all known, all unknown."""
    mixed = torch.randint(0, 3, (2, height, width), generator=torch.Generator().manual_seed(9))
    known = torch.randint(0, 2, (1, height, width), generator=torch.Generator().manual_seed(8)) * 2
    return torch.cat([mixed, known, torch.ones(1, height, width, dtype=torch.int64)])


class Case:
    """Predictions and truths of four patches, of which some or all are compared."""

    def __init__(self, height: int, width: int, dtype: torch.dtype = torch.float64) -> None:
        generator = torch.Generator().manual_seed(5)

        def pictures(channels: int) -> Tensor:
            return torch.rand(4, channels, height, width, generator=generator, dtype=torch.float64).to(dtype)

        self.predicted = [pictures(1), pictures(3), pictures(3)]
        self.true_alpha, self.true_foreground, self.true_background = pictures(1), pictures(3), pictures(3)
        self.plate = pictures(3)
        self.trimap = functional.one_hot(labels(height, width), 3).permute(0, 3, 1, 2).to(dtype)

    def loss(self, name: str, chosen: slice = slice(None)) -> Callable[..., Tensor]:
        """Return the named loss of the chosen patches as a function of alpha, foreground and background."""
        true_alpha, plate, trimap = self.true_alpha[chosen], self.plate[chosen], self.trimap[chosen]
        true_colours = (self.true_foreground[chosen], self.true_background[chosen])
        is_background, is_unknown, is_foreground = (trimap > 0.5).split(1, dim=1)

        def total(alpha: Tensor, foreground: Tensor, background: Tensor) -> Tensor:
            return matting_loss(
                alpha,
                foreground,
                background,
                true_alpha=true_alpha,
                true_foreground=true_colours[0],
                true_background=true_colours[1],
                plate=plate,
                trimap=trimap,
                gamma=20.0,
            ).total

        losses: dict[str, Callable[..., Tensor]] = {
            "propagating": lambda a, _f, _b: propagating_loss(a, true_alpha, is_unknown),
            "weighted alpha": lambda a, _f, _b: weighted_alpha_loss(a, true_alpha, is_unknown, gamma=20.0),
            "composition of alpha": lambda a, _f, _b: composition_loss(a, *true_colours, plate),
            "composition of colours": lambda _a, f, b: composition_loss(true_alpha, f, b, plate),
            "laplacian": lambda _a, f, _b: laplacian_loss(f, true_colours[0]),
            "reconstruction": lambda _a, f, b: reconstruction_loss(
                f, b, *true_colours, is_background=is_background, is_foreground=is_foreground
            ),
            "matting": total,
        }
        return losses[name]


NAMES = (
    "propagating",
    "weighted alpha",
    "composition of alpha",
    "composition of colours",
    "laplacian",
    "reconstruction",
    "matting",
)
SIZES = [(1, 1), (4, 6), (7, 5)]
every_loss = pytest.mark.parametrize("name", NAMES)
every_size = pytest.mark.parametrize("size", SIZES)


@every_loss
def test_gradients_agree_with_finite_differences(name: str) -> None:
    case = Case(5, 4)
    predicted = [picture.requires_grad_() for picture in case.predicted]
    assert torch.autograd.gradcheck(case.loss(name), predicted, eps=1e-7, atol=1e-5, fast_mode=True)


@every_loss
@every_size
def test_the_loss_of_a_batch_is_the_mean_of_its_pictures(name: str, size: tuple[int, int]) -> None:
    case = Case(*size)
    of_batch = case.loss(name)(*case.predicted).item()
    singles = [
        case.loss(name, slice(k, k + 1))(*(picture[k : k + 1] for picture in case.predicted)).item() for k in range(4)
    ]
    assert of_batch == pytest.approx(sum(singles) / 4, abs=1e-12)


@every_loss
@every_size
@pytest.mark.parametrize("label", [0, 2])
def test_a_patch_without_unknown_pixels_gives_finite_losses_and_gradients(
    name: str, size: tuple[int, int], label: int
) -> None:
    case = Case(*size)
    case.trimap = torch.zeros_like(case.trimap)
    case.trimap[:, label] = 1
    predicted = [picture.requires_grad_() for picture in case.predicted]
    loss = case.loss(name)(*predicted)
    gradients = torch.autograd.grad(loss, predicted, allow_unused=True)
    assert torch.isfinite(loss)
    assert all(torch.isfinite(gradient).all() for gradient in gradients if gradient is not None)


@pytest.mark.parametrize("name", ["propagating", "weighted alpha"])
def test_a_loss_over_unknown_pixels_alone_is_zero_with_zero_gradient_when_all_is_known(name: str) -> None:
    case = Case(4, 5)
    alpha = case.predicted[0][2:3].requires_grad_()  # the third patch is all known
    loss = case.loss(name, slice(2, 3))(alpha, None, None)
    loss.backward()
    assert loss.item() == 0
    assert alpha.grad is not None
    assert not alpha.grad.any()


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_inputs_are_compared_in_float32_even_under_autocast(name: str, dtype: torch.dtype) -> None:
    half = Case(20, 17, dtype)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = half.loss(name)(*half.predicted)
    wide = Case(20, 17, torch.float64)
    for attribute in ("true_alpha", "true_foreground", "true_background", "plate"):
        setattr(wide, attribute, getattr(half, attribute).double())
    expected = wide.loss(name)(*(picture.double() for picture in half.predicted))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(expected.item(), rel=1e-5)


@every_loss
def test_gradients_return_in_the_precision_of_the_prediction(name: str) -> None:
    case = Case(6, 6, torch.bfloat16)
    predicted = [picture.requires_grad_() for picture in case.predicted]
    gradients = torch.autograd.grad(case.loss(name)(*predicted), predicted, allow_unused=True)
    assert any(gradient is not None for gradient in gradients)
    assert all(gradient.dtype == torch.bfloat16 for gradient in gradients if gradient is not None)


@every_loss
def test_predictions_are_left_as_they_were(name: str) -> None:
    case = Case(6, 6)
    before = [picture.clone() for picture in case.predicted]
    case.loss(name)(*case.predicted)
    assert all(torch.equal(*pair) for pair in zip(before, case.predicted, strict=True))
