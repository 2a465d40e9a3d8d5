"""Foreground and background that reproduce the linear plate, as near to the network's colours as that allows.

The network's colours are a prior: it saw display-encoded values with highlights rolled off, so they do not add up to
the plate. Per pixel and channel this file finds F and B with alpha F + (1 - alpha) B = plate that minimise

    (F - F_prior)^2 / wF  +  (B - B_prior)^2 / wB,    wF = |F_prior| + floor,    wB = |B_prior| + floor.

The weights measure the change as a square-root display curve does (its derivative squared is proportional to the
value), because that is where the network's errors are even: a dark strand before a bright sky stays dark and the sky
takes the correction. A large change leaves the place where that derivative holds: (sqrt F - sqrt F_prior)^2 is
(F - F_prior)^2 / (sqrt F + sqrt F_prior)^2, so the problem is solved once more with weights of both ends:

    wF = ((sqrt |F_prior| + sqrt F) / 2)^2 + floor,    wB likewise, from the first solution.

With s = alpha F the constraint leaves one unknown, so the minimum under bounds is the free minimum clipped to an
interval:

    s = alpha F_prior + residual * alpha^2 wF / (alpha^2 wF + (1 - alpha)^2 wB)
    F = s / alpha,   B = (plate - s) / (1 - alpha)

Bounds: no layer goes negative where the plate is not (then no digits cancel, and half-float storage keeps the sum), and
none rises above twice the larger of its prior and the plate. F = B = plate is within them, so the interval is never
empty.

Source: the constraint is the LFPNet paper's equation 1; weights and bounds are ours.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.errors import SizeMismatchError
from lfpnet.types import PlatePixels

#: Pixels solved at a time: some 25 MB of double-precision temporaries, whatever the plate's size.
PIXELS_PER_STRIPE = 1 << 16
#: Linear value under which two blacks count as equally dark; keeps a black prior movable.
WEIGHT_FLOOR = 0.02
#: No layer's magnitude rises above this multiple of the larger of its prior and the plate.
LARGEST_RISE = 2.0
#: Where the plate is negative, the largest opposite share: |alpha F| + |(1 - alpha) B| <= 2 |plate|, so half floats
#: keep 1e-3.
OPPOSITE_SHARE = 0.5

_Prior = Float32[np.ndarray, "_ _ 3"]  # sizes are compared below, in a sentence


def solve_layers(
    plate_linear: PlatePixels,
    alpha: Float32[np.ndarray, "_ _"],
    foreground_prior: _Prior,
    background_prior: _Prior,
) -> tuple[PlatePixels, PlatePixels]:
    """Correct the network's foreground and background so that they reproduce the plate under alpha.

    Every pixel stands alone, so a large plate may also be given in stripes.

    Args:
        plate_linear: scene-linear, unclamped, finite.
        alpha: coverage of the foreground, 0 to 1. If it will be stored as half float, round it to half first:
            foreground and background then reproduce the plate under the alpha that is stored.
        foreground_prior: the network's foreground, unpremultiplied, scene-linear, finite.
        background_prior: the network's background, unpremultiplied, scene-linear, finite.

    Returns:
        Foreground and background, (h, w, 3) each, unpremultiplied, scene-linear, unclamped. Where 0 < alpha < 1 they
        reproduce the plate within 1e-6 of its value (stored as half within 1e-3, for plate values from 0.001, or 0.01
        where negative). Where alpha is 1 the foreground is the plate and the background keeps its prior; where alpha is
        0 the other way round. Where the plate is not negative, nor are the layers that reproduce it.

    Raises:
        SizeMismatchError: alpha or a prior does not have the plate's size.
    """
    _require_size("alpha", alpha, plate_linear)
    _require_size("foreground prior", foreground_prior, plate_linear)
    _require_size("background prior", background_prior, plate_linear)
    foreground, background = np.array(foreground_prior, order="C"), np.array(background_prior, order="C")
    height, width = alpha.shape
    rows_per_stripe = max(1, PIXELS_PER_STRIPE // max(1, width))
    for top in range(0, height, rows_per_stripe):
        rows = slice(top, top + rows_per_stripe)
        _correct_stripe(plate_linear[rows], alpha[rows], foreground[rows], background[rows])
    return foreground, background


def _require_size(name: str, given: np.ndarray, plate: np.ndarray) -> None:
    if given.shape[:2] != plate.shape[:2]:
        raise SizeMismatchError(
            f"The {name} must have the plate's size of {plate.shape[1]} x {plate.shape[0]} pixels but has "
            f"{given.shape[1]} x {given.shape[0]}; resize one of them."
        )


def _correct_stripe(plate: np.ndarray, alpha: np.ndarray, foreground: np.ndarray, background: np.ndarray) -> None:
    """Correct the layers of a few rows in place; both are contiguous."""
    np.copyto(foreground, plate, where=(alpha >= 1)[..., np.newaxis])
    np.copyto(background, plate, where=(alpha <= 0)[..., np.newaxis])
    mixed = np.flatnonzero((alpha > 0) & (alpha < 1))
    if mixed.size:
        # flat views: with np.take several times the speed of indexing (h, w, 3) by a mask
        foreground_flat, background_flat = foreground.reshape(-1, 3), background.reshape(-1, 3)
        foreground_flat[mixed], background_flat[mixed] = _solve_mixed(
            np.take(plate.reshape(-1, 3), mixed, axis=0).astype(np.float64),
            np.take(alpha.reshape(-1, 1), mixed, axis=0).astype(np.float64),
            np.take(foreground_flat, mixed, axis=0).astype(np.float64),
            np.take(background_flat, mixed, axis=0).astype(np.float64),
        )


def _solve_mixed(
    plate: np.ndarray, alpha: np.ndarray, foreground_prior: np.ndarray, background_prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Solve pixels (n, 3) with 0 < alpha < 1, alpha (n, 1); in double, as alpha and 1 - alpha may be tiny divisors."""
    transparency = 1 - alpha
    foreground_share = alpha * foreground_prior
    residual = plate - foreground_share - transparency * background_prior
    part = _part_of_foreground(alpha, np.abs(foreground_prior), np.abs(background_prior))
    near_foreground = _between(foreground_prior, foreground_prior + residual * part / alpha)
    near_background = _between(background_prior, background_prior + residual * (1 - part) / transparency)
    foreground_share += residual * _part_of_foreground(alpha, near_foreground, near_background)

    lowest, highest = _bounds_of_share(plate, alpha, foreground_prior, background_prior)
    np.clip(foreground_share, lowest, highest, out=foreground_share)
    return foreground_share / alpha, (plate - foreground_share) / transparency


