"""What a caller may ask of one matte."""

from dataclasses import dataclass
from typing import Literal

from lfpnet.inference.reach import LARGE, suited_side
from lfpnet.inference.tiling import PlanName
from lfpnet.types import TrimapPixels


@dataclass(frozen=True)
class MatteOptions:
    """How to matte one plate.

    Attributes:
        plan: `fast`, `exact` or `published`, see `lfpnet.inference.tiling`.
        tile: side of a tile in pixels, a multiple of 16; None takes what suits plan, network and trimap.
        has_augmentation: test-time augmentation: whether every tile is seen turned and mirrored in all eight ways.
        alpha_depth: `half` rounds alpha before the colours are solved, so that what a half-float file stores still
            reproduces the plate.
        is_truncated: whether alpha is cut down to 8 bits as the published evaluation does.
    """

    plan: PlanName | str = "fast"
    tile: int | None = None
    has_augmentation: bool = False
    alpha_depth: Literal["half", "float"] = "float"
    is_truncated: bool = False

    def tile_side(self, structure: str, trimap: TrimapPixels) -> int:
        """The side of a tile: the paper's 1024 for its own plans and network; for lean ones what the trimap needs."""
        if self.tile is not None:
            return self.tile
        if structure == "published":
            return 512 if self.plan == "fast" else 1024
        return suited_side(trimap) if self.plan == "fast" else LARGE
