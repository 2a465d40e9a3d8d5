"""Closed-form matting: alpha is a linear function of colour in every window of 3 x 3 pixels.

Only windows that touch an unknown pixel are looked at: the cost goes with the unknown region.
Source: Levin, Lischinski and Weiss, A Closed-Form Solution to Natural Image Matting, equation 12.
"""

import numpy as np
from jaxtyping import Float64, Int64

from lfpnet.estimates.linear_system import Check, LinearSystem, unknown_pixels
from lfpnet.estimates.small_systems import solve_symmetric
from lfpnet.types import UNKNOWN, PlatePixels, TrimapPixels

#: Added to the covariance of a window's nine colours, as in the authors' code (their epsilon over nine pixels).
EPSILON = 1e-7 / 9
#: Windows at a time: what one needs is some 2 kB.
CHUNK = 16384
#: From a window's centre to its pixels, and from a pixel to the 25 that share a window with it.
_WINDOW = [(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
_REACH = 5


def closed_form_system(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None) -> LinearSystem:
    """What closed-form matting says of the unknown pixels.

    Args:
        plate_display: display-encoded, 0 to 1, at least 3 x 3 pixels.
        trimap: 0, 128 or 255.
        check: called now and then; what it raises ends the work.
    """
    from scipy.sparse import csr_matrix

    width = trimap.shape[1]
    unknown = unknown_pixels(trimap)
    row_of = np.full(trimap.size, len(unknown), np.int64)  # what is known goes to a row that is cut off
    row_of[unknown] = np.arange(len(unknown))
    weights = np.zeros(((len(unknown) + 1) * _REACH**2,))
    steps = np.array([y * width + x for y, x in _WINDOW])
    places = np.array([y * _REACH + x for y, x in _WINDOW])
    colours = plate_display.reshape(-1, 3).astype(np.float64)
    centres = _windows(trimap)
    for first in range(0, len(centres), CHUNK):
        if check is not None:
            check()
        pixels = centres[first : first + CHUNK, None] + steps
        entries, rows = _entries(colours[pixels]), row_of[pixels] * _REACH**2
        for i in range(9):  # a pixel is the i-th of one window only: nothing is added twice at once
            at = rows[:, i, None] + (places - places[i] + _REACH**2 // 2)
            weights[at] += entries[:, i]
    offsets = [y * width + x for y in range(-2, 3) for x in range(-2, 3)]
    columns = unknown[:, None] + np.array(offsets)
    kept = weights[: -(_REACH**2)]
    starts = np.arange(0, kept.size + 1, _REACH**2)
    rows = csr_matrix((kept, np.where(kept != 0, columns.ravel(), 0), starts), (len(unknown), trimap.size))
    rows.eliminate_zeros()
    return LinearSystem.of_rows(rows, trimap)


def _windows(trimap: TrimapPixels) -> Int64[np.ndarray, " n"]:
    """Indices of the centres of windows that lie on the plate and touch an unknown pixel."""
    import cv2

    touches = cv2.dilate((trimap == UNKNOWN).astype(np.uint8), np.ones((3, 3), np.uint8))
    touches[[0, -1]] = 0
    touches[:, [0, -1]] = 0
    return np.flatnonzero(touches)


def _entries(colours: Float64[np.ndarray, "n 9 3"]) -> Float64[np.ndarray, "n 9 9"]:
    """What each window adds to the Laplacian."""
    apart = colours - colours.mean(axis=1, keepdims=True)
    covariance = np.matmul(apart.transpose(0, 2, 1), apart) / 9 + EPSILON * np.eye(3)
    solved = solve_symmetric(covariance, apart.transpose(0, 2, 1))
    return np.eye(9) - (1 + np.matmul(apart, solved)) / 9
