"""The propagating module: what lies around the inner patch becomes context features and the context alpha.

Source: the paper, section 4.1; layers as in the published code, with the context alpha head that it lacks.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lfpnet.model.layers import centre, clamp_unit, convolution, double, leaky, normalised, rectifier
from lfpnet.model.resnet import ResNetStages
from lfpnet.model.types import ContextFeatures


class LearnedGate(nn.Module):
    """Scales every channel of the deepest map by what the map and a learned vector say. Not in the paper."""

    def __init__(self, channels: int, learned: int) -> None:
        super().__init__()
        self.learned = nn.Parameter(torch.zeros(1, learned, 1, 1))
        self.mix = nn.Conv2d(channels + learned, channels + learned, 1)
        self.scale = nn.Conv2d(channels + learned, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """(b, channels, h, w) to the same shape. The learned vector is constant: it only shifts the bias."""
        channels = features.shape[1]
        weight = self.mix.weight.to(features.dtype)
        constant = self.mix.weight[:, channels:, 0, 0].float() @ self.learned.flatten().float()
        assert self.mix.bias is not None
        bias = (self.mix.bias.float() + constant).to(features.dtype)
        mixed = functional.relu(functional.conv2d(features, weight[:, :channels], bias))
        return features * torch.sigmoid(self.scale(mixed))


class PropagatingModule(nn.Module):
    """Context patch to context features. The backbone and the bottleneck are given."""

    def __init__(self, stages: ResNetStages, bottleneck: nn.Module, *, has_context_alpha: bool) -> None:
        super().__init__()
        self.stages = stages
        self.reduce = nn.Sequential(nn.Conv2d(12, 16, 5, 2, 2), nn.GroupNorm(8, 16), leaky())
        self.stem = normalised(
            convolution(16, 64, 7, stride=2, has_bias=False),
            32,
            rectifier(),
        )
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.gate = LearnedGate(2048, 1024)
        self.bottleneck = bottleneck
        self.decode1 = normalised(convolution(1536, 256), 32, leaky())
        self.lateral = normalised(convolution(256, 256), 32, leaky())
        self.decode2 = normalised(convolution(512, 256), 32, leaky())
        self.decode3 = normalised(convolution(320, 128), 16, leaky())
        self.decode4 = normalised(convolution(144, 64), 16, leaky())
        self.decode5 = normalised(convolution(80, 64), 16, leaky())
        self.context_alpha = nn.Conv2d(64, 1, 3, padding=1) if has_context_alpha else None

    def forward(self, context: Tensor) -> ContextFeatures:
        """Propagate one batch of context patches.

        Args:
            context: encoded context patches (b, 12, 2s, 2s).

        Returns:
            Features over the inner patch, (b, 64, s/4, s/4) and (b, 128, s/8, s/8), and the context alpha
            (b, 1, s/2, s/2) of the whole context.
        """
        halved = functional.interpolate(context, scale_factor=0.5, mode="bicubic", align_corners=True)
        reduced = self.reduce(halved)  # (b, 16, s/2, s/2)
        shallow = self.stem(reduced)  # (b, 64, s/4, s/4)
        first = self.stages.stage1(self.pool(shallow))  # (b, 256, s/8, s/8)
        deep = self.stages.stage4(self.stages.stage3(self.stages.stage2(first)))  # (b, 2048, s/16, s/16)
        spread = self.bottleneck(self.gate(deep))  # (b, 1536, s/16, s/16)
        decoded = torch.cat([double(self.decode1(spread)), self.lateral(first)], dim=1)  # (b, 512, s/8, s/8)
        decoded = torch.cat([double(self.decode2(decoded)), shallow], dim=1)  # (b, 320, s/4, s/4)
        coarse = self.decode3(decoded)  # (b, 128, s/4, s/4)
        fine = self.decode4(torch.cat([double(coarse), reduced], dim=1))  # (b, 64, s/2, s/2)
        fine = self.decode5(torch.cat([fine, reduced], dim=1))
        alpha = None if self.context_alpha is None else clamp_unit(self.context_alpha(fine).float())
        # Copies, so that the maps of the whole context need not be kept.
        return ContextFeatures(centre(fine).clone(), centre(coarse).clone(), alpha)
