"""The one configuration object of the network, and its presets."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from lfpnet.errors import ConfigurationError

Propagating = Literal["none", "non_local", "aspp", "cspp"]
Structure = Literal["published", "lean"]
Border = Literal["background", "replicate"]


@dataclass(frozen=True)
class LFPNetConfig:
    """What is needed to build a network; stored in every checkpoint.

    Attributes:
        preset: name under which the configuration is known.
        structure: `published` for the released layers, `lean` for the same design in fewer, cheaper layers.
        propagating: bottleneck of the propagating module (table 3 of the paper); `none` leaves the module out.
        context_reduction: plate pixels per side of one context pixel that the network receives. The published
            network takes the context at full size and reduces it itself; the lean one takes it halved.
        border: what the trimap says outside the plate: known `background` (the published network) or a `replicate` of
            the nearest pixel, which is true of a subject that leaves the frame. Colours are always replicated.
        has_context_alpha: whether the propagating module predicts the context alpha (eq. 2). The released
            checkpoint has no such layer.
        has_colour_prior: whether colours propagated from the known regions are inputs that the network corrects.
        has_estimates: whether classical estimates of alpha and colours (`lfpnet.estimates`) are inputs that the network
            weighs against what it sees itself.
        matting_widths: channels of the lean matting module at 1/2, 1/4, 1/8 and 1/16 of the plate.
        context_widths: channels of the lean propagating module at 1/4, 1/8, 1/16 and 1/32 of the plate.
        pooling_width: channels of each branch of the lean pyramids.
    """

    preset: str
    structure: Structure
    propagating: Propagating = "cspp"
    context_reduction: int = 1
    border: Border = "background"
    has_context_alpha: bool = True
    has_colour_prior: bool = False
    has_estimates: bool = False
    matting_widths: tuple[int, int, int, int] = (64, 96, 144, 192)
    context_widths: tuple[int, int, int, int] = (48, 72, 112, 144)
    pooling_width: int = 40

    #: Sides of an inner patch must be a multiple of this.
    side_multiple = 16

    @classmethod
    def of_preset(cls, name: str, **changes: Any) -> "LFPNetConfig":
        """The configuration called `name`, with some attributes changed.

        Raises:
            ConfigurationError: no preset, or no bottleneck, has that name.
        """
        if name not in PRESETS:
            raise ConfigurationError(f"Expected a preset among {', '.join(PRESETS)}, got '{name}'; choose one of them.")
        return cls.of_dict({**PRESETS[name], **changes, "preset": name})

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> "LFPNetConfig":
        """The configuration stored in a checkpoint or a file.

        Raises:
            ConfigurationError: a key is unknown or a value is outside its range.
        """
        known = cls.__dataclass_fields__
        if unknown := sorted(set(values) - set(known)):
            raise ConfigurationError(
                f"Expected network options among {', '.join(known)}, got {', '.join(unknown)}; update lfpnet or "
                "remove them."
            )
        tidied: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in values.items()}
        for key, choices in (("structure", Structure), ("propagating", Propagating), ("border", Border)):
            if key in tidied and tidied[key] not in get_args(choices):
                raise ConfigurationError(
                    f"Expected {key} among {', '.join(get_args(choices))}, got '{tidied[key]}'; choose one of them."
                )
        return cls(**tidied)

    def to_dict(self) -> dict[str, Any]:
        """A dictionary of plain values, as `of_dict` takes it."""
        return asdict(self)

    def with_propagating(self, propagating: Propagating) -> "LFPNetConfig":
        """The same network with another bottleneck."""
        return replace(self, propagating=propagating)


_COMPACT = {"structure": "lean", "context_reduction": 2, "border": "replicate", "has_colour_prior": True}
#: What the estimates know need not be learnt: half the parameters, twice the samples in the same time.
_NARROW = {"matting_widths": (32, 64, 96, 128), "context_widths": (24, 48, 72, 96)}

PRESETS: dict[str, dict[str, Any]] = {
    "lfpnet": {"structure": "published"},
    "lfpnet-compact": _COMPACT,
    "lfpnet-guided": {**_COMPACT, **_NARROW, "has_estimates": True},
}
