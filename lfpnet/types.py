"""The few shapes and values that every part of lfpnet shares."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8

#: Values of a trimap, the only three that the network knows.
BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255

PlatePixels = Float32[np.ndarray, "h w 3"]
TrimapPixels = UInt8[np.ndarray, "h w"]
AlphaPixels = Float32[np.ndarray, "h w"]


@dataclass(frozen=True)
class Matte:
    """Alpha, foreground and background of one plate.

    Attributes:
        alpha: coverage of the foreground, 0 to 1.
        foreground: unpremultiplied, in the plate's own space, unclamped.
        background: unpremultiplied, in the plate's own space, unclamped.
    """

    alpha: AlphaPixels
    foreground: PlatePixels
    background: PlatePixels
