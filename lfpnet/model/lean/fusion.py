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
FIRST_BELIEFS = (0.5, 1.0, 0.0, 0.0, -1.0)
#: Beliefs are raised by this, so that a choice between two alphas is learnt in few steps.
DECISIVENESS = 4.0
#: Weights below this would divide by nothing where foreground and background agree.
LEAST_WEIGHT = 2e-3


class LeanFusion(nn.Module):
    """Raw channels and the propagated colours to alpha, foreground and background."""

    def forward(self, raw: Tensor, plate: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
        """Fuse.

        Args:
            raw: (b, 8, h, w), or (b, 13, h, w) where there are estimates.
            plate: display-encoded plate (b, 3, h, w).
            inner: encoded patches; beyond the twelfth channel the propagated foreground and background, if any; the
                last ten channels are the estimates, if any: four alphas, foreground and background.

        Returns:
            Alpha (b, 1, h, w), foreground and background (b, 3, h, w), each in 0 to 1; where there are estimates also
            the network's own alpha, which learns beside the weighed one: else it would be weighed little, learn little
            and stay so. Colours are the network's own as far as its alpha is, else those estimated.
        """
        raw = raw.float().contiguous()  # plane by plane: what follows reads few channels at a time
        has_estimates = raw.shape[1] > RAW_CHANNELS
        encoded = inner[:, :-PLANES] if has_estimates else inner
        estimates = inner[:, -PLANES:].float().contiguous() if has_estimates else None
        correction, to_foreground, to_background, weight = raw[:, :RAW_CHANNELS].split([1, 3, 3, 1], dim=1)
        known_foreground, known_background = _known_colours(encoded, plate)
        foreground = clamp_unit(known_foreground + to_foreground)
        background = clamp_unit(known_background + to_background)
        trust = functional.softplus(weight - 3.0) + LEAST_WEIGHT
        own = clamp_unit(project_alpha(plate.float(), foreground, background, correction + 0.5, trust))
        if estimates is None:
            return own, foreground, background, None
        shares = _shares(raw[:, RAW_CHANNELS:])
        alpha = (shares * torch.cat([own, estimates[:, :ALPHAS]], dim=1)).sum(dim=1, keepdim=True)
        estimated = estimates[:, ALPHAS : ALPHAS + 3], estimates[:, ALPHAS + 3 :]
        foreground, background = (
            torch.lerp(other, mine, shares[:, :1])
            for other, mine in zip(estimated, (foreground, background), strict=True)
        )
        return alpha, foreground, background, own


def _known_colours(encoded: Tensor, plate: Tensor) -> tuple[Tensor, Tensor]:
    """The colours that are corrected: the propagated ones, or the plate's own.

    Not those estimated under an alpha: where it is wrong they are wrong with it, and the own alpha learns to repeat it.
    """
    if encoded.shape[1] == CHANNELS:
        return plate, plate
    return encoded[:, CHANNELS : CHANNELS + 3], encoded[:, CHANNELS + 3 : CHANNELS + 6]


def _shares(beliefs: Tensor) -> Tensor:
    """How much of each alpha is taken under what is believed of it, the own one first; they add up to 1."""
    first = torch.tensor(FIRST_BELIEFS, device=beliefs.device).view(1, -1, 1, 1)
    return torch.softmax(DECISIVENESS * beliefs + first, dim=1)