def _part_of_foreground(alpha: np.ndarray, foreground: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The part of a residual that the foreground takes, by the magnitude of both layers."""
    foreground_weight = alpha**2 * (foreground + WEIGHT_FLOOR)
    background_weight = (1 - alpha) ** 2 * (background + WEIGHT_FLOOR)
    return foreground_weight / (foreground_weight + background_weight)


def _between(prior: np.ndarray, solution: np.ndarray) -> np.ndarray:
    """The magnitude half-way between two values on a square-root curve."""
    return np.square((np.sqrt(np.abs(prior)) + np.sqrt(np.maximum(solution, 0))) / 2)


def _bounds_of_share(
    plate: np.ndarray, alpha: np.ndarray, foreground_prior: np.ndarray, background_prior: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bound alpha F so that neither layer changes sign against the plate nor rises far above prior and plate."""
    opposite = np.where(plate < 0, -OPPOSITE_SHARE * plate, 0)
    magnitude = np.abs(plate)
    most_foreground = LARGEST_RISE * alpha * np.maximum(np.abs(foreground_prior), magnitude)
    most_background = LARGEST_RISE * (1 - alpha) * np.maximum(np.abs(background_prior), magnitude)
    lowest = np.maximum(np.minimum(plate, 0) - opposite, np.maximum(-most_foreground, plate - most_background))
    highest = np.minimum(np.maximum(plate, 0) + opposite, np.minimum(most_foreground, plate + most_background))
    return lowest, highest
