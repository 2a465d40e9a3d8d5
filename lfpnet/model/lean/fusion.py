"""The lean fusion: the network corrects the propagated colours and says how far the plate decides alpha.

Source: the published fusion with a weight predicted per pixel in place of the constant 0.1.
"""

from torch import Tensor, nn
from torch.nn import functional

from lfpnet.model.encoding import CHANNELS
from lfpnet.model.fusion import project_alpha
from lfpnet.model.layers import clamp_unit

#: Alpha, corrections of foreground and background, weight of the predicted alpha.
RAW_CHANNELS = 8
#: Weights below this would divide by nothing where foreground and background agree.
LEAST_WEIGHT = 2e-3


class LeanFusion(nn.Module):
    """Raw channels and the propagated colours to alpha, foreground and background."""

    def forward(self, raw: Tensor, plate: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Fuse.

        Args:
            raw: (b, 8, h, w).
            plate: display-encoded plate (b, 3, h, w).
            inner: encoded patches; beyond the twelfth channel the propagated foreground and background, if any.

        Returns:
            Alpha (b, 1, h, w), foreground and background (b, 3, h, w), each in 0 to 1.
        """
        alpha, to_foreground, to_background, weight = raw.float().split([1, 3, 3, 1], dim=1)
        has_prior = inner.shape[1] > CHANNELS
        known_foreground, known_background = (
            (inner[:, CHANNELS : CHANNELS + 3], inner[:, CHANNELS + 3 : CHANNELS + 6]) if has_prior else (plate, plate)
        )
        foreground = clamp_unit(known_foreground + to_foreground)
        background = clamp_unit(known_background + to_background)
        trust = functional.softplus(weight - 3.0) + LEAST_WEIGHT
        fused = project_alpha(plate.float(), foreground, background, alpha + 0.5, trust)
        return clamp_unit(fused), foreground, background
