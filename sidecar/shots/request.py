"""What a matte is asked for, beside its pictures: one description for hosts, farms, the command line and records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .errors import ShotError
from .record import is_same_recipe

#: Sets of mask pictures by their roles in a record. `roto` has bands; `shapes` are drawn splines, for the command line.
MASKS = (("trimap",), ("roto",), ("core", "edge"), ("shapes",))
DEFAULT_MODEL = "default"


@dataclass(frozen=True)
class MatteRequest:
    """Everything beside the pixels that changes a matte.

    Attributes:
        masks: roles of the pictures beside the plate, one of `MASKS`.
        inner_pixels: band inside the edge of a roto.
        outer_pixels: band outside it.
        layer: of the plate's EXR; nothing takes the usual one.
        channel: of the mask files; nothing takes the usual one.
        model: name of the weights; nothing is `default`.
        model_fingerprint: hash of what these weights hold now, from `models_reply` or the file; nothing while unknown.
        plan: `fast`, `exact` or `published`.
        tile: side in pixels; 0 leaves it to the network.
        tta: test-time augmentation (8x): every tile turned and mirrored in all eight ways.
        truncate_8bit: whether alpha is cut to 8 bits as the published evaluation does.
        depth: `half`, `float`, or `auto` (as the plate; the command line's).
        compression: of the EXR.
        layers: `plain` or `nuke` names.
        working_space: name of the scene-linear space of plate and result; nothing is not noted.
        temporal: options across frames; nothing for frames that stand alone.
        capture: how a host came by the pictures, such as a clip or an export's depth. It is kept, and compared only
            where the pictures themselves are not (`is_made_with`): their fingerprints say more.
    """

    masks: tuple[str, ...] = ("trimap",)
    inner_pixels: float = 0.0
    outer_pixels: float = 0.0
    layer: str = ""
    channel: str = ""
    model: str = DEFAULT_MODEL
    model_fingerprint: str = ""
    plan: str = "fast"
    tile: int = 0
    tta: bool = False
    truncate_8bit: bool = False
    depth: str = "half"
    compression: str = "zips"
    layers: str = "plain"
    working_space: str = ""
    temporal: Mapping[str, Any] = field(default_factory=dict)
    capture: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no command or node could mean."""
        if tuple(self.masks) not in MASKS:
            expected = "; ".join(" and ".join(roles) for roles in MASKS)
            raise ShotError(f"Expected masks that are {expected}, got {' and '.join(self.masks)}; correct them.")
        if min(self.inner_pixels, self.outer_pixels) < 0:
            raise ShotError(
                f"Expected bands of 0 pixels or more, got {self.inner_pixels:g}, {self.outer_pixels:g}; correct them."
            )

    @property
    def has_bands(self) -> bool:
        """Whether the unknown region is made by bands around a roto."""
        return "roto" in self.masks

    def options(self, sent: Iterable[str] | None = None) -> dict[str, Any]:
        """Give the `options` of a submit message.

        Args:
            sent: roles of the pictures that are sent, where a trimap was made of `masks` before: bands go with a roto.
        """
        options: dict[str, Any] = {"plan": self.plan, "tta": self.tta}
        if self.tile:
            options["tile"] = self.tile
        if self.truncate_8bit:
            options["is_truncated"] = True
        if "roto" in (self.masks if sent is None else sent):
            options.update(inner_pixels=float(self.inner_pixels), outer_pixels=float(self.outer_pixels))
        if self.working_space:
            options["working_space"] = self.working_space
        return {**options, **self.temporal}

    def output(self) -> dict[str, Any]:
        """Give the `output` of a submit message but its kind and path."""
        return {"depth": self.depth, "compression": self.compression, "layers": self.layers}

    @property
    def wire_model(self) -> str | None:
        """The `model` of a submit message; None takes the sidecar's default."""
        return None if self.model in ("", DEFAULT_MODEL) else self.model

    def record(self) -> dict[str, Any]:
        """Give the `recipe` of a record: only what has an effect, so that an unused slider makes nothing stale."""
        bands = [round(float(self.inner_pixels), 4), round(float(self.outer_pixels), 4)]
        return {
            "masks": list(self.masks),
            "bands": bands if self.has_bands else None,
            "layer": self.layer,
            "channel": self.channel,
            "model": self.model or DEFAULT_MODEL,
            "weights": self.model_fingerprint,
            "plan": self.plan,
            "tile": self.tile,
            "tta": self.tta,
            "truncate_8bit": self.truncate_8bit,
            "working_space": self.working_space,
            "temporal": dict(self.temporal),
            "capture": dict(self.capture),
            **self.output(),
        }

    def with_fingerprint(self, fingerprint: str) -> MatteRequest:
        """The same request, knowing what its weights hold."""
        return replace(self, model_fingerprint=fingerprint)

    def command_words(self) -> list[str]:
        """Give the options of `lfpnet matte` and `lfpnet farm template` that ask for this; no files, no frames."""
        words = ["--band", f"{self.inner_pixels:g}", f"{self.outer_pixels:g}"] if self.has_bands else []
        usual = MatteRequest(depth="auto")
        for option, name in _WORDS.items():
            value = getattr(self, name)
            if value != getattr(usual, name):
                words += [option, str(value)]
        words += ["--tta"] if self.tta else []
        words += ["--truncate-8bit"] if self.truncate_8bit else []
        return words


#: Options of the command line that name one value each.
_WORDS = {
    "--layer": "layer",
    "--channel": "channel",
    "--weights": "model",
    "--plan": "plan",
    "--tile": "tile",
    "--depth": "depth",
    "--compression": "compression",
    "--layer-names": "layers",
    "--working-space": "working_space",
}


def is_made_with(recorded: Mapping[str, Any], request: MatteRequest) -> bool:
    """Whether a record's recipe is this request, capture included; nothing is said of the pictures.

    A farm knows of no capture: what it made is compared without.
    """
    captured = recorded.get("capture") or {}
    return is_same_recipe(recorded, request.record()) and _plain(captured) in ({}, _plain(request.capture))


def _plain(values: Mapping[str, Any]) -> Any:
    """The values as JSON gives them back."""
    return json.loads(json.dumps(dict(values)))
