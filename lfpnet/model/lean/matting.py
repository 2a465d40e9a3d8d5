"""The lean matting module: the paper's U-shaped network, entered at half the plate's size.

Source: the paper, section 4.2, narrowed.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lfpnet.model.layers import layout_of, rectifier
from lfpnet.model.lean.layers import LeanConvolution, LeanEntrance, LeanResidual, twice
from lfpnet.model.types import ContextFeatures

#: Channels that reach the head at the size of the plate, and those inside it.
HEAD_CHANNELS = 8
HEAD_WIDTH = 16


class LeanMattingModule(nn.Module):
    """Inner patch and context features to the raw channels of the fusion. The pyramid is given."""

    def __init__(
        self,
        channels_in: int,
        widths: tuple[int, int, int, int],
        context_widths: tuple[int, int],
        pyramid: nn.Module,
        pyramid_channels: int,
        raw_channels: int,
    ) -> None:
        super().__init__()
        first, second, third, fourth = widths
        fine, coarse = context_widths
        self.enter = LeanEntrance(channels_in, first)
        self.down1 = LeanConvolution(first, second, stride=2)
        self.join_fine = nn.Sequential(LeanConvolution(second + fine, second), LeanResidual(second))
        self.down2 = LeanConvolution(second, third, stride=2)
        self.join_coarse = nn.Sequential(LeanConvolution(third + coarse, third), LeanResidual(third))
        self.down3 = nn.Sequential(
            LeanConvolution(third, fourth, stride=2), LeanResidual(fourth), LeanResidual(fourth, dilation=2)
        )
        self.pyramid = pyramid
        self.decode1 = LeanConvolution(pyramid_channels, third)
        self.decode2 = LeanConvolution(2 * third, second)
        self.decode3 = LeanConvolution(2 * second, first)
        self.decode4 = LeanConvolution(2 * first, first)
        self.unfold = nn.Conv2d(first, 4 * HEAD_CHANNELS, 3, padding=1)
        self.refine = nn.Sequential(
            nn.Conv2d(HEAD_CHANNELS + channels_in, HEAD_WIDTH, 3, padding=1),
            rectifier(),
            nn.Conv2d(HEAD_WIDTH, HEAD_WIDTH, 3, padding=1),
            rectifier(),
        )
        self.raw = nn.Conv2d(HEAD_WIDTH, raw_channels, 1)

    def forward(self, inner: Tensor, context: ContextFeatures | None, plate: Tensor) -> Tensor:  # noqa: ARG002 - the prior already holds the plate
        """Predict the raw channels.

        Args:
            inner: encoded inner patches (b, channels_in, s, s).
            context: what the propagating module found, or None when the network has none.
            plate: display-encoded plate (b, 3, s, s), 0 to 1.

        Returns:
            (b, raw_channels, s, s), see `LeanFusion`.
        """
        half = self.enter(inner)  # (b, first, s/2, s/2)
        quarter = self.down1(half)  # (b, second, s/4, s/4)
        quarter = self.join_fine(quarter if context is None else torch.cat([quarter, context.fine], dim=1))
        eighth = self.down2(quarter)  # (b, third, s/8, s/8)
        eighth = self.join_coarse(eighth if context is None else torch.cat([eighth, context.coarse], dim=1))
        deep = self.decode1(self.pyramid(self.down3(eighth)))  # (b, third, s/16, s/16)
        decoded = self.decode2(torch.cat([twice(deep), eighth], dim=1))  # (b, second, s/8, s/8)
        decoded = self.decode3(torch.cat([twice(decoded), quarter], dim=1))  # (b, first, s/4, s/4)
        decoded = self.decode4(torch.cat([twice(decoded), half], dim=1))  # (b, first, s/2, s/2)
        unfolded = functional.pixel_shuffle(self.unfold(decoded), 2)  # (b, 8, s, s)
        unfolded = unfolded.contiguous(memory_format=layout_of(inner))
        return self.raw(self.refine(torch.cat([unfolded, inner.to(unfolded.dtype)], dim=1)))
