"""A trimap from one soft matte: what is neither solid nor empty is unknown, widened by a band into each side."""

import math

import cv2
import numpy as np

from lfpnet.errors import ConfigurationError
from lfpnet.trimap.grey import BACKGROUND_AT_MOST, FOREGROUND_AT_LEAST, from_grey
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, AlphaPixels, TrimapPixels

#: Rows whose distances are computed at a time (more when the band is wide), so that memory does not grow with the
#: plate.
ROWS_PER_STRIPE = 512
#: A ground-truth alpha within half an 8-bit level of 0 or 1 is known.
KNOWN_WITHIN = 0.5 / 255


def from_soft_roto(
    roto: AlphaPixels,
    *,
    inner_pixels: float,
    outer_pixels: float,
    background_at_most: float = BACKGROUND_AT_MOST,
    foreground_at_least: float = FOREGROUND_AT_LEAST,
) -> TrimapPixels:
    """Make a trimap from one roto matte, hard or feathered.

    Fractional pixels are unknown. Solid pixels within `inner_pixels` of one that is not solid become unknown too, and
    so do empty pixels within `outer_pixels` of one that is not empty. Distances are Euclidean between pixel centres: a
    band of 1 takes the four neighbours, 1.5 the diagonal ones as well. The border of the frame is no edge: a shape that
    leaves the frame stays solid there.

    Args:
        roto: 0 to 1, as stored. Values outside count as 0 or 1; NaN is unknown.
        inner_pixels: width of the band inside the solid part, 0 or more.
        outer_pixels: width of the band outside the shape, 0 or more.
        background_at_most: values up to this are empty.
        foreground_at_least: values from this on are solid.

    Returns:
        The trimap, (h, w).

    Raises:
        ConfigurationError: a band is negative or not finite, or the thresholds are not in order.
    """
    _require_band("inner_pixels", inner_pixels)
    _require_band("outer_pixels", outer_pixels)
    without_bands = from_grey(roto, background_at_most=background_at_most, foreground_at_least=foreground_at_least)
    is_solid, is_empty = without_bands == FOREGROUND, without_bands == BACKGROUND
    trimap = without_bands
    trimap[is_solid & _is_near(~is_solid, inner_pixels)] = UNKNOWN
    trimap[is_empty & _is_near(~is_empty, outer_pixels)] = UNKNOWN
    return trimap


def from_alpha(alpha: AlphaPixels, *, inner_pixels: float, outer_pixels: float) -> TrimapPixels:
    """Make a trimap from a ground-truth alpha, for training and evaluation.

    Args:
        alpha: coverage, 0 to 1; within half an 8-bit level of 0 or 1 it is known, else unknown.
        inner_pixels: how far the unknown region is widened into the foreground, 0 or more.
        outer_pixels: how far the unknown region is widened into the background, 0 or more.

    Returns:
        The trimap, (h, w); wherever it is known, alpha is 0 or 1 within half an 8-bit level.

    Raises:
        ConfigurationError: a band is negative or not finite.
    """
    return from_soft_roto(
        alpha,
        inner_pixels=inner_pixels,
        outer_pixels=outer_pixels,
        background_at_most=KNOWN_WITHIN,
        foreground_at_least=1 - KNOWN_WITHIN,
    )


def _require_band(name: str, pixels: float) -> None:
    if not (math.isfinite(pixels) and pixels >= 0):
        raise ConfigurationError(
            f"The band {name} must be a number of pixels, 0 or more, but is {pixels:g}; give for example 10."
        )


def _is_near(is_target: np.ndarray, pixels: float) -> np.ndarray:
    """Mark every pixel whose distance to the nearest target is at most `pixels`; a target is at distance 0."""
    if pixels < 1 or not is_target.any():
        return is_target
    height = is_target.shape[0]
    # distances up to `pixels` depend on no row farther away than that
    margin = min(height, math.ceil(pixels))
    rows_per_stripe = max(ROWS_PER_STRIPE, 2 * margin)
    is_near = np.empty_like(is_target)
    for top in range(0, height, rows_per_stripe):
        bottom = min(height, top + rows_per_stripe)
        first, last = max(0, top - margin), min(height, bottom + margin)
        is_near[top:bottom] = _distance_to(is_target[first:last])[top - first : bottom - first] <= pixels
    return is_near


def _distance_to(is_target: np.ndarray) -> np.ndarray:
    """Measure the exact Euclidean distance to the nearest target in pixels; infinite where there is none."""
    if not is_target.any():
        return np.full(is_target.shape, np.inf, np.float32)
    return cv2.distanceTransform((~is_target).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
