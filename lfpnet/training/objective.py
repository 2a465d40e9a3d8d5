"""The number that training minimises: matting loss (eq. 3) and propagating loss (eq. 2).

Source: the paper, section 4.3.
"""

import torch
from torch import Tensor
from torch.nn import functional

from lfpnet.errors import ConfigurationError
from lfpnet.losses import laplacian_loss, matting_loss, propagating_loss, weighted_alpha_loss
from lfpnet.model.network import LFPNet
from lfpnet.model.types import Prediction
from lfpnet.training.batches import Batch

#: Of the terms of a network's own alpha where it is weighed against estimates.
OWN_WEIGHT = 1.0


def objective(prediction: Prediction, batch: Batch, propagating_weight: float) -> tuple[Tensor, dict[str, Tensor]]:
    """Loss of one batch.

    Args:
        prediction: what the network said.
        batch: what is true.
        propagating_weight: weight of the context alpha's loss beside the matting loss.

    Returns:
        The scalar to minimise, and its parts for the log.
    """
    loss = matting_loss(
        prediction.alpha,
        prediction.foreground,
        prediction.background,
        true_alpha=batch.alpha,
        true_foreground=batch.foreground,
        true_background=batch.background,
        plate=batch.plate,
        trimap=batch.inner[:, 3:6],
    )
    total, parts = loss.total, dict(loss.parts)
    if prediction.own_alpha is not None:
        parts |= _own_terms(prediction.alpha, prediction.own_alpha, batch)
        total = total + OWN_WEIGHT * (parts["own"] + parts["squared"])
    if prediction.context_alpha is not None:
        parts["propagating"] = context_objective(prediction.context_alpha, batch)
        total = total + propagating_weight * parts["propagating"]
    return total, parts


def _own_terms(alpha: Tensor, own_alpha: Tensor, batch: Batch) -> dict[str, Tensor]:
    """What the paper needs no word for: the own alpha by itself, and the squares that a choice is judged by."""
    absolute = weighted_alpha_loss(own_alpha, batch.alpha, batch.is_unknown)
    is_unknown = batch.is_unknown.float()
    squares = (alpha - batch.alpha).square() + (own_alpha - batch.alpha).square()
    return {
        "own": absolute + laplacian_loss(own_alpha, batch.alpha),
        "squared": (squares * is_unknown).sum() / is_unknown.sum().clamp(min=1),
    }


def context_objective(context_alpha: Tensor, batch: Batch) -> Tensor:
    """Equation 2 of one batch.

    Args:
        context_alpha: of the whole context patch.
        batch: what is true.
    """
    size = (context_alpha.shape[-2], context_alpha.shape[-1])
    truth = functional.adaptive_avg_pool2d(batch.context_alpha, size)
    is_unknown = functional.adaptive_max_pool2d(batch.context[:, 4:5], size) > 0.5
    return propagating_loss(context_alpha, truth, is_unknown)


def objective_of_context(network: LFPNet, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Equation 2 alone; the matting module is not asked.

    Args:
        network: with a propagating module that predicts the context alpha.
        batch: what goes in and what is true.

    Returns:
        The scalar to minimise, and its parts for the log.

    Raises:
        ConfigurationError: the network predicts no context alpha.
    """
    context_alpha = network.context_alpha(batch.context.to(memory_format=torch.channels_last))
    if context_alpha is None:
        raise ConfigurationError(
            "Expected a network with a context alpha for a phase that minimises it, got one without; leave the phase "
            "out or choose another network."
        )
    loss = context_objective(context_alpha, batch)
    return loss, {"propagating": loss}
