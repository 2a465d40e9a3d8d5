"""Colour mixture: a pixel is a weighted sum of pixels of like colour, and its alpha is the same sum of theirs.

Source: Aksoy, Aydin and Pollefeys, Designing Effective Inter-Pixel Information Flow for Natural Image Matting,
section 3.1; Roweis and Saul, Nonlinear Dimensionality Reduction by Locally Linear Embedding, for the weights.
"""

from typing import Any

import numpy as np
from jaxtyping import Float32

from lfpnet.estimates.linear_system import Check, LinearSystem, unknown_pixels
from lfpnet.estimates.neighbours import CHUNK, SLACK, candidates, features_of, nearest
from lfpnet.estimates.small_systems import solve_symmetric
from lfpnet.types import PlatePixels, TrimapPixels

#: Pixels that each is mixed of (the paper, section 4).
NEIGHBOURS = 20
#: How far a step across the whole plate counts beside one from black to white: with a second neighbourhood in which it
#: counts twenty times as much the errors are the same.
REACH = 0.05
#: Keeps weights small where neighbours are of one colour, in squared display-encoded units.
REGULARIZATION = 1e-4


def mixture_system(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None) -> LinearSystem:
    """What colour mixture says of the unknown pixels: |(I - W) alpha|^2, the paper's equation 2.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.
        check: called now and then; what it raises ends the work.
    """
    return LinearSystem.of_residuals(_rows(plate_display, trimap, check), trimap)


def _rows(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None) -> Any:
    """Alpha less the mixture of its neighbours' at every unknown pixel, sparse (u, h * w)."""
    from scipy.sparse import csr_matrix

    unknown = unknown_pixels(trimap)
    among = np.flatnonzero(candidates(trimap).ravel())
    asked, given = (features_of(plate_display, at, REACH) for at in (unknown, among))
    found = among[nearest(asked, given, NEIGHBOURS + 1, check, SLACK)]
    colours = plate_display.reshape(-1, 3)
    weights = np.empty(found.shape, np.float32)
    for first in range(0, len(unknown), CHUNK):
        if check is not None:
            check()
        part = slice(first, first + CHUNK)
        is_other = found[part] != unknown[part, None]
        weights[part] = locally_linear_weights(colours[unknown[part]], colours[found[part]], is_other)
    # The pixel itself is among those found, with a weight of nothing: its place takes the one of I.
    columns = np.concatenate([unknown[:, None], found], axis=1)
    values = np.concatenate([np.ones((len(unknown), 1), np.float32), -weights], axis=1)
    starts = np.arange(0, values.size + 1, values.shape[1])
    return csr_matrix((values.ravel(), columns.ravel(), starts), (len(unknown), trimap.size))


def locally_linear_weights(
    colours: Float32[np.ndarray, "n 3"], others: Float32[np.ndarray, "n k 3"], is_other: np.ndarray
) -> Float32[np.ndarray, "n k"]:
    """Weights that add up to 1 and mix each colour of its neighbours' as well as regularised weights can.

    The k x k system of the locally linear embedding has rank 3 beside its diagonal: three unknowns suffice (Woodbury).

    Args:
        colours: display-encoded.
        others: of the neighbours.
        is_other: (n, k), false where a neighbour is the pixel itself; its weight is 0.
    """
    apart = (others - colours[:, None]).astype(np.float64) * is_other[..., None]
    scatter = np.matmul(apart.transpose(0, 2, 1), apart) + REGULARIZATION * np.eye(3)
    slope = solve_symmetric(scatter, apart.sum(axis=1)[..., None])
    weights = (1 - np.matmul(apart, slope)[..., 0]) * is_other
    total = weights.sum(axis=1, keepdims=True)
    return (weights / np.where(total > 0, total, 1)).astype(np.float32)
