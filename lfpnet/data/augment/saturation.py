"""Saturation: colours drawn towards or away from grey.

Source: paper, section 5.2 (saturation transformation).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

#: Weights of luma in display-encoded RGB (Rec. 709).
LUMA = np.array([[0.2126, 0.7152, 0.0722]])


@dataclass(frozen=True)
class Saturation:
    """Scales the distance of every colour from its own grey by a random factor."""

    factors: tuple[float, float] = (0.3, 1.5)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return display-encoded colours of another saturation."""
        return saturate(pixels, rng.uniform(*self.factors))


def saturate(pixels: UInt8[np.ndarray, "h w 3"], factor: float) -> UInt8[np.ndarray, "h w 3"]:
    """Scale saturation: 0 gives grey, 1 leaves colours alone."""
    matrix = factor * np.eye(3) + (1 - factor) * np.repeat(LUMA, 3, axis=0)
    return np.asarray(cv2.transform(pixels, matrix), np.uint8)
