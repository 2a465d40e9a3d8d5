"""How large a tile the unknown region needs: as large as it is far from what is known, and no larger.

Source: the paper, sections 3 and 4: what is known must lie within the context of a patch. A context patch reaches half
a tile beyond its tile, so a tile of 256 surely sees what lies within 128 pixels, and most of it mostly what lies
somewhat farther.
"""

import cv2
import numpy as np

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, TrimapPixels

#: Sides of the lean network's tiles.
SMALL, LARGE = 256, 512
#: Small tiles suit where this share of the unknown pixels has both known regions within so many pixels. On nine
#: photographs with two trimaps each, where it lies within 15 to 295 pixels, tiles of 256 err less than tiles
#: of 512 with weights trained on such patches (docs/weights.md); farther was not measured. The two differ by up to 0.01
#: in mean alpha: a shot whose trimap grows across the bound needs a tile of its own choice.
ENOUGH, NEAR = 0.95, 300
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
