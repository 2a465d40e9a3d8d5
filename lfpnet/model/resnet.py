"""ResNet-50 stages with group normalization, weight standardization and dilation in the last two.

Source: the paper, sections 4.1.1 and 4.2.1. Differs from the paper as the published code does: both modules share one
backbone, and the first blocks of stages 3 and 4 are dilated like the others.
"""

from torch import Tensor, nn

from lfpnet.model.layers import convolution, normalised, rectifier


class Bottleneck(nn.Module):
    """1x1, 3x3 (strided, dilated), 1x1 with a residual connection."""

    def __init__(self, channels_in: int, width: int, stride: int, dilation: int) -> None:
        super().__init__()
        channels_out = 4 * width
        self.narrow = normalised(convolution(channels_in, width, 1, has_bias=False), 32, rectifier())
        self.filter = normalised(
            convolution(width, width, 3, stride=stride, dilation=dilation, has_bias=False), 32, rectifier()
        )
        self.widen = normalised(convolution(width, channels_out, 1, has_bias=False), 32, None)
        self.shortcut = (
            normalised(convolution(channels_in, channels_out, 1, stride=stride, has_bias=False), 32, None)
            if stride > 1 or channels_in != channels_out
            else nn.Identity()
        )
        self.activation = rectifier()

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels_in, h, w) to (b, 4 width, h / stride, w / stride)."""
        return self.activation(self.widen(self.filter(self.narrow(features))) + self.shortcut(features))


def stage(channels_in: int, width: int, blocks: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """A run of bottlenecks; only the first has the stride."""
    first = Bottleneck(channels_in, width, stride, dilation)
    return nn.Sequential(first, *(Bottleneck(4 * width, width, 1, dilation) for _ in range(blocks - 1)))


class ResNetStages(nn.Module):
    """The four stages of ResNet-50 that the propagating and the matting module share."""

    def __init__(self) -> None:
        super().__init__()
        self.stage1 = stage(64, 64, 3)
        self.stage2 = stage(256, 128, 4, stride=2)
        self.stage3 = stage(512, 256, 6, dilation=2)
        self.stage4 = stage(1024, 512, 3, dilation=4)
