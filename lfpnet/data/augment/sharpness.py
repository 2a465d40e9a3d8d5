"""Sharpness: the slight softness of a lens, or the sharpening of a camera."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Sharpness:
    """Mixes a plate with its own blur: below 0 sharpens, above 0 softens."""

    amounts: tuple[float, float] = (-0.6, 0.9)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return pixels slightly softer or sharper."""
        amount = rng.uniform(*self.amounts)
        blurred = cv2.GaussianBlur(pixels, (3, 3), 0.8)
        return np.asarray(cv2.addWeighted(pixels, 1 - amount, blurred, amount, 0), np.uint8)
