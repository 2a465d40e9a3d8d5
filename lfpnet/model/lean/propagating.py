"""The lean propagating module: the paper's context encoder, bottleneck and decoder on a context patch halved before.

Source: the paper, section 4.1, narrowed.
"""

import torch
from torch import Tensor, nn

from lfpnet.model.layers import centre
from lfpnet.model.lean.layers import LeanConvolution, LeanEntrance, LeanResidual, twice
from lfpnet.model.types import ContextFeatures


class LeanPropagatingModule(nn.Module):
    """Context patch at half the plate's size to context features. The bottleneck is given."""

    def __init__(self, channels_in: int, widths: tuple[int, int, int, int], bottleneck: nn.Module, spread: int) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.enter = LeanEntrance(channels_in, first)
        self.down1 = LeanConvolution(first, second, stride=2)
        self.down2 = nn.Sequential(LeanConvolution(second, third, stride=2), LeanResidual(third))
        self.down3 = nn.Sequential(
            LeanConvolution(third, fourth, stride=2), LeanResidual(fourth, dilation=2), LeanResidual(fourth, dilation=4)
        )
        self.bottleneck = bottleneck
        self.decode1 = LeanConvolution(spread, third)
        self.decode2 = LeanConvolution(2 * third, second)
        self.decode3 = LeanConvolution(2 * second, second)
        self.decode4 = LeanConvolution(second + first, first)
        self.context_alpha = nn.Conv2d(first, 1, 3, padding=1)

    def forward(self, context: Tensor) -> ContextFeatures:
        """Propagate one batch of context patches.

        Args:
            context: encoded context patches (b, channels_in, s, s), every pixel two plate pixels wide.

        Returns:
            Features over the inner patch, (b, first, s/4, s/4) and (b, second, s/8, s/8), and the context alpha
            (b, 1, s/2, s/2) of the whole context.
        """
        half, quarter, decoded = self._spread(context)
        coarse = self.decode3(torch.cat([twice(decoded), quarter], dim=1))  # (b, second, s/4, s/4)
        fine = self.decode4(torch.cat([twice(coarse), half], dim=1))  # (b, first, s/2, s/2)
        alpha = torch.sigmoid(self.context_alpha(fine).float())
        return ContextFeatures(centre(fine), centre(coarse), alpha)

    def over_inner(self, context: Tensor) -> ContextFeatures:
        """The features of `forward` without the context alpha: decoded over the inner patch alone, and a rim."""
        if context.shape[-1] % 32 or context.shape[-2] % 32:  # its borders would fall between two of the coarsest
            return self(context)._replace(alpha=None)
        half, quarter, decoded = self._spread(context)
        decoded, quarter, half = centre(decoded, rim=1), centre(quarter, rim=2), centre(half, rim=2)
        # A convolution reaches one pixel too far at every side: what it makes there is cut off.
        coarse = self.decode3(torch.cat([twice(decoded), quarter], dim=1))[..., 1:-1, 1:-1]
        fine = self.decode4(torch.cat([twice(coarse), half], dim=1))[..., 2:-2, 2:-2]
        return ContextFeatures(fine, coarse[..., 1:-1, 1:-1], None)

    def _spread(self, context: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the encoder saw at a half and a quarter, and what the bottleneck spread, at an eighth."""
        half = self.enter(context)  # (b, first, s/2, s/2)
        quarter = self.down1(half)  # (b, second, s/4, s/4)
        eighth = self.down2(quarter)  # (b, third, s/8, s/8)
        deep = self.decode1(self.bottleneck(self.down3(eighth)))  # (b, third, s/16, s/16)
        return half, quarter, self.decode2(torch.cat([twice(deep), eighth], dim=1))  # (b, second, s/8, s/8)
