"""KNN matting: pixels of like colour and place have like alpha, however far apart they are.

Neighbours are looked up for the unknown pixels alone, so that the cost goes with the unknown region.
Source: Chen, Li and Tang, KNN Matting; features, numbers of neighbours and weights as in pymatting.
"""

import numpy as np

from lfpnet.estimates.linear_system import Check, LinearSystem, unknown_pixels
from lfpnet.estimates.neighbours import features_of, nearest
from lfpnet.types import PlatePixels, TrimapPixels

#: Neighbours, and how far a step across the whole plate counts beside a step from black to white.
NEIGHBOURS = ((20, 2.0), (10, 0.1))


def knn_system(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None) -> LinearSystem:
    """What KNN matting says of the unknown pixels.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.
        check: called now and then; what it raises ends the work.
    """
    from scipy.sparse import csr_matrix

    unknown, pixels = unknown_pixels(trimap), trimap.size
    links = csr_matrix((pixels, pixels))
    for count, reach in NEIGHBOURS:
        asked, given = (features_of(plate_display, at, reach) for at in (unknown, np.arange(pixels)))
        found = nearest(asked, given, count, check)
        rows = np.repeat(unknown, found.shape[1])
        links = links + csr_matrix((np.ones(len(rows)), (rows, found.ravel())), (pixels, pixels))
    rows = (links + links.T).tocsr()[unknown]
    own = csr_matrix((np.asarray(rows.sum(axis=1)).ravel(), (np.arange(len(unknown)), unknown)), rows.shape)
    return LinearSystem.of_rows((own - rows).tocsr(), trimap)
