"""The lean fusion: corrects the propagated colours, lets the plate decide alpha, and weighs the estimates against it.

Source: the published fusion with a weight predicted per pixel in place of the constant 0.1.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lfpnet.estimates import ALPHAS, PLANES
from lfpnet.model.encoding import CHANNELS
from lfpnet.model.fusion import project_alpha
from lfpnet.model.layers import clamp_unit

#: Alpha, corrections of foreground and background, weight of the predicted alpha.
RAW_CHANNELS = 8
#: Beside them for an estimate: how far each alpha is believed, the network's own first.
BELIEFS = 1 + ALPHAS
#: Of the network's own alpha and the estimates (joint, closed-form, KNN, colour likelihood), before anything is learnt;
#: softmax makes them shares.
FIRST_BELIEFS = (0.0, 1.5, 0.0, 0.0, -1.0)
#: Weights below this would divide by nothing where foreground and background agree.
LEAST_WEIGHT = 2e-3


class LeanFusion(nn.Module):
    """Raw channels and the propagated colours to alpha, foreground and background."""

    def forward(self, raw: Tensor, plate: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Fuse.

        Args:
            raw: (b, 8, h, w), or (b, 13, h, w) where there are estimates.
            plate: display-encoded plate (b, 3, h, w).
            inner: encoded patches; beyond the twelfth channel the propagated foreground and background, if any; the
                last ten channels are the estimates, if any: four alphas, foreground and background.

        Returns:
            Alpha (b, 1, h, w), foreground and background (b, 3, h, w), each in 0 to 1.
        """
        raw = raw.float()
        alpha, to_foreground, to_background, weight = raw[:, :RAW_CHANNELS].split([1, 3, 3, 1], dim=1)
        has_estimates = raw.shape[1] > RAW_CHANNELS
        known_foreground, known_background = _known_colours(inner, plate, has_estimates=has_estimates)
        foreground = clamp_unit(known_foreground + to_foreground)
        background = clamp_unit(known_background + to_background)
        trust = functional.softplus(weight - 3.0) + LEAST_WEIGHT
        fused = project_alpha(plate.float(), foreground, background, alpha + 0.5, trust)
        fused = clamp_unit(fused)
        if has_estimates:
            alphas = inner[:, -PLANES : ALPHAS - PLANES].float()
            fused = _weighed(fused, alphas, raw[:, RAW_CHANNELS:])
        return fused, foreground, background


def _known_colours(inner: Tensor, plate: Tensor, *, has_estimates: bool) -> tuple[Tensor, Tensor]:
    """The colours that are corrected: estimated under an alpha, propagated, or the plate's own."""
    if has_estimates:
        colours = inner[:, ALPHAS - PLANES :]
    elif inner.shape[1] > CHANNELS:
        colours = inner[:, CHANNELS : CHANNELS + 6]
    else:
        return plate, plate
    return colours[:, :3], colours[:, 3:]


def _weighed(alpha: Tensor, estimates: Tensor, beliefs: Tensor) -> Tensor:
    """The mean of the network's own alpha and the estimates under what is believed of each."""
    first = torch.tensor(FIRST_BELIEFS, device=beliefs.device).view(1, -1, 1, 1)
    shares = torch.softmax(beliefs + first, dim=1)
    return (shares * torch.cat([alpha, estimates], dim=1)).sum(dim=1, keepdim=True)
