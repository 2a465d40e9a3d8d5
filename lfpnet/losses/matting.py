"""Matting loss, equations 3, 4 and 9: everything that the matting module is trained on, in one number and its parts."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from lfpnet.losses.alpha import GAMMA, weighted_alpha_loss
from lfpnet.losses.composition import composition_loss
from lfpnet.losses.laplacian import LEVELS, laplacian_loss
from lfpnet.losses.precision import in_full_precision
from lfpnet.losses.reconstruction import reconstruction_loss

#: Weights of the alpha terms and of the colour terms (section 5.2).
LAMBDA_ALPHA, LAMBDA_COLOUR = 1.0, 0.25


class MattingLoss(NamedTuple):
    """The matting loss and its terms.

    Attributes:
        total: the number to minimise.
        parts: for the log: the terms by name, unweighted and detached from the graph.
    """

    total: Float[Tensor, ""]
    parts: dict[str, Tensor]


@in_full_precision
def matting_loss(
    alpha: Float[Tensor, "b 1 h w"],
    foreground: Float[Tensor, "b 3 h w"],
    background: Float[Tensor, "b 3 h w"],
    *,
    true_alpha: Float[Tensor, "b 1 h w"],
    true_foreground: Float[Tensor, "b 3 h w"],
    true_background: Float[Tensor, "b 3 h w"],
    plate: Float[Tensor, "b 3 h w"],
    trimap: Float[Tensor, "b 3 h w"],
    gamma: float = GAMMA,
    levels: int = LEVELS,
) -> MattingLoss:
    """Add up the alpha terms and the colour terms of one prediction.

    Args:
        alpha: the prediction, 0 to 1.
        foreground: the prediction, unpremultiplied, in the colour space of the plate.
        background: the prediction, unpremultiplied, in the colour space of the plate.
        true_alpha: 0 to 1.
        true_foreground: unpremultiplied, in the colour space of the plate.
        true_background: unpremultiplied, in the colour space of the plate.
        plate: the inner patch, display-encoded, 0 to 1, before normalisation.
        trimap: the inner trimap, one-hot, in the network's order: background, unknown, foreground.
        gamma: see `weighted_alpha_loss`.
        levels: see `laplacian_loss`.

    Returns:
        The total, and the parts `alpha`, `alpha_weighted`, `alpha_composition`, `alpha_laplacian`, `colour`,
        `colour_reconstruction`, `colour_composition`, `colour_laplacian`.

    Source: paper, section 4.3, equations 3, 4 and 9; weights from section 5.2.
    """
    is_background, is_unknown, is_foreground = (trimap > 0.5).split(1, dim=1)  # each (b, 1, h, w)
    alpha_terms = {
        "alpha_weighted": weighted_alpha_loss(alpha, true_alpha, is_unknown, gamma=gamma),
        "alpha_composition": composition_loss(alpha, true_foreground, true_background, plate),
        "alpha_laplacian": laplacian_loss(alpha, true_alpha, levels=levels),
    }
    colour_terms = {
        "colour_reconstruction": reconstruction_loss(
            foreground,
            background,
            true_foreground,
            true_background,
            is_background=is_background,
            is_foreground=is_foreground,
        ),
        "colour_composition": composition_loss(true_alpha, foreground, background, plate),
        "colour_laplacian": laplacian_loss(foreground, true_foreground, levels=levels)
        + laplacian_loss(background, true_background, levels=levels),
    }
    of_alpha, of_colour = _summed(alpha_terms), _summed(colour_terms)
    parts = {"alpha": of_alpha, **alpha_terms, "colour": of_colour, **colour_terms}
    return MattingLoss(
        total=LAMBDA_ALPHA * of_alpha + LAMBDA_COLOUR * of_colour,
        parts={name: part.detach() for name, part in parts.items()},
    )


def _summed(terms: dict[str, Tensor]) -> Tensor:
    """Add the terms."""
    first, *others = terms.values()
    return sum(others, start=first)
