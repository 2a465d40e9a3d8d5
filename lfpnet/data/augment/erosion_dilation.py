"""Erosion and dilation: a trimap whose unknown region reaches a random distance into both known regions.

Source: paper, section 5.2 (random erosion and dilation); discs by distance, a radius for each side. The paper's kernels
of 3 to 35 pixels are radii of 1 to 17 (`PAPER_RADII`); without them the reach is twice as far, as that of artists is.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

#: Of the paper's kernels.
PAPER_RADII = (1.0, 17.0)


@dataclass(frozen=True)
class ErosionDilation:
    """Makes a trimap from alpha.

    Attributes:
        radii: smallest and largest reach in pixels.
    """

    radii: tuple[float, float] = (3.0, 35.0)

    def __call__(self, rng: np.random.Generator, alpha: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
        """Return a trimap: 255 only where alpha is 255, 0 only where alpha is 0."""
        inner, outer = rng.uniform(*self.radii, 2)
        trimap = np.full(alpha.shape, UNKNOWN, np.uint8)
        trimap[_farther_inside(alpha == 255, inner)] = FOREGROUND
        trimap[_farther_inside(alpha == 0, outer)] = BACKGROUND
        return trimap


def _farther_inside(region: np.ndarray, radius: float) -> np.ndarray:
    """Pixels of a region farther than `radius` from every pixel outside it; the border of the picture is no edge."""
    distance = cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    return distance > radius
