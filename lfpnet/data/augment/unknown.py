"""Trimaps made less helpful: foreground given up to the unknown region, wholly or in part, and holes left unmarked.

Source: paper, section 5.2 (foreground to unknown); holes: artists do not mark the gaps of a net or a wire fence.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


@dataclass(frozen=True)
class ForegroundToUnknown:
    """Gives up every known foreground pixel."""

    def __call__(self, rng: np.random.Generator, trimap: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:  # noqa: ARG002 - one signature for all
        """Return the trimap without foreground."""
        return np.where(trimap == FOREGROUND, UNKNOWN, trimap).astype(np.uint8)


@dataclass(frozen=True)
class PartToUnknown:
    """Gives up the known foreground within a disc: a limb, a flag, a pole that the artist left to the matte.

    Attributes:
        radii: smallest and largest radius as a share of the trimap's side.
    """

    radii: tuple[float, float] = (0.08, 0.4)

    def __call__(self, rng: np.random.Generator, trimap: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
        """Return the trimap without that part; as it was when no foreground would be left."""
        rows, columns = np.nonzero(trimap == FOREGROUND)
        if len(rows) == 0:
            return trimap
        chosen = int(rng.integers(len(rows)))
        radius = rng.uniform(*self.radii) * max(trimap.shape)
        down, across = np.ogrid[: trimap.shape[0], : trimap.shape[1]]
        is_given_up = (down - rows[chosen]) ** 2 + (across - columns[chosen]) ** 2 < radius**2
        fewer = np.where(is_given_up & (trimap == FOREGROUND), UNKNOWN, trimap).astype(np.uint8)
        return fewer if (fewer == FOREGROUND).any() else trimap


@dataclass(frozen=True)
class HolesToUnknown:
    """Gives up small separate pieces of known background.

    Attributes:
        largest: largest area given up, as a share of the trimap.
    """

    largest: float = 0.04

    def __call__(self, rng: np.random.Generator, trimap: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:  # noqa: ARG002 - one signature for all
        """Return the trimap without small holes."""
        is_background = (trimap == BACKGROUND).astype(np.uint8)
        _, labels, statistics, _ = cv2.connectedComponentsWithStats(is_background, connectivity=4)
        is_small = statistics[:, cv2.CC_STAT_AREA] < self.largest * trimap.size
        is_small[0] = False  # label 0 is everything that is not background
        return np.where(is_small[labels], UNKNOWN, trimap).astype(np.uint8)
