"""Light wrap: the background's light spills over the edge of the foreground; alpha stays, the true colour changes."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True)
class LightWrap:
    """Mixes the blurred background into the foreground where background is near.

    Attributes:
        radii: smallest and largest reach of the light in pixels, drawn evenly in their logarithm.
        strengths: smallest and largest share of the background's light at the outermost edge.
    """

    radii: tuple[float, float] = (2.0, 14.0)
    strengths: tuple[float, float] = (0.15, 0.7)

    def __call__(
        self,
        rng: np.random.Generator,
        foreground: UInt8[np.ndarray, "h w 3"],
        background: UInt8[np.ndarray, "h w 3"],
        alpha: UInt8[np.ndarray, "h w"],
    ) -> UInt8[np.ndarray, "h w 3"]:
        """Return the foreground's colour under the background's light; composite it with the same alpha."""
        radius = round(float(np.exp(rng.uniform(np.log(self.radii[0]), np.log(self.radii[1])))))
        strength = rng.uniform(*self.strengths)
        side = 2 * radius + 1
        nearby = cv2.blur(cv2.blur(255 - alpha, (side, side)), (side, side)).astype(np.float32)
        weight = nearby * np.float32(strength / 255)
        light = cv2.blur(cv2.blur(background, (side, side)), (side, side))
        return np.asarray(cv2.blendLinear(foreground, light, 1 - weight, weight), np.uint8)
