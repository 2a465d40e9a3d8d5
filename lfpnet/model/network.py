"""LFPNet: propagate, take the centre, matte, fuse.

Source: the paper, section 4 and figure 1.
"""

from torch import Tensor, nn

from lfpnet.estimates import PLANES
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.encoding import CHANNELS
from lfpnet.model.fusion import PublishedFusion
from lfpnet.model.layers import fold_standardization
from lfpnet.model.lean.colour_prior import PRIOR_CHANNELS, ColourPrior
from lfpnet.model.lean.fusion import BELIEFS, RAW_CHANNELS, LeanFusion
from lfpnet.model.lean.layers import fold_normalization
from lfpnet.model.lean.matting import LeanMattingModule
from lfpnet.model.lean.propagating import LeanPropagatingModule
from lfpnet.model.matting import MattingModule
from lfpnet.model.propagating import PropagatingModule
from lfpnet.model.pyramid_pooling import CSP_SIDES, PyramidPooling, build_bottleneck
from lfpnet.model.resnet import ResNetStages
from lfpnet.model.types import ContextFeatures, Prediction


class LFPNet(nn.Module):
    """The network of the paper, put together from its parts."""

    def __init__(
        self,
        config: LFPNetConfig,
        *,
        prior: nn.Module | None,
        propagating: nn.Module | None,
        matting: nn.Module,
        fusion: nn.Module,
    ) -> None:
        super().__init__()
        self.config = config
        self.prior = prior
        self.propagating = propagating
        self.matting = matting
        self.fusion = fusion
        self._is_prepared = False

    def forward(self, inner: Tensor, context: Tensor, plate: Tensor) -> Prediction:
        """Predict a batch of inner patches; s is a multiple of 16.

        Args:
            inner: encoded inner patches (b, 12, s, s), see `encode_patch`; (b, 22, s, s) with `config.has_estimates`.
            context: encoded context patches centred on them (b, 12, 2s, 2s), or (b, 12, s, s) of halved patches when
                `config.context_reduction` is 2; ten channels more with `config.has_estimates`.
            plate: display-encoded plate of the inner patches (b, 3, s, s), 0 to 1.

        Returns:
            Alpha, foreground, background and the context alpha, display-encoded, 0 to 1. A lean network prepared for
            inference leaves the context alpha out; ask `context_alpha` for it.
        """
        surrounding = None if self.propagating is None else context
        if self.prior is not None:
            inner, surrounding = self.prior(inner, surrounding, plate)
        features = None if surrounding is None else self._propagated(surrounding)
        raw = self.matting(inner, features, plate)
        alpha, foreground, background, own_alpha = self.fusion(raw, plate, inner)
        return Prediction(alpha, foreground, background, None if features is None else features.alpha, own_alpha)

    def _propagated(self, surrounding: Tensor) -> ContextFeatures:
        """What the context tells the inner patch; the context alpha only where it is asked for."""
        assert self.propagating is not None
        if self._is_prepared and isinstance(self.propagating, LeanPropagatingModule):
            return self.propagating.over_inner(surrounding)
        return self.propagating(surrounding)

    def context_alpha(self, context: Tensor) -> Tensor | None:
        """The context alpha of encoded context patches alone: a coarse matte at a fraction of the cost.

        Args:
            context: as for `forward`.

        Returns:
            (b, 1, s/2, s/2), every pixel four plate pixels wide, or None when the network predicts none.
        """
        if self.propagating is None:
            return None
        if isinstance(self.prior, ColourPrior):
            context = self.prior.of_context(context)
        return self.propagating(context).alpha

    def prepare_for_inference(self) -> "LFPNet":
        """Fold every normalization of weights that can be folded, in place; training is over after this."""
        self.eval().requires_grad_(requires_grad=False)
        fold_standardization(self)
        fold_normalization(self)
        self._is_prepared = True
        return self


def build_network(config: LFPNetConfig) -> LFPNet:
    """The network that `config` describes, with fresh weights."""
    return _build_published(config) if config.structure == "published" else _build_lean(config)


def _build_published(config: LFPNetConfig) -> LFPNet:
    stages = ResNetStages()
    has_context = config.propagating != "none"
    propagating = None
    if has_context:
        bottleneck = build_bottleneck(config.propagating, 2048, 512, 256, 32)
        propagating = PropagatingModule(stages, bottleneck, has_context_alpha=config.has_context_alpha)
    matting = MattingModule(stages, takes_context=has_context)
    return LFPNet(config, prior=None, propagating=propagating, matting=matting, fusion=PublishedFusion())


def _build_lean(config: LFPNetConfig) -> LFPNet:
    channels = CHANNELS + PRIOR_CHANNELS * config.has_colour_prior + PLANES * config.has_estimates
    raw_channels = RAW_CHANNELS + BELIEFS * config.has_estimates
    width, groups = config.pooling_width, config.pooling_width // 5
    fine, coarse, _, deepest = config.context_widths
    propagating = None
    if config.propagating != "none":
        bottleneck = build_bottleneck(config.propagating, deepest, width, width, groups)
        propagating = LeanPropagatingModule(channels, config.context_widths, bottleneck, bottleneck.channels_out)
    pyramid = PyramidPooling(config.matting_widths[-1], width, CSP_SIDES, groups)
    context_widths = (0, 0) if propagating is None else (fine, coarse)
    matting = LeanMattingModule(
        channels, config.matting_widths, context_widths, pyramid, pyramid.channels_out, raw_channels
    )
    prior = ColourPrior() if config.has_colour_prior else None
    network = LFPNet(config, prior=prior, propagating=propagating, matting=matting, fusion=LeanFusion())
    for parameter in matting.raw.parameters():  # a fresh network says what its prior says
        nn.init.zeros_(parameter)
    return network
