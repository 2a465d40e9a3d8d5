"""Distances from unknown pixels to the nearest known foreground and background pixels.

Source: the paper, section 3 and figure 2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32

from lfpnet.evaluation.distances.histogram import Histogram
from lfpnet.trimap import inspect
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, AlphaPixels, TrimapPixels

#: The four curves of figure 2: unknown pixels that are foreground or background by their alpha, to either known region.
CURVES = (
    "unknown foreground to known foreground",
    "unknown foreground to known background",
    "unknown background to known foreground",
    "unknown background to known background",
)
#: Without alpha two curves are left.
CURVES_WITHOUT_ALPHA = ("unknown to known foreground", "unknown to known background")
#: The farther of the two known regions: what a pixel needs to see both.
FARTHER = "unknown to the farther known region"
#: The paper does not say where it parts foreground from background; one half is the natural place.
FOREGROUND_FROM = 0.5


@dataclass(frozen=True, eq=False)
class CaseDistances:
    """Distances in one trimap.

    Attributes:
        name: of the case.
        unknown_pixels: how many are unknown.
        histograms: by curve, and under `FARTHER`; empty if a known region or the unknown one is missing.
        why_empty: a sentence's part that says what is missing, empty where nothing is.
    """

    name: str
    unknown_pixels: int
    histograms: Mapping[str, Histogram]
    why_empty: str = ""


def trimap_distances(name: str, trimap: TrimapPixels, alpha: AlphaPixels | None) -> CaseDistances:
    """Measure one trimap.

    Args:
        name: of the case.
        trimap: 0, 128 or 255.
        alpha: the truth that parts unknown pixels into foreground and background; None measures all of them together.

    Returns:
        Euclidean distances between pixel centres. A trimap without known foreground, known background or unknown
        pixels has none, as in the paper.

    Raises:
        TrimapError: the trimap holds other values.
        SizeMismatchError: alpha has another size.
    """
    summary = inspect(trimap, trimap.shape if alpha is None else alpha.shape)
    counts = {
        "known foreground": summary.foreground_pixels,
        "known background": summary.background_pixels,
        "unknown region": summary.unknown_pixels,
    }
    if missing := [region for region, count in counts.items() if count == 0]:
        return CaseDistances(name, summary.unknown_pixels, {}, f"has no {' and no '.join(missing)}")
    is_unknown = trimap == UNKNOWN
    to_foreground = _distance_to(trimap == FOREGROUND)[is_unknown]
    to_background = _distance_to(trimap == BACKGROUND)[is_unknown]
    if alpha is None:
        parts: dict[str, np.ndarray] = dict(zip(CURVES_WITHOUT_ALPHA, (to_foreground, to_background), strict=True))
    else:
        is_foreground = alpha[is_unknown] >= FOREGROUND_FROM
        sides = (is_foreground, ~is_foreground)
        parts = dict(zip(CURVES, [to[side] for side in sides for to in (to_foreground, to_background)], strict=True))
    parts[FARTHER] = np.maximum(to_foreground, to_background)
    histograms = {curve: Histogram.of(distances) for curve, distances in parts.items()}
    return CaseDistances(name, summary.unknown_pixels, histograms)


def pooled(cases: Iterable[CaseDistances]) -> dict[str, Histogram]:
    """All pixels of all cases together, as the paper counts them, by curve."""
    together: dict[str, Histogram] = {}
    for case in cases:
        for curve, histogram in case.histograms.items():
            together[curve] = together[curve] + histogram if curve in together else histogram
    return together


def _distance_to(is_target: Bool[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Exact Euclidean distance to the nearest target in pixels; there is one."""
    return cv2.distanceTransform((~is_target).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
