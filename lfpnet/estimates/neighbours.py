"""The nearest pixels of others in colour and place.

Known pixels far from the unknown region are many and alike: there one of four is a candidate, farther away one of
sixteen, so that the cost goes with the unknown region and not with the plate.
Source: Chen, Li and Tang, KNN Matting, for the features; the k-d tree is scipy's.
"""

from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int64

from lfpnet.estimates.linear_system import Check
from lfpnet.types import UNKNOWN, PlatePixels, TrimapPixels

#: Up to so many reduced pixels from the unknown region every pixel is a candidate, up to `MIDDLE` one of four.
NEAR, MIDDLE = 8, 48
#: Neighbours may be so much farther than the nearest, as a share: a third of the time, the same errors.
SLACK = 1.0
#: Pixels that are looked up between two checks: some 50 ms of one core.
CHUNK = 4096


def candidates(trimap: TrimapPixels) -> Bool[np.ndarray, "h w"]:
    """The pixels among which neighbours are looked for: the unknown ones and enough of the known.

    Args:
        trimap: 0, 128 or 255.
    """
    distance = cv2.distanceTransform((trimap != UNKNOWN).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
    step = np.where(distance <= NEAR, 1, np.where(distance <= MIDDLE, 2, 4))
    rows, columns = np.ogrid[: trimap.shape[0], : trimap.shape[1]]
    return (rows % step == 0) & (columns % step == 0)


def features_of(
    plate_display: PlatePixels, pixels: Int64[np.ndarray, " n"], reach: float
) -> Float32[np.ndarray, "n 5"]:
    """Colour and weighted place of some pixels.

    Args:
        plate_display: display-encoded, 0 to 1.
        pixels: indices in reading order.
        reach: how far a step across the whole plate counts beside one from black to white.
    """
    height, width = plate_display.shape[:2]
    rows, columns = np.divmod(pixels, width)
    place = np.stack([columns / max(width - 1, 1), rows / max(height - 1, 1)], axis=1) * reach
    return np.concatenate([plate_display.reshape(-1, 3)[pixels], place], axis=1).astype(np.float32)


def nearest(
    features: np.ndarray, among: np.ndarray, count: int, check: Check | None = None, slack: float = 0.0
) -> Int64[np.ndarray, "n k"]:
    """The nearest of some points, closest first.

    Args:
        features: (n, d) of the points asked for.
        among: (m, d) of those that may be found.
        count: how many to find; all where there are fewer.
        check: called now and then; what it raises ends the work.
        slack: how much farther than the nearest one found may be, as a share.

    Returns:
        Indices into `among`.
    """
    from scipy.spatial import KDTree

    tree: Any = KDTree(among, leafsize=32, balanced_tree=False, compact_nodes=False)  # built in a quarter of the time
    count = min(count, len(among))
    found = np.empty((len(features), count), np.int64)
    for first in range(0, len(features), CHUNK):
        if check is not None:
            check()
        part = slice(first, first + CHUNK)
        found[part] = tree.query(features[part], count, eps=slack)[1].reshape(-1, count)
    return found
