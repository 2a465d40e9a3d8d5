"""Alpha drawn along the plate's own edges: closed-form matting once more, held to an alpha where that is sure.

A network smears what is finer than it can follow, and says so by values between 0 and 1; there the plate's edges know
better. What the solution changes at the reduced size is added to the alpha at the plate's own, so no detail is lost.
Source: Levin, Lischinski and Weiss, A Closed-Form Solution to Natural Image Matting, where user marks hold the
solution; Wang and Cohen, Optimized Color Sampling for Robust Matting, for values with a confidence in their place.
"""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.estimates.linear_system import LinearSystem, unknown_pixels
from lfpnet.estimates.reduced import STRIP, filled
from lfpnet.types import UNKNOWN, AlphaPixels, TrimapPixels

#: Weights of an alpha of one half, and of 0 or 1, beside a Laplacian whose diagonal is some 8. The errors of nine
#: photographs and of the built-in benchmark are flat from a third of these to three times them.
LEAST_WEIGHT, SURE_WEIGHT = 0.01, 1.0
#: Reduced columns that are enlarged at a time, with as many rows as `STRIP` has.
_COLUMNS = 1024


def refine_alpha(
    alpha: AlphaPixels,
    trimap: TrimapPixels,
    system: LinearSystem,
    small_trimap: UInt8[np.ndarray, "r c"],
    reduction: int,
) -> None:
    """Refine an alpha in place.

    Args:
        alpha: 0 to 1, known pixels as the trimap has them.
        trimap: 0, 128 or 255.
        system: of closed-form matting, over the unknown pixels of `small_trimap`.
        small_trimap: the reduced trimap.
        reduction: plate pixels per side of a reduced pixel.
    """
    unknown = unknown_pixels(small_trimap)
    before = _reduced(alpha, small_trimap.shape, reduction).ravel()[unknown].astype(np.float64)
    weights = LEAST_WEIGHT + SURE_WEIGHT * np.square(2 * before - 1)
    change = np.zeros(small_trimap.shape, np.float32)
    change.ravel()[unknown] = system.solved_near(before, weights) - before
    change = np.pad(change, 1, mode="edge")
    rows, columns = small_trimap.shape
    for top in range(0, rows, STRIP):
        for left in range(0, columns, _COLUMNS):
            _add_enlarged(alpha, trimap, change, top, left, reduction)


def _reduced(alpha: AlphaPixels, shape: tuple[int, ...], reduction: int) -> Float32[np.ndarray, "r c"]:
    """Means of blocks of pixels."""
    rows, columns = shape
    small = np.empty((rows, columns), np.float32)
    for first in range(0, rows, STRIP):
        last = min(first + STRIP, rows)
        blocks = filled(alpha[first * reduction : last * reduction], last - first, columns, reduction)
        small[first:last] = cv2.resize(blocks, (columns, last - first), interpolation=cv2.INTER_AREA)
    return small


def _add_enlarged(
    alpha: AlphaPixels,
    trimap: TrimapPixels,
    change: Float32[np.ndarray, "rr cc"],
    top: int,
    left: int,
    reduction: int,
) -> None:
    """Add part of the change, which has a pixel more on every side, to alpha where it is unknown; interpolated."""
    region = tuple(slice(at * reduction, (at + n) * reduction) for at, n in ((top, STRIP), (left, _COLUMNS)))
    is_unknown = trimap[region] == UNKNOWN
    if not is_unknown.any():
        return
    part = change[top : top + STRIP + 2, left : left + _COLUMNS + 2]
    enlarged = cv2.resize(part, None, fx=reduction, fy=reduction, interpolation=cv2.INTER_LINEAR)
    enlarged = enlarged[reduction:, reduction:][: is_unknown.shape[0], : is_unknown.shape[1]]
    near = alpha[region]
    near[is_unknown] = np.clip(near[is_unknown] + enlarged[is_unknown], 0, 1)
