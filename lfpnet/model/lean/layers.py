"""Blocks of the lean structure: batch normalization folds away at inference and leaves no seam between tiles."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from lfpnet.model.layers import rectifier


class LeanConvolution(nn.Module):
    """3x3 convolution, batch normalization, rectifier."""

    def __init__(self, channels_in: int, channels_out: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels_in, channels_out, 3, stride, dilation, dilation, bias=False)
        self.normalization: nn.Module = nn.BatchNorm2d(channels_out)
        self.activation = rectifier()

    def fold(self) -> None:
        """Move the normalization into the weights; only for inference."""
        if isinstance(self.normalization, nn.BatchNorm2d):
            self.convolution = fuse_conv_bn_eval(self.convolution, cast("nn.BatchNorm2d", self.normalization))
            self.normalization = nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels_in, h, w) to (b, channels_out, h / stride, w / stride)."""
        return self.activation(self.normalization(self.convolution(features)))


class LeanEntrance(LeanConvolution):
    """A lean convolution of what four neighbouring pixels hold, at half the size.

    At inference it is one convolution of 6x6 in steps of two: the same sums, and nothing is moved about before.
    """

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(4 * channels_in, channels_out)
        self._is_folded = False

    def fold(self) -> None:
        """Move the normalization and the rearrangement into the weights; only for inference."""
        super().fold()
        if self._is_folded:
            return
        folded = self.convolution
        channels_out, channels_in = folded.weight.shape[0], folded.weight.shape[1] // 4
        # (out, in, row in pair, column in pair, row of pairs, column of pairs) to (out, in, row, column)
        apart = folded.weight.reshape(channels_out, channels_in, 2, 2, 3, 3)
        together = apart.permute(0, 1, 4, 2, 5, 3).reshape(channels_out, channels_in, 6, 6)
        self.convolution = nn.Conv2d(channels_in, channels_out, 6, 2, 2, device=together.device)
        self.convolution.weight = nn.Parameter(together.contiguous(), requires_grad=False)
        self.convolution.bias = folded.bias
        self._is_folded = True

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels_in, h, w) to (b, channels_out, h / 2, w / 2)."""
        return super().forward(features if self._is_folded else nn.functional.pixel_unshuffle(features, 2))


class LeanResidual(nn.Module):
    """Two lean convolutions added to what came in."""

    def __init__(self, channels: int, dilation: int = 1) -> None:
        super().__init__()
        self.first = LeanConvolution(channels, channels, dilation=dilation)
        self.second = LeanConvolution(channels, channels, dilation=dilation)

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to the same shape."""
        return features + self.second(self.first(features))


def twice(features: Tensor) -> Tensor:
    """Repeat every pixel twice along each side."""
    return nn.functional.interpolate(features, scale_factor=2, mode="nearest")


def fold_normalization(network: nn.Module) -> None:
    """Fold batch normalization of every lean convolution in place; the network then only serves for inference."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, LeanConvolution):
                module.fold()
