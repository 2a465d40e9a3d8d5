"""Defocus: a background out of focus, as behind most subjects."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Defocus:
    """Blurs by a random amount.

    Attributes:
        radii: smallest and largest radius in pixels, drawn evenly in their logarithm.
    """

    radii: tuple[float, float] = (1.0, 16.0)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return pixels out of focus: two box blurs, near a disc and cheap at any radius."""
        radius = round(float(np.exp(rng.uniform(np.log(self.radii[0]), np.log(self.radii[1])))))
        once = cv2.blur(pixels, (2 * radius + 1, 2 * radius + 1))
        return np.asarray(cv2.blur(once, (radius + 1, radius + 1)), np.uint8)
