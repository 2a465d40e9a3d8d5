"""How large a tile the unknown region needs: as large as it is far from what is known, and no larger.

Source: the paper, sections 3 and 4: what is known must lie within the context of a patch. A context patch reaches half
a tile beyond its tile, so a tile of 256 surely sees what lies within 128 pixels.
"""

import cv2
import numpy as np

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, TrimapPixels

#: Sides of the lean network's tiles.
SMALL, LARGE = 256, 512
#: Small tiles suit where this share of the unknown pixels has both known regions within so many pixels. On the five of
#: nine photographs that are so near, the errors of both tiles are alike; their alphas differ by 0.001 to 0.004 in the
#: mean and by 0.05 in single pixels: a shot whose trimap grows across the bound needs a tile of its own choice.
ENOUGH, NEAR = 0.95, 96
#: Longest side at which distances are taken.
_MEASURED_SIDE = 2048


def suited_side(trimap: TrimapPixels) -> int:
    """The side of a tile that suits a trimap.

    Args:
        trimap: 0, 128 or 255.

    Returns:
        `SMALL` where both known regions are near nearly everywhere, `LARGE` where they are not or one is missing.
    """
    step = -(-max(trimap.shape) // _MEASURED_SIDE)
    trimap = np.ascontiguousarray(trimap[::step, ::step])
    is_unknown = trimap == UNKNOWN
    is_near = np.ones(np.count_nonzero(is_unknown), bool)
    for known in (BACKGROUND, FOREGROUND):
        is_other = (trimap != known).astype(np.uint8)
        if is_other.all():
            return LARGE
        is_near &= cv2.distanceTransform(is_other, cv2.DIST_L2, cv2.DIST_MASK_5)[is_unknown] * step <= NEAR
    return SMALL if is_near.size and is_near.mean() >= ENOUGH else LARGE
