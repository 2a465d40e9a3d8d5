"""Weighted alpha loss, equation 5: how far alpha is from the truth, with more weight on large unknown regions."""

from jaxtyping import Bool, Float
from torch import Tensor

from lfpnet.losses.masked import masked_absolute_mean, pixel_count
from lfpnet.losses.precision import in_full_precision

#: Unknown pixels of a patch above which its weight grows (section 5.2).
GAMMA = 5e4


@in_full_precision
def weighted_alpha_loss(
    alpha: Float[Tensor, "b 1 h w"],
    true_alpha: Float[Tensor, "b 1 h w"],
    is_unknown: Bool[Tensor, "b 1 h w"],
    *,
    gamma: float = GAMMA,
) -> Float[Tensor, ""]:
    """Mean absolute difference over the unknown pixels U, times max(1, sqrt(|U| / gamma)).

    The printed factor, max(1, sqrt(sum over U of gamma)), cannot be meant: with gamma = 50,000 one unknown pixel would
    already weigh 224, the maximum would never be 1, and a smaller gamma would lower the weight. Divided by gamma, the
    factor does what the text says ("increase the weight for trimaps containing large unknown regions"): 1 up to
    50,000 unknown pixels, 2.3 for a 512 x 512 patch that is all unknown, 4.6 for a 1024 x 1024 one.

    Args:
        alpha: the prediction, 0 to 1.
        true_alpha: the truth, 0 to 1.
        is_unknown: the inner patch's unknown pixels.
        gamma: unknown pixels above which the weight grows, more than 0.

    Returns:
        The mean over the batch, each patch under its own weight; a patch without unknown pixels counts as 0.

    Source: paper, section 4.3, equation 5, read as sqrt(|U| / gamma); gamma from section 5.2.
    """
    weight = (pixel_count(is_unknown) / gamma).sqrt().clamp(min=1)
    return (weight * masked_absolute_mean(alpha, true_alpha, is_unknown)).mean()
