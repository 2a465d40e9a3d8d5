"""Fusion: alpha, foreground and background are corrected by what they say together about the plate.

Source: Forte and Pitié, F, B, Alpha Matting (the update rules, lambda 0.1), which the published network applies once.
"""

import torch
from torch import Tensor, nn

from lfpnet.model.layers import clamp_unit

#: Weight of the predicted alpha against the plate in the published fusion.
ALPHA_WEIGHT = 0.1


def project_alpha(plate: Tensor, foreground: Tensor, background: Tensor, alpha: Tensor, weight: Tensor) -> Tensor:
    """The alpha that explains the plate by two colours, drawn towards a predicted one.

    Args:
        plate: (b, 3, h, w).
        foreground: (b, 3, h, w).
        background: (b, 3, h, w).
        alpha: predicted alpha (b, 1, h, w).
        weight: how strongly the predicted alpha holds (b, 1, h, w) or a scalar, above 0.

    Returns:
        Alpha (b, 1, h, w), unclamped: the minimiser of |plate - a F - (1 - a) B|² + weight (a - alpha)².
    """
    difference = foreground - background
    along = ((plate - background) * difference).sum(dim=1, keepdim=True)
    return (weight * alpha + along) / (difference.square().sum(dim=1, keepdim=True) + weight)


class PublishedFusion(nn.Module):
    """Clamp the seven channels and let plate, foreground, background and alpha correct each other once."""

    def forward(self, raw: Tensor, plate: Tensor, inner: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:  # noqa: ARG002 - the lean fusion takes its prior from there
        """Raw (b, 7, h, w) and plate (b, 3, h, w) to alpha, foreground, background, each in 0 to 1; no own alpha."""
        alpha, foreground, background = clamp_unit(raw.float()).split([1, 3, 3], dim=1)
        plate = plate.float()
        cross = alpha * (1 - alpha)
        foreground = alpha * plate + (1 - alpha.square()) * foreground - cross * background
        background = (1 - alpha) * plate + (2 * alpha - alpha.square()) * background - cross * foreground
        foreground, background = clamp_unit(foreground), clamp_unit(background)
        weight = torch.full_like(alpha, ALPHA_WEIGHT)
        alpha = clamp_unit(project_alpha(plate, foreground, background, alpha, weight))
        return alpha, foreground, background, None
