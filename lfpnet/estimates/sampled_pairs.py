"""Sampled pairs: the alphas that pairs of known foreground and background colours give an unknown pixel.

Unknown pixels are compared with six near and six alike known pixels of each side; the alphas of all pairs are averaged
by how well each explains the pixel, and the average is believed as far as the pairs agree. One pixel of four is asked:
what holds the others is the system that takes these alphas as data.
Source: He, Rhemann, Rother, Tang and Sun, A Global Sampling Method for Alpha Matting, for the cost of a pair; Wang and
Cohen, Optimized Color Sampling for Robust Matting, for the confidence.
"""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int64

from lfpnet.estimates.linear_system import Check, unknown_pixels
from lfpnet.estimates.neighbours import SLACK, candidates, features_of, nearest
from lfpnet.types import BACKGROUND, FOREGROUND, PlatePixels, TrimapPixels

#: One pixel of so many squared is asked.
STEP = 2
#: Known pixels of each side that are near, and as many that are alike.
SAMPLES = 6
#: How far a step across the whole plate counts for what is alike.
ALIKE_REACH = 1.0
#: In the cost of a pair: of the colour left unexplained, and of each distance over the least.
COLOUR_COST, DISTANCE_COST = 25.0, 0.1
#: How fast pairs lose weight with their cost beyond the best, and how fast trust is lost with cost and disagreement.
DECISIVENESS, DOUBT, DISAGREEMENT = 2.0, 2.0, 6.0
#: Added to the squared distance of two colours: pairs of like colours say little.
LEAST_CONTRAST = 1e-3
#: Pixels at a time: their pairs stay in the cache.
CHUNK = 1024


class SampledAlpha(NamedTuple):
    """What the pairs say of the unknown pixels, in reading order; a confidence of 0 where nobody asked."""

    alpha: Float32[np.ndarray, " u"]
    confidence: Float32[np.ndarray, " u"]


def sampled_alpha(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None) -> SampledAlpha:
    """Alpha and confidence of every unknown pixel.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255, with pixels of all three.
        check: called now and then; what it raises ends the work.
    """
    unknown, colours = unknown_pixels(trimap), plate_display.reshape(-1, 3)
    rows, columns = np.divmod(unknown, trimap.shape[1])
    is_asked = (rows % STEP == 0) & (columns % STEP == 0)
    asked, is_candidate = unknown[is_asked], candidates(trimap)
    (foreground, far_foreground), (background, far_background) = (
        _samples(plate_display, trimap, side, asked, is_candidate, check) for side in (FOREGROUND, BACKGROUND)
    )
    found = np.empty((2, len(asked)), np.float32)
    for first in range(0, len(asked), CHUNK):
        if check is not None:
            check()
        part = slice(first, first + CHUNK)
        found[:, part] = _of_pairs(
            colours[asked[part]],
            colours[foreground[part]],
            colours[background[part]],
            far_foreground[part],
            far_background[part],
        )
    alpha, confidence = np.zeros((2, len(unknown)), np.float32)
    alpha[is_asked], confidence[is_asked] = found
    return SampledAlpha(alpha, confidence)


def _samples(
    plate_display: PlatePixels,
    trimap: TrimapPixels,
    side: int,
    unknown: Int64[np.ndarray, " u"],
    is_candidate: Bool[np.ndarray, "h w"],
    check: Check | None,
) -> tuple[Int64[np.ndarray, "u k"], Float32[np.ndarray, "u k"]]:
    """Known pixels of one side for every unknown one, and how many pixels away they lie, over the least."""
    width = trimap.shape[1]
    is_side = (trimap == side).astype(np.uint8)
    inside = cv2.erode(is_side, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    rim = np.flatnonzero(is_side.ravel() > inside.ravel())
    rim = rim if len(rim) else np.flatnonzero(is_side)
    known = np.flatnonzero((is_candidate & (trimap == side)).ravel())
    known = np.union1d(known, rim) if len(known) < SAMPLES else known
    place, rim_place = (np.stack(np.divmod(at, width), axis=1).astype(np.float32) for at in (unknown, rim))
    near = rim[nearest(place, rim_place, SAMPLES, check, SLACK)]
    features, known_features = (features_of(plate_display, at, ALIKE_REACH) for at in (unknown, known))
    alike = known[nearest(features, known_features, SAMPLES, check, SLACK)]
    found = np.concatenate([near, alike], axis=1)
    rows, columns = np.divmod(found, width)
    own_rows, own_columns = np.divmod(unknown, width)
    distance = np.hypot(rows - own_rows[:, None], columns - own_columns[:, None]).astype(np.float32)
    return found, distance / distance.min(axis=1, keepdims=True)


def _of_pairs(
    colour: Float32[np.ndarray, "n 3"],
    foreground: Float32[np.ndarray, "n k 3"],
    background: Float32[np.ndarray, "n j 3"],
    foreground_distance: Float32[np.ndarray, "n k"],
    background_distance: Float32[np.ndarray, "n j"],
) -> tuple[Float32[np.ndarray, " n"], Float32[np.ndarray, " n"]]:
    """Average alpha and confidence of some pixels over all pairs of their samples.

    With c, f and b the colours over b: alpha = c . f / f . f, and what is left has the square c . c - 2 alpha c . f +
    alpha^2 f . f; all of it follows from products of the colours, without a difference for each pair.
    """
    foreground, background = foreground - colour[:, None], background - colour[:, None]  # keeps the sums small
    between = np.matmul(foreground, background.transpose(0, 2, 1))  # (n, k, j)
    of_background = np.square(background).sum(axis=2)[:, None]
    contrast = np.maximum(np.square(foreground).sum(axis=2)[:, :, None] + of_background - 2 * between, 1e-6)
    along = of_background - between
    alphas = np.clip(along / contrast, 0, 1)
    left = np.sqrt(np.maximum(of_background - alphas * (2 * along - alphas * contrast), 0))
    cost = COLOUR_COST * left
    cost += DISTANCE_COST * (foreground_distance[:, :, None] + background_distance[:, None])
    best = cost.min(axis=(1, 2))
    weight = np.exp(-DECISIVENESS * (cost - best[:, None, None])) * (contrast + LEAST_CONTRAST)
    weight /= weight.sum(axis=(1, 2), keepdims=True)
    alpha = (weight * alphas).sum(axis=(1, 2))
    spread = np.sqrt(np.maximum((weight * np.square(alphas)).sum(axis=(1, 2)) - alpha * alpha, 0))
    return alpha, np.exp(-DOUBT * best - DISAGREEMENT * spread)
