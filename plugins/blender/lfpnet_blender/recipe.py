# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the artist chose and that changes a matte: kept beside each result, and turned into a request."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

#: Trimap mode -> the masks it needs: name in the request -> input of the node.
MASKS: dict[str, dict[str, str]] = {
    "ROTO": {"roto": "Trimap"},
    "KEYED": {"roto": "Trimap"},
    "CORE_EDGE": {"core": "Trimap", "edge": "Edge"},
    "TRIMAP": {"trimap": "Trimap"},
}


@dataclass(frozen=True)
class Recipe:
    """The settings of one shot.

    Attributes:
        trimap_mode: `ROTO`, `KEYED`, `CORE_EDGE` or `TRIMAP`.
        inner_pixels: band inside a roto or key.
        outer_pixels: band outside it.
        clip_black: what a key holds at most where there is nothing.
        clip_white: what it holds at least where it is solid.
        plan: `fast`, `exact` or `published`.
        tta: whether every tile is seen in all eight turns.
        model: name of the weights; empty takes the default ones.
        depth: `half` or `float`, of the result.
        colour_space: name of the scene-linear space of plate and result.
    """

    trimap_mode: str = "ROTO"
    inner_pixels: float = 8.0
    outer_pixels: float = 16.0
    clip_black: float = 0.05
    clip_white: float = 0.95
    plan: str = "fast"
    tta: bool = False
    model: str = ""
    depth: str = "half"
    colour_space: str = "Linear Rec.709"

    @property
    def has_bands(self) -> bool:
        """Whether the trimap is made by bands."""
        return self.trimap_mode in ("ROTO", "KEYED")

    def record(self) -> dict[str, Any]:
        """What is kept beside a result: only what had an effect, so that an unused slider makes nothing stale."""
        values = asdict(self)
        unused = set() if self.has_bands else {"inner_pixels", "outer_pixels"}
        if self.trimap_mode != "KEYED":
            unused |= {"clip_black", "clip_white"}
        return {
            key: round(value, 4) if isinstance(value, float) else value
            for key, value in values.items()
            if key not in unused
        }

    def options(self) -> dict[str, Any]:
        """The options of a request."""
        options: dict[str, Any] = {"plan": self.plan, "tta": self.tta, "working_space": self.colour_space}
        if self.has_bands:
            options |= {"inner_pixels": float(self.inner_pixels), "outer_pixels": float(self.outer_pixels)}
        return options

    def clipped(self, masks: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The masks as they are sent: a key is stretched between its two clips."""
        if self.trimap_mode != "KEYED":
            return dict(masks)
        span = max(self.clip_white - self.clip_black, 1e-6)
        return {
            name: np.clip((mask - np.float32(self.clip_black)) / np.float32(span), 0, 1, dtype=np.float32)
            for name, mask in masks.items()
        }
