"""Colours of the known regions, spread over the unknown one through a pyramid of averages.

Source: Gortler et al., The Lumigraph, section 3.4 (push-pull); used here as the coarsest form of the paper's
propagation from the context to the inner patch: it has no weights, and the network corrects it.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lfpnet.model.encoding import CHANNELS, decode_plate
from lfpnet.model.fusion import project_alpha
from lfpnet.model.layers import centre, enlarge, layout_of

#: Foreground, background and the alpha projected on them.
PRIOR_CHANNELS = 7
#: How much an unknown pixel speaks for its own colour: only where a patch knows none.
DOUBT = 1e-4
#: Weight of alpha 0.5 in the projection, in squared display-encoded units.
PROJECTION_WEIGHT = 0.01


def spread_colour(plate: Tensor, is_known: Tensor) -> Tensor:
    """Fill unknown pixels with averages of the nearest known ones.

    Args:
        plate: (b, 3, h, w).
        is_known: (b, 1, h, w), 0 to 1.

    Returns:
        (b, 3, h, w); known pixels keep their colour.
    """
    weight = is_known + DOUBT
    levels = [torch.cat([plate * weight, weight], dim=1)]
    while max(levels[-1].shape[-2:]) > 1:
        levels.append(functional.avg_pool2d(levels[-1], 2, ceil_mode=True, count_include_pad=False))
    colour = levels[-1][:, :3] / levels[-1][:, 3:]
    for fine in reversed(levels[:-1]):
        coarse = enlarge(colour, (fine.shape[-2], fine.shape[-1]))
        # A level counts fully once a quarter of its area is known.
        trust = (4 * (fine[:, 3:] - DOUBT)).clamp(0, 1)
        colour = coarse + trust * (fine[:, :3] / fine[:, 3:] - coarse)
    return torch.lerp(colour, plate, is_known)


class ColourPrior(nn.Module):
    """Appends the spread foreground, background and their projected alpha to encoded patches."""

    def forward(self, inner: Tensor, context: Tensor | None, plate: Tensor) -> tuple[Tensor, Tensor | None]:
        """Propagate colours from the context to the inner patch.

        Args:
            inner: encoded inner patches (b, 12 and more, s, s).
            context: encoded context patches (b, 12 and more, c, c), or None when the network has no propagating module.
            plate: display-encoded plate of the inner patches (b, 3, s, s).

        Returns:
            Both with seven more channels after the twelfth.
        """
        around = self.of_context(functional.avg_pool2d(inner, 2) if context is None else context)
        prior = around[:, CHANNELS : CHANNELS + PRIOR_CHANNELS]
        middle = prior if context is None else centre(prior)
        size = (inner.shape[-2], inner.shape[-1])
        foreground = torch.lerp(enlarge(middle[:, 0:3], size), plate, inner[:, 5:6])
        background = torch.lerp(enlarge(middle[:, 3:6], size), plate, inner[:, 3:4])
        inner = _after_encoding(inner, _with_alpha(plate, foreground, background))
        return inner, None if context is None else around

    def of_context(self, context: Tensor) -> Tensor:
        """Add the prior to encoded context patches (b, 12 and more, c, c)."""
        # Plane by plane: what follows reads few channels at a time.
        colours, is_background, is_foreground = (
            part.contiguous() for part in (decode_plate(context), context[:, 3:4], context[:, 5:6])
        )
        foreground = spread_colour(colours, is_foreground)
        background = spread_colour(colours, is_background)
        return _after_encoding(context, _with_alpha(colours, foreground, background))


def _after_encoding(patch: Tensor, prior: Tensor) -> Tensor:
    """Encoded channels, the prior's, and what else there was."""
    prior = prior.contiguous(memory_format=layout_of(patch))
    return torch.cat([patch[:, :CHANNELS], prior, patch[:, CHANNELS:]], dim=1)


def _with_alpha(plate: Tensor, foreground: Tensor, background: Tensor) -> Tensor:
    """Foreground, background and the alpha that explains the plate by them."""
    half = torch.full_like(plate[:, :1], 0.5)
    alpha = project_alpha(plate, foreground, background, half, torch.full_like(half, PROJECTION_WEIGHT))
    return torch.cat([foreground, background, alpha.clamp(0, 1)], dim=1)
