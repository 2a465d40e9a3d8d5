"""The matting module: a U-shaped network over the inner patch that takes the context features in on its way down.

Source: the paper, section 4.2; layers as in the published code (six pools, raw and normalised plate at the head).
"""

import torch
from torch import Tensor, nn

from lfpnet.model.layers import convolution, double, leaky, normalised, rectifier
from lfpnet.model.pyramid_pooling import PyramidPooling
from lfpnet.model.resnet import ResNetStages
from lfpnet.model.types import ContextFeatures

PPM_SIDES = (1, 2, 3, 6, 1, 2)
#: Rows that the head computes at a time at inference.
_HEAD_ROWS = 128


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with a residual connection."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = normalised(convolution(channels, channels), 32, leaky())
        self.second = normalised(convolution(channels, channels), 32, None)
        self.activation = leaky()

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to the same shape."""
        return self.activation(features + self.second(self.first(features)))


class ResidualBlock(nn.Module):
    """A widening convolution and two basic blocks under one more residual connection."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.enter = normalised(convolution(channels_in, channels_out), 32, leaky())
        self.block1 = BasicBlock(channels_out)
        self.block2 = BasicBlock(channels_out)
        self.leave = normalised(convolution(channels_out, channels_out), 32, None)
        self.activation = leaky()

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels_in, h, w) to (b, channels_out, h, w)."""
        entered = self.enter(features)
        return self.activation(entered + self.leave(self.block2(self.block1(entered))))


class MattingHead(nn.Module):
    """Three convolutions at the size of the plate, which see the plate and the trimap once more."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(73, 32, 3, padding=1),
            nn.PReLU(32),
            nn.Conv2d(32, 16, 3, padding=1),
            nn.PReLU(16),
            nn.Conv2d(16, 7, 1),
        )

    def forward(self, features: Tensor, inner: Tensor, plate: Tensor) -> Tensor:
        """Features (b, 64, s/2, s/2), encoded patch and plate to (b, 7, s, s): alpha, foreground, background."""
        if torch.is_grad_enabled():
            return self._rows(double(features), inner, plate, 0, plate.shape[-2])
        # By stripes: at the plate's size 73 channels would be the largest tensor of the whole network.
        doubled = double(features)
        height = plate.shape[-2]
        rows = range(0, height, _HEAD_ROWS)
        return torch.cat([self._rows(doubled, inner, plate, row, min(height, row + _HEAD_ROWS)) for row in rows], dim=2)

    def _rows(self, features: Tensor, inner: Tensor, plate: Tensor, top: int, bottom: int) -> Tensor:
        """The output rows from `top` to `bottom`, computed with the rows beside them that two convolutions reach."""
        first, last = max(0, top - 2), min(plate.shape[-2], bottom + 2)
        part = slice(first, last)
        seen = torch.cat([features[..., part, :], plate[..., part, :], inner[:, 3:6, part], inner[:, 0:3, part]], dim=1)
        return self.layers(seen)[..., top - first : bottom - first, :]


class MattingModule(nn.Module):
    """Inner patch and context features to seven raw channels. The backbone is given."""

    def __init__(self, stages: ResNetStages, *, takes_context: bool) -> None:
        super().__init__()
        self.stages = stages
        self.stem1 = normalised(convolution(12, 32), 16, rectifier())
        self.stem2 = normalised(convolution(32, 64, stride=2), 16, rectifier())
        self.stem3 = normalised(convolution(64, 64), 32, rectifier())
        self.stem4 = normalised(convolution(64, 64, stride=2), 32, rectifier())
        self.join_fine = normalised(convolution(128 if takes_context else 64, 64, 1), 32, rectifier())
        self.join_coarse = normalised(convolution(640 if takes_context else 512, 512, 1), 32, rectifier())
        self.pyramid = PyramidPooling(2048, 256, PPM_SIDES, 32)
        self.decode1 = nn.Sequential(
            *normalised(convolution(self.pyramid.channels_out, 512), 32, leaky()), ResidualBlock(512, 512)
        )
        self.decode2 = ResidualBlock(1024, 256)
        self.decode3 = ResidualBlock(512, 128)
        self.decode4 = normalised(convolution(192, 64), 32, leaky())
        self.head = MattingHead()

    def forward(self, inner: Tensor, context: ContextFeatures | None, plate: Tensor) -> Tensor:
        """Predict seven raw channels.

        Args:
            inner: encoded inner patches (b, 12, s, s).
            context: what the propagating module found, or None when the network has none.
            plate: display-encoded plate (b, 3, s, s), 0 to 1.

        Returns:
            (b, 7, s, s): alpha, foreground and background before clamping and fusion.
        """
        half = self.stem3(self.stem2(self.stem1(inner)))  # (b, 64, s/2, s/2)
        quarter = self.stem4(half)  # (b, 64, s/4, s/4)
        quarter = self.join_fine(quarter if context is None else torch.cat([quarter, context.fine], dim=1))
        quarter = self.stages.stage1(quarter)  # (b, 256, s/4, s/4)
        eighth = self.stages.stage2(quarter)  # (b, 512, s/8, s/8)
        deep = self.join_coarse(eighth if context is None else torch.cat([eighth, context.coarse], dim=1))
        deep = self.stages.stage4(self.stages.stage3(deep))  # (b, 2048, s/8, s/8)
        decoded = self.decode1(self.pyramid(deep))  # (b, 512, s/8, s/8)
        decoded = double(self.decode2(torch.cat([decoded, eighth], dim=1)))  # (b, 256, s/4, s/4)
        decoded = double(self.decode3(torch.cat([decoded, quarter], dim=1)))  # (b, 128, s/2, s/2)
        decoded = self.decode4(torch.cat([decoded, half], dim=1))  # (b, 64, s/2, s/2)
        return self.head(decoded, inner, plate)
