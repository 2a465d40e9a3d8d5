"""Texture: the detail of a photograph laid over the drawn colours of a foreground."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Texture:
    """Mixes or multiplies a photograph into colours.

    Attributes:
        weights: smallest and largest share of the photograph.
    """

    weights: tuple[float, float] = (0.2, 0.8)

    def __call__(
        self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"], photograph: UInt8[np.ndarray, "h w 3"]
    ) -> UInt8[np.ndarray, "h w 3"]:
        """Return colours with the photograph's detail."""
        weight = rng.uniform(*self.weights)
        if rng.random() < 0.5:
            return np.asarray(cv2.addWeighted(pixels, 1 - weight, photograph, weight, 0), np.uint8)
        lit = cv2.multiply(pixels, photograph, scale=1 / max(float(photograph.mean()), 24.0))
        return np.asarray(cv2.addWeighted(pixels, 1 - weight, lit, weight, 0), np.uint8)
