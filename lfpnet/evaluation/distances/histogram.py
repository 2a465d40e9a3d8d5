"""Distances counted in fine steps: any number of pixels in little memory, and quartiles as exact as a step."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

#: Bins per pixel of distance.
STEPS_PER_PIXEL = 8


@dataclass(frozen=True, eq=False)
class Histogram:
    """How many pixels lie at which distance.

    Attributes:
        counts: pixels by distance, in steps of 1/8 pixel, rounded to the nearest.
    """

    counts: Int64[np.ndarray, " steps"]

    @staticmethod
    def of(distances: Float32[np.ndarray, " pixels"]) -> "Histogram":
        """Count distances in pixels, finite and not negative."""
        return Histogram(
            np.bincount(np.rint(distances * STEPS_PER_PIXEL).astype(np.int64), minlength=1).astype(np.int64)
        )

    @property
    def total(self) -> int:
        """Pixels counted."""
        return int(self.counts.sum())

    def __add__(self, other: "Histogram") -> "Histogram":
        """Count both."""
        length = max(len(self.counts), len(other.counts))
        padded = [np.pad(one.counts, (0, length - len(one.counts))) for one in (self, other)]
        return Histogram(padded[0] + padded[1])

    def quantile(self, share: float) -> float:
        """The least distance in pixels that at least this share of the pixels does not exceed; NaN without pixels."""
        if self.total == 0:
            return float("nan")
        reached = np.cumsum(self.counts)
        needed = max(1, int(np.ceil(share * self.total - 1e-9)))
        return int(np.searchsorted(reached, needed)) / STEPS_PER_PIXEL

    def share_beyond(self, distance: float) -> float:
        """Share of the pixels, 0 to 1, that are farther than `distance` pixels; NaN without pixels."""
        if self.total == 0:
            return float("nan")
        return float(self.counts[int(distance * STEPS_PER_PIXEL) + 1 :].sum()) / self.total
