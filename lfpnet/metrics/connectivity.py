"""Conn: difference in how well each pixel of alpha is connected to the body of the foreground, in thousands."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int, Int32

from lfpnet.metrics.average import AlphaMetric
from lfpnet.metrics.checks import check_choice
from lfpnet.metrics.comparison import AlphaValues, Quantisation, Region, TrimapValues, compare

#: What the body of the foreground is. "largest_component": the largest component, as the MATLAB code has it.
#: "argmax_with_background": the most frequent label with label 0, the background, among them, as common Python ports
#: have it: on sparse mattes the body becomes the background. Their thresholds (0.1 added up in float64, so that
#: 153/255 fails 0.6000000000000001) come with it, for figures that were computed so; give `quantise` then.
ConnectivityConvention = Literal["largest_component", "argmax_with_background"]
CONNECTIVITY_CONVENTIONS = ("largest_component", "argmax_with_background")

#: Thresholds between 0 and 1, and the distance to the connected level that is not seen as loose.
STEPS, TOLERANCE = 10, 0.15


def connectivity_error(
    alpha: AlphaValues,
    truth: AlphaValues,
    trimap: TrimapValues,
    *,
    region: Region = "unknown",
    quantise: Quantisation = None,
    convention: ConnectivityConvention = "largest_component",
) -> float:
    """Sum |phi(alpha) - phi(truth)|, phi being the degree of connectedness, and divide by 1000, as the tables print it.

    At each threshold 0.1, 0.2 ... 1 the body is the largest 4-connected component of the pixels where alpha and truth
    both reach it. A pixel's level is the last threshold before it first leaves the body, and phi falls from 1 by
    what alpha exceeds this level, if that is 0.15 or more. Without any such pixel the body is empty.

    Args:
        alpha: the prediction, 0 to 1.
        truth: 0 to 1.
        trimap: 0, 128 and 255; bodies are looked for in the whole picture, errors summed over the region.
        region: sum over the unknown region or the whole picture.
        quantise: bring alpha to 8 bit first.
        convention: "largest_component" or "argmax_with_background".

    Returns:
        The sum in thousands; 0 where no pixel counts.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: an alpha is not made of finite floats.
        ConfigurationError: an option has an unknown name.

    Source: Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, 2009; Xu et al., Deep Image
    Matting, 2017, evaluation code.
    """
    check_choice("convention", convention, CONNECTIVITY_CONVENTIONS)
    pair = compare(alpha, truth, trimap, region=region, quantise=quantise)
    level = _connected_level(np.minimum(pair.alpha, pair.truth), convention)
    difference = _connectedness(pair.alpha, level) - _connectedness(pair.truth, level)
    return float(np.abs(difference)[pair.is_counted].sum()) / 1000


@dataclass
class ConnectivityError(AlphaMetric):
    """Mean of `connectivity_error` over pictures, in thousands.

    Attributes:
        convention: "largest_component" or "argmax_with_background".
    """

    convention: ConnectivityConvention = "largest_component"

    def __post_init__(self) -> None:
        """Refuse unknown options.

        Raises:
            ConfigurationError: an option has an unknown name.
        """
        super().__post_init__()
        check_choice("convention", self.convention, CONNECTIVITY_CONVENTIONS)

    def _measure(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Return the connectivity error of one picture."""
        return connectivity_error(
            alpha, truth, trimap, region=self.region, quantise=self.quantise, convention=self.convention
        )


def _connectedness(alpha: Float64[np.ndarray, "h w"], level: Float64[np.ndarray, "h w"]) -> Float64[np.ndarray, "h w"]:
    """Return phi: 1 for a connected pixel, less for a loose one."""
    excess = alpha - level
    return 1 - np.where(excess >= TOLERANCE, excess, 0)


def _connected_level(
    shared: Float64[np.ndarray, "h w"], convention: ConnectivityConvention
) -> Float64[np.ndarray, "h w"]:
    """Return the threshold up to which each pixel of the shared alpha stays in the body; 1 if it never leaves."""
    if convention == "largest_component":
        # Compared in single precision, like MATLAB: a float32 alpha of 0.7 reaches 0.7, and 153/255 reaches 0.6.
        find_body, values = _largest_component, shared.astype(np.float32)
        thresholds = [step / STEPS for step in range(STEPS + 1)]
    else:
        find_body, values = _most_frequent_label, shared
        thresholds = [step * (1 / STEPS) for step in range(STEPS + 1)]
    level = np.ones(shared.shape)
    is_connected = np.ones(shared.shape, bool)
    for last_threshold, threshold in pairwise(thresholds):
        is_body = find_body(values >= threshold)
        level[is_connected & ~is_body] = last_threshold
        is_connected &= is_body
    return level


def _largest_component(is_shared: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Mark the largest 4-connected component; of equal ones, like MATLAB, that met first column by column."""
    labels, areas = _components(is_shared)
    if len(areas) == 1:
        return np.zeros_like(is_shared)
    largest = 1 + np.flatnonzero(areas[1:] == areas[1:].max())
    return labels == _first_met(largest, labels.T)


def _most_frequent_label(is_shared: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Mark the label with most pixels, background included; of equal ones background, then that met first by rows."""
    labels, areas = _components(is_shared)
    most_frequent = np.flatnonzero(areas == areas.max())
    return labels == (0 if most_frequent[0] == 0 else _first_met(most_frequent, labels))


def _components(is_shared: Bool[np.ndarray, "h w"]) -> tuple[Int32[np.ndarray, "h w"], Int32[np.ndarray, " labels"]]:
    """Return the label of each pixel, 0 where not shared, and the area of each label."""
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(is_shared.astype(np.uint8), connectivity=4)
    return np.asarray(labels, np.int32), np.asarray(statistics, np.int32)[:, cv2.CC_STAT_AREA]


def _first_met(candidates: Int[np.ndarray, " n"], labels: Int32[np.ndarray, "_ _"]) -> int:
    """Return the candidate that comes first in reading order. OpenCV promises no order of its labels."""
    if len(candidates) == 1:
        return int(candidates[0])
    in_order = labels.ravel()
    return int(in_order[np.isin(in_order, candidates).argmax()])
