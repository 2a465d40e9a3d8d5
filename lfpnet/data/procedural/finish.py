"""The last step of every generator: unions of coverage, and alpha that is exactly 0 and 1 where it should be."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from lfpnet.data.foreground import Foreground

_NEARLY_CLEAR, _NEARLY_SOLID = 1.5 / 255, 1 - 1.5 / 255


def union(*coverages: Float[np.ndarray, "h w"]) -> Float[np.ndarray, "h w"]:
    """Join coverages as independent layers: 1 - product of (1 - coverage)."""
    clear = np.ones_like(coverages[0])
    for coverage in coverages:
        clear = clear * (1 - coverage)
    return 1 - clear


def finish(colour: UInt8[np.ndarray, "h w 3"], alpha: Float[np.ndarray, "h w"]) -> Foreground:
    """Snap alpha within 1.5/255 of its ends to exactly 0 and 1 and wrap both as a foreground."""
    snapped = np.clip(alpha, 0, 1).astype(np.float32)
    snapped[snapped < _NEARLY_CLEAR] = 0
    snapped[snapped > _NEARLY_SOLID] = 1
    return Foreground(np.ascontiguousarray(colour), snapped)


def soften(colour: UInt8[np.ndarray, "h w 3"], sigma: float) -> UInt8[np.ndarray, "h w 3"]:
    """Blur colours slightly, as a lens does to strands thinner than a pixel."""
    return np.asarray(cv2.GaussianBlur(colour, (0, 0), sigma), np.uint8)
