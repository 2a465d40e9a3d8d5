"""Foreground and background reconstruction loss, equation 10: how far the two colours are from the truth."""

from jaxtyping import Bool, Float
from torch import Tensor

from lfpnet.losses.masked import masked_absolute_mean
from lfpnet.losses.precision import in_full_precision


@in_full_precision
def reconstruction_loss(
    foreground: Float[Tensor, "b 3 h w"],
    background: Float[Tensor, "b 3 h w"],
    true_foreground: Float[Tensor, "b 3 h w"],
    true_background: Float[Tensor, "b 3 h w"],
    *,
    is_background: Bool[Tensor, "b 1 h w"],
    is_foreground: Bool[Tensor, "b 1 h w"],
) -> Float[Tensor, ""]:
    """Mean difference of F over foreground and unknown, plus that of B over background and unknown.

    A colour is judged only where it can be seen: the foreground everywhere but in the known background, and the
    background everywhere but in the known foreground.

    Args:
        foreground: the prediction, unpremultiplied.
        background: the prediction, unpremultiplied.
        true_foreground: the truth, in the colour space of the prediction.
        true_background: the truth, in the colour space of the prediction.
        is_background: the inner patch's known background.
        is_foreground: the inner patch's known foreground.

    Returns:
        The mean over the batch, each term a mean over pixels and channels; a term without pixels counts as 0.

    Source: paper, section 4.3, equation 10.
    """
    of_foreground = masked_absolute_mean(foreground, true_foreground, ~is_background)
    of_background = masked_absolute_mean(background, true_background, ~is_foreground)
    return (of_foreground + of_background).mean()
