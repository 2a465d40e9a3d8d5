"""Convolutions with weight standardization, and the blocks that the network is built of.

Source: Qiao et al., Micro-Batch Training with Batch-Channel Normalization and Weight Standardization; the paper,
section 5.2 (group normalization and weight standardization).
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Slope of every leaky rectifier of the published network.
LEAK = 0.01


class StandardizedConv2d(nn.Conv2d):
    """A convolution whose weights are standardized per output channel: (w - mean) / (std + 1e-5)."""

    is_folded = False

    def standardized_weight(self) -> Tensor:
        """The weights that the convolution applies, standard deviation unbiased."""
        if self.is_folded:
            return self.weight
        weight = self.weight.float()
        centred = weight - weight.mean(dim=(1, 2, 3), keepdim=True)
        return centred / (weight.flatten(1).std(dim=1).view(-1, 1, 1, 1) + 1e-5)

    def fold(self) -> None:
        """Standardize the stored weights for good; only for inference."""
        self.weight = nn.Parameter(self.standardized_weight().detach(), requires_grad=False)
        self.is_folded = True

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name that torch gives it
        """Convolve with the standardized weights."""
        weight = self.standardized_weight().to(input.dtype)
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return functional.conv2d(input, weight, bias, self.stride, self.padding, self.dilation)


def convolution(
    channels_in: int, channels_out: int, kernel: int = 3, *, stride: int = 1, dilation: int = 1, has_bias: bool = True
) -> StandardizedConv2d:
    """A standardized convolution that keeps the size (divided by the stride)."""
    padding = dilation * (kernel // 2)
    return StandardizedConv2d(channels_in, channels_out, kernel, stride, padding, dilation, bias=has_bias)


def normalised(conv: nn.Conv2d, groups: int, activation: nn.Module | None) -> nn.Sequential:
    """Convolution, group normalization and, unless None, an activation."""
    layers: list[nn.Module] = [conv, nn.GroupNorm(groups, conv.out_channels)]
    return nn.Sequential(*layers, *([activation] if activation else []))


def leaky() -> nn.LeakyReLU:
    """The rectifier of the decoders."""
    return nn.LeakyReLU(LEAK, inplace=True)


def rectifier() -> nn.ReLU:
    """The rectifier of the encoders."""
    return nn.ReLU(inplace=True)


def layout_of(features: Tensor) -> torch.memory_format:
    """How a batch lies in memory: what is put beside it should lie likewise, or convolutions move both first."""
    is_last = features.is_contiguous(memory_format=torch.channels_last) and not features.is_contiguous()
    return torch.channels_last if is_last else torch.contiguous_format


def enlarge(features: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear resize to `size`, pixel areas aligned."""
    if features.shape[-2:] == size:
        return features
    if features.shape[-2:] == (1, 1):
        return features.expand(-1, -1, *size)
    return functional.interpolate(features, size=size, mode="bilinear", align_corners=False)


def double(features: Tensor) -> Tensor:
    """Bilinear resize to twice the size."""
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)


def centre(features: Tensor, rim: int = 0) -> Tensor:
    """The middle half of each side: the part of a context map over the inner patch, and a rim of pixels around it."""
    height, width = features.shape[-2:]
    top, left = height // 4 - rim, width // 4 - rim
    return features[..., top : top + height // 2 + 2 * rim, left : left + width // 2 + 2 * rim]


class _UnitClamp(torch.autograd.Function):
    """Clamp to 0..1 whose gradient still leads values outside back in; a plain clamp leaves them stuck."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        return values.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (values,) = ctx.saved_tensors
        (gradient,) = gradients
        is_stuck = ((values < 0) & (gradient > 0)) | ((values > 1) & (gradient < 0))
        return gradient.masked_fill(is_stuck, 0)


def clamp_unit(values: Tensor) -> Tensor:
    """Values limited to 0..1."""
    return _UnitClamp.apply(values) if values.requires_grad else values.clamp(0, 1)


def fold_standardization(network: nn.Module) -> None:
    """Fold weight standardization of every convolution in place; the network then only serves for inference."""
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, StandardizedConv2d) and not module.is_folded:
                module.fold()
