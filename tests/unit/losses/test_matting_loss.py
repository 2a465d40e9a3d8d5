"""The matting loss is the weighted sum of terms that are tested one by one."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from lfpnet.losses import (
    composition_loss,
    laplacian_loss,
    matting_loss,
    reconstruction_loss,
    weighted_alpha_loss,
)

Pictures = dict[str, Tensor]


@pytest.fixture
def predicted() -> Pictures:
    torch.manual_seed(3)
    alpha, foreground, background = (torch.rand(2, channels, 11, 14) for channels in (1, 3, 3))
    return {"alpha": alpha, "foreground": foreground, "background": background}


@pytest.fixture
def given() -> Pictures:
    torch.manual_seed(4)
    labels = torch.randint(0, 3, (2, 11, 14))
    return {
        "true_alpha": torch.rand(2, 1, 11, 14),
        "true_foreground": torch.rand(2, 3, 11, 14),
        "true_background": torch.rand(2, 3, 11, 14),
        "plate": torch.rand(2, 3, 11, 14),
        "trimap": functional.one_hot(labels, 3).permute(0, 3, 1, 2).float(),
    }


def test_total_adds_the_terms_of_equations_3_4_and_9_under_the_papers_weights(
    predicted: Pictures, given: Pictures
) -> None:
    alpha, foreground, background = predicted.values()
    true_alpha, true_foreground, true_background, plate, trimap = given.values()
    is_background, is_unknown, is_foreground = (trimap[:, k : k + 1] == 1 for k in range(3))
    of_alpha = (
        weighted_alpha_loss(alpha, true_alpha, is_unknown)
        + composition_loss(alpha, true_foreground, true_background, plate)
        + laplacian_loss(alpha, true_alpha)
    )
    of_colour = (
        reconstruction_loss(
            foreground,
            background,
            true_foreground,
            true_background,
            is_background=is_background,
            is_foreground=is_foreground,
        )
        + composition_loss(true_alpha, foreground, background, plate)
        + laplacian_loss(foreground, true_foreground)
        + laplacian_loss(background, true_background)
    )
    loss = matting_loss(**predicted, **given)
    assert loss.total.item() == pytest.approx((of_alpha + 0.25 * of_colour).item())
    assert loss.parts["alpha"].item() == pytest.approx(of_alpha.item())
    assert loss.parts["colour"].item() == pytest.approx(of_colour.item())


def test_parts_add_up_and_hold_no_graph(predicted: Pictures, given: Pictures) -> None:
    predicted["alpha"].requires_grad_()
    total, parts = matting_loss(**predicted, **given)
    assert total.requires_grad
    assert not any(part.requires_grad for part in parts.values())
    for group in ("alpha", "colour"):
        terms = [part.item() for name, part in parts.items() if name.startswith(f"{group}_")]
        assert len(terms) == 3
        assert parts[group].item() == pytest.approx(sum(terms))
    assert total.item() == pytest.approx(parts["alpha"].item() + 0.25 * parts["colour"].item())


def test_a_perfect_prediction_costs_nothing(given: Pictures) -> None:
    alpha = given["true_alpha"]
    given["plate"] = alpha * given["true_foreground"] + (1 - alpha) * given["true_background"]
    loss = matting_loss(alpha, given["true_foreground"], given["true_background"], **given)
    assert loss.total.item() == pytest.approx(0, abs=1e-6)


def test_descending_the_loss_finds_the_truth(predicted: Pictures, given: Pictures) -> None:
    alpha = given["true_alpha"]
    given["plate"] = alpha * given["true_foreground"] + (1 - alpha) * given["true_background"]
    given["trimap"] = torch.tensor([0.0, 1.0, 0.0]).view(1, 3, 1, 1).expand(2, 3, 11, 14).contiguous()
    guesses = {name: guess.clone().requires_grad_() for name, guess in predicted.items()}
    optimizer = torch.optim.Adam(guesses.values(), lr=0.05)
    for step in range(90):
        if step == 60:
            optimizer.param_groups[0]["lr"] = 0.005
        optimizer.zero_grad()
        matting_loss(**guesses, **given).total.backward()
        optimizer.step()
    for name, guess in guesses.items():
        assert (guess - given[f"true_{name}"]).abs().mean().item() < 0.02, name
