"""Metrics of a sequence of alphas: dtSSD, MESSDdt and mcF, each from one frame to the next.

dtSSD and MESSDdt are what papers on video matting report; both mostly count error that travels with the subject. mcF,
motion-compensated flicker, follows the subject's true motion first, so that only what changes on it counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Float

from lfpnet.errors import InputError
from lfpnet.metrics.checks import check_floats, check_sizes
from lfpnet.metrics.comparison import AlphaValues, TrimapValues, counted_pixels

#: (dx, dy) in pixels: where each point of the subject is in the next frame.
MotionValues = Float[np.ndarray, "_ _ 2"]


@dataclass(frozen=True, eq=False)
class TimedAlpha:
    """One frame of a sequence.

    Attributes:
        alpha: the prediction, 0 to 1.
        truth: 0 to 1.
        trimap: the true one, 0, 128 and 255.
        motion: to the next frame; not asked for in the last one.
    """

    alpha: AlphaValues
    truth: AlphaValues
    trimap: TrimapValues
    motion: MotionValues | None = None

    @property
    def error(self) -> np.ndarray:
        """Prediction less truth, in float64."""
        check_sizes(alpha=self.alpha, truth=self.truth, trimap=self.trimap)
        check_floats(alpha=self.alpha, truth=self.truth)
        return self.alpha.astype(np.float64) - self.truth


def dtssd(frames: Sequence[TimedAlpha]) -> float:
    """100 times the root of the mean squared change of the error, over each frame's unknown region.

    Args:
        frames: two or more, in order, of one size.

    Returns:
        The mean over pairs of frames; 0 where nothing is unknown.

    Raises:
        InputError: fewer than two frames, or values that cannot be compared.

    Source: Erofeev et al., Perceptually Motivated Benchmark for Video Matting, 2015; differs from some published
    code, which sums over the mask or takes the mean over the frame.
    """

    def measure(here: TimedAlpha, there: TimedAlpha) -> float:
        change = here.error - there.error
        return 100 * _root_mean(np.square(change)[counted_pixels(here.trimap, "unknown")])

    return _mean_over_pairs(frames, measure)


def messddt(frames: Sequence[TimedAlpha]) -> float:
    """1000 times the mean change of the squared error along the true motion, over each frame's unknown region.

    Args:
        frames: as for `dtssd`, all but the last with their motion.

    Returns:
        The mean over pairs of frames.

    Raises:
        InputError: as `dtssd`, or a motion is missing.

    Source: Erofeev et al., 2015, with true in place of estimated motion.
    """

    def measure(here: TimedAlpha, there: TimedAlpha) -> float:
        is_counted, followed = _followed(here, np.square(there.error))
        return 1000 * _mean(np.abs(np.square(here.error) - followed)[is_counted])

    return _mean_over_pairs(frames, measure)


def motion_compensated_flicker(frames: Sequence[TimedAlpha]) -> float:
    """mcF: 100 times the root mean squared change of the error along the true motion, over the unknown region.

    Args:
        frames: as for `messddt`.

    Returns:
        The mean over pairs of frames.

    Raises:
        InputError: as `messddt`.
    """

    def measure(here: TimedAlpha, there: TimedAlpha) -> float:
        is_counted, followed = _followed(here, there.error)
        return 100 * _root_mean(np.square(here.error - followed)[is_counted])

    return _mean_over_pairs(frames, measure)


def _mean_over_pairs(frames: Sequence[TimedAlpha], measure: Callable[[TimedAlpha, TimedAlpha], float]) -> float:
    if len(frames) < 2:
        raise InputError(f"Expected at least two frames to compare over time, got {len(frames)}; give more.")
    check_sizes(**{f"frame {number}": frame.alpha for number, frame in enumerate(frames, 1)})
    values = [measure(here, there) for here, there in pairwise(frames)]
    return sum(values) / len(values)


def _followed(here: TimedAlpha, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels count (unknown, and still in the next frame), and the next frame's values along the motion."""
    if here.motion is None:
        raise InputError("Expected the true motion of every frame but the last, got a frame without; give it.")
    check_sizes(alpha=here.alpha, motion=here.motion)
    height, width = here.alpha.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x, y = x + here.motion[..., 0].astype(np.float32), y + here.motion[..., 1].astype(np.float32)
    is_inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    followed = cv2.remap(there, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return counted_pixels(here.trimap, "unknown") & is_inside, followed


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else 0.0


def _root_mean(squares: np.ndarray) -> float:
    return _mean(squares) ** 0.5
