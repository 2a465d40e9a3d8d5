"""Propagating loss, equation 2: how far the context alpha is from the truth."""

from jaxtyping import Bool, Float
from torch import Tensor

from lfpnet.losses.masked import masked_absolute_mean
from lfpnet.losses.precision import in_full_precision


@in_full_precision
def propagating_loss(
    context_alpha: Float[Tensor, "b 1 h w"],
    true_alpha: Float[Tensor, "b 1 h w"],
    is_unknown: Bool[Tensor, "b 1 h w"],
) -> Float[Tensor, ""]:
    """Mean absolute difference of the context alpha over the unknown pixels of the context patch.

    Args:
        context_alpha: what the propagating module predicts, 0 to 1.
        true_alpha: the truth, 0 to 1, at the size of the context alpha.
        is_unknown: the context patch's unknown pixels, at the same size.

    Returns:
        The mean over the batch; a patch without unknown pixels counts as 0.

    Source: paper, section 4.3, equation 2.
    """
    return masked_absolute_mean(context_alpha, true_alpha, is_unknown).mean()
