"""Contrast and brightness: a gain about mid-grey, one for each channel, and an offset.

Source: paper, section 5.2 (contrast transformation); the separate gains stand for white balance.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Contrast:
    """Scales the distance from mid-grey and shifts the result.

    Attributes:
        gains: smallest and largest gain.
        offset: largest shift either way, of 255.
        cast: standard deviation of the gain between channels.
    """

    gains: tuple[float, float] = (0.6, 1.4)
    offset: float = 35.0
    cast: float = 0.06

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return colours of another contrast and brightness."""
        gains = rng.uniform(*self.gains) * (1 + rng.normal(0, self.cast, 3))
        values = np.arange(256)[:, None]
        table = (values - 127.5) * gains + 127.5 + rng.uniform(-self.offset, self.offset)
        return np.asarray(cv2.LUT(pixels, np.clip(np.round(table), 0, 255).astype(np.uint8)[:, None]), np.uint8)
