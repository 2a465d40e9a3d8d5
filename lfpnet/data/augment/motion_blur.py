"""Motion blur: a foreground that moves while the shutter is open; alpha and colour are smeared along one path."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from lfpnet.data.smear import path_kernel, smear

Colour = UInt8[np.ndarray, "h w 3"]
Coverage = UInt8[np.ndarray, "h w"]


@dataclass(frozen=True)
class MotionBlur:
    """Smears a foreground, so that the smeared alpha and colour are the truth.

    Attributes:
        reaches: smallest and largest half length of the path in pixels, drawn evenly in their logarithm.
    """

    reaches: tuple[float, float] = (1.5, 14.0)

    def __call__(self, rng: np.random.Generator, foreground: Colour, alpha: Coverage) -> tuple[Colour, Coverage]:
        """Return unpremultiplied colour and alpha times 255 of the moving foreground."""
        reach = round(float(np.exp(rng.uniform(np.log(self.reaches[0]), np.log(self.reaches[1])))))
        return smear(foreground, alpha, path_kernel(rng, max(1, reach)))
