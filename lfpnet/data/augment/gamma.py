"""Gamma: brightness bent by a power.

Source: paper, section 5.2 (gamma transformation).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

_RAMP = np.linspace(0, 1, 256)


@dataclass(frozen=True)
class Gamma:
    """Raises display-encoded values to a random power, drawn evenly in its logarithm."""

    powers: tuple[float, float] = (0.5, 2.0)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return colours of another gamma; black and white stay."""
        power = np.exp(rng.uniform(np.log(self.powers[0]), np.log(self.powers[1])))
        return np.asarray(cv2.LUT(pixels, np.round(255 * _RAMP**power).astype(np.uint8)), np.uint8)
