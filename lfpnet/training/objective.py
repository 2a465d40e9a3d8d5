"""The number that training minimises: matting loss (eq. 3) and propagating loss (eq. 2).

Source: the paper, section 4.3.
"""

from torch import Tensor
from torch.nn import functional

from lfpnet.losses import matting_loss, propagating_loss
from lfpnet.model.types import Prediction
from lfpnet.training.batches import Batch


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
    if prediction.context_alpha is not None:
        size = (prediction.context_alpha.shape[-2], prediction.context_alpha.shape[-1])
        truth = functional.adaptive_avg_pool2d(batch.context_alpha, size)
        is_unknown = functional.adaptive_max_pool2d(batch.context[:, 4:5], size) > 0.5
        parts["propagating"] = propagating_loss(prediction.context_alpha, truth, is_unknown)
        total = total + propagating_weight * parts["propagating"]
    return total, parts
