"""Composition loss, equations 6 and 11: alpha, foreground and background laid over each other must give the plate."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lfpnet.losses.precision import in_full_precision


@in_full_precision
def composition_loss(
    alpha: Float[Tensor, "b 1 h w"],
    foreground: Float[Tensor, "b 3 h w"],
    background: Float[Tensor, "b 3 h w"],
    plate: Float[Tensor, "b 3 h w"],
) -> Float[Tensor, ""]:
    """Mean of |alpha F + (1 - alpha) B - plate| over all pixels and channels.

    Equation 6 takes the predicted alpha with the true colours, equation 11 the true alpha with the predicted colours.
    The paper prints neither a sum nor a set of pixels: this is the mean over the whole patch, known pixels included, so
    that its size does not depend on that of the patch and stays beside the other terms, which are means too.

    Args:
        alpha: predicted or true, 0 to 1.
        foreground: true or predicted, unpremultiplied, in the colour space of the plate.
        background: true or predicted, unpremultiplied, in the colour space of the plate.
        plate: the picture that the network saw, display-encoded, 0 to 1, before normalisation.

    Returns:
        The mean over the batch.

    Source: paper, section 4.3, equations 6 and 11.
    """
    composite = torch.lerp(background, foreground, alpha)  # one pass: B + alpha (F - B)
    return functional.l1_loss(composite, plate)
