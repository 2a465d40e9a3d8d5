"""Center-surround pyramid pooling and its parts, in the published width and in any other.

Source: the paper, section 4.1.2 and figure 4; differs from it as the published code does (the projection of the map
itself beside the pooled ones, and a bottleneck after them). Table 3 gives the two alternatives, ASPP and non-local.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lfpnet.model.config import Propagating
from lfpnet.model.layers import convolution, enlarge, leaky, normalised, rectifier

CSP_SIDES = (1, 2, 3, 6)
ASPP_DILATIONS = (3, 7, 12, 18)


def pooled(channels_in: int, channels_out: int, side: int, groups: int, activation: nn.Module | None) -> nn.Sequential:
    """Average over side x side blocks, then a 1x1 projection."""
    projection = normalised(convolution(channels_in, channels_out, 1), groups, activation)
    return nn.Sequential(nn.AdaptiveAvgPool2d(side), *projection)


class CenterSurroundPooling(nn.Module):
    """Block averages of the whole context, projected and laid back over the map."""

    def __init__(self, channels: int, width: int, groups: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([pooled(channels, width, side, groups, None) for side in CSP_SIDES])
        self.identity = convolution(channels, width, 1)
        self.bottleneck = normalised(convolution(5 * width, width, 1), groups, rectifier())

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, width, h, w)."""
        size = (features.shape[-2], features.shape[-1])
        maps = [enlarge(block(features), size) for block in self.blocks]
        return self.bottleneck(torch.cat([*maps, self.identity(features)], dim=1))


class AtrousSpatialPyramidPooling(nn.Module):
    """A 1x1, four dilated 3x3 and a global branch, concatenated."""

    def __init__(self, channels: int, width: int, groups: int) -> None:
        super().__init__()
        self.point = normalised(convolution(channels, width, 1), groups, rectifier())
        self.dilated = nn.ModuleList(
            [
                normalised(convolution(channels, width, 3, dilation=dilation), groups, rectifier())
                for dilation in ASPP_DILATIONS
            ]
        )
        self.whole = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            *normalised(convolution(channels, width, 1, has_bias=False), groups, rectifier()),
        )
        self.channels_out = width * (len(ASPP_DILATIONS) + 2)

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, 6 width, h, w)."""
        size = (features.shape[-2], features.shape[-1])
        branches = [self.point(features), *(branch(features) for branch in self.dilated)]
        return torch.cat([*branches, enlarge(self.whole(features), size)], dim=1)


class CenterSurroundPyramidPooling(nn.Module):
    """CSP beside the map that it pooled, smoothed by ASPP."""

    def __init__(self, channels: int, csp_width: int, aspp_width: int, groups: int) -> None:
        super().__init__()
        self.csp = CenterSurroundPooling(channels, csp_width, groups)
        self.aspp = AtrousSpatialPyramidPooling(channels + csp_width, aspp_width, groups)
        self.channels_out = self.aspp.channels_out

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, channels_out, h, w)."""
        return self.aspp(torch.cat([features, self.csp(features)], dim=1))


class NonLocal(nn.Module):
    """Every position attends to every other one, then a projection to the width that CSPP has.

    Source: Wang et al., Non-local Neural Networks, embedded gaussian form; table 3 of the paper.
    """

    def __init__(self, channels: int, channels_out: int, groups: int) -> None:
        super().__init__()
        self.embedding = channels // 2
        self.query = nn.Conv2d(channels, self.embedding, 1)
        self.key = nn.Conv2d(channels, self.embedding, 1)
        self.value = nn.Conv2d(channels, self.embedding, 1)
        self.restore = nn.Conv2d(self.embedding, channels, 1)
        self.projection = normalised(convolution(channels, channels_out, 1), groups, rectifier())
        self.channels_out = channels_out

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, channels_out, h, w)."""
        query, key, value = (
            layer(features).flatten(2).transpose(1, 2).unsqueeze(1) for layer in (self.query, self.key, self.value)
        )
        seen = nn.functional.scaled_dot_product_attention(query, key, value)  # (b, 1, h w, embedding)
        seen = seen.squeeze(1).transpose(1, 2).reshape(features.shape[0], self.embedding, *features.shape[-2:])
        return self.projection(features + self.restore(seen))


class PyramidPooling(nn.Module):
    """The pyramid pooling module of the matting decoder: the map itself beside its block averages."""

    def __init__(self, channels: int, width: int, sides: Sequence[int], groups: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([pooled(channels, width, side, groups, leaky()) for side in sides])
        self.channels_out = channels + width * len(sides)

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to (b, channels + width per side, h, w)."""
        size = (features.shape[-2], features.shape[-1])
        return torch.cat([features, *(enlarge(block(features), size) for block in self.blocks)], dim=1)


def build_bottleneck(
    kind: Propagating, channels: int, csp_width: int, aspp_width: int, groups: int
) -> CenterSurroundPyramidPooling | AtrousSpatialPyramidPooling | NonLocal:
    """The bottleneck of the propagating module that table 3 of the paper calls `kind`; all give the same width."""
    if kind == "cspp":
        return CenterSurroundPyramidPooling(channels, csp_width, aspp_width, groups)
    if kind == "aspp":
        return AtrousSpatialPyramidPooling(channels, aspp_width, groups)
    return NonLocal(channels, aspp_width * (len(ASPP_DILATIONS) + 2), groups)
