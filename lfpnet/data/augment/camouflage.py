"""Camouflage: a background whose colours are like those of the foreground."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class Camouflage:
    """Moves the mean and spread of the background's colours towards those of the foreground.

    Attributes:
        strengths: smallest and largest share of the way.
    """

    strengths: tuple[float, float] = (0.4, 0.95)

    def __call__(
        self,
        rng: np.random.Generator,
        background: UInt8[np.ndarray, "h w 3"],
        foreground: UInt8[np.ndarray, "h w 3"],
        alpha: UInt8[np.ndarray, "h w"],
    ) -> UInt8[np.ndarray, "h w 3"]:
        """Return the background in colours near the foreground's; unchanged where alpha is empty."""
        if not alpha.any():
            return background
        strength = rng.uniform(*self.strengths)
        target_mean, target_spread = (part.ravel() for part in cv2.meanStdDev(foreground, mask=alpha))
        mean, spread = (part.ravel() for part in cv2.meanStdDev(background))
        gain = np.clip((1 - strength) + strength * target_spread / np.maximum(spread, 4.0), 0.2, 3.0)
        offset = (1 - strength) * mean + strength * target_mean - gain * mean
        table = np.clip(np.arange(256)[:, None] * gain + offset, 0, 255)
        return np.asarray(cv2.LUT(background, np.round(table).astype(np.uint8)[:, None]), np.uint8)
