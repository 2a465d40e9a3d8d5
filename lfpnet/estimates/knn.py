"""KNN matting: pixels of like colour and place have like alpha, however far apart they are.

Neighbours are looked up for the unknown pixels alone, so that the cost goes with the unknown region.
Source: Chen, Li and Tang, KNN Matting; features, numbers of neighbours, weights and the k-d tree are pymatting's.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.estimates.linear_system import LinearSystem, unknown_pixels
from lfpnet.types import PlatePixels, TrimapPixels

#: Neighbours, and how far a step across the whole plate counts beside a step from black to white.
NEIGHBOURS = ((20, 2.0), (10, 0.1))


def knn_system(plate_display: PlatePixels, trimap: TrimapPixels) -> LinearSystem:
    """What KNN matting says of the unknown pixels.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.
    """
    from pymatting.util.kdtree import KDTree
    from scipy.sparse import csr_matrix

    unknown, pixels = unknown_pixels(trimap), trimap.size
    links = csr_matrix((pixels, pixels))
    for count, reach in NEIGHBOURS:
        features = _features(plate_display, reach)
        _, found = KDTree(features).query(features[unknown], min(count, pixels))
        rows = np.repeat(unknown, found.shape[1])
        links = links + csr_matrix((np.ones(len(rows)), (rows, found.ravel())), (pixels, pixels))
    rows = (links + links.T).tocsr()[unknown]
    own = csr_matrix((np.asarray(rows.sum(axis=1)).ravel(), (np.arange(len(unknown)), unknown)), rows.shape)
    return LinearSystem.of_rows((own - rows).tocsr(), trimap)


def _features(plate_display: PlatePixels, reach: float) -> Float32[np.ndarray, "n 5"]:
    """Colour and weighted place of every pixel."""
    height, width = plate_display.shape[:2]
    across, down = np.meshgrid(np.linspace(0, reach, width), np.linspace(0, reach, height))
    return np.concatenate([plate_display, across[..., None], down[..., None]], axis=2).reshape(-1, 5).astype(np.float32)
