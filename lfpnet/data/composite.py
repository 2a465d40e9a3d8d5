"""The compositing equation on 8-bit plates: aF + (1 - a)B on display-encoded values or on light.

Source: paper, equation 1; IEC 61966-2-1 for the sRGB curve.
"""

from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import UInt8

_ENCODER_STEPS = 2**14 - 1


def composite(
    foreground: UInt8[np.ndarray, "h w 3"],
    background: UInt8[np.ndarray, "h w 3"],
    alpha: UInt8[np.ndarray, "h w"],
    *,
    is_linear: bool = False,
) -> UInt8[np.ndarray, "h w 3"]:
    """Lay a foreground over a background.

    Args:
        foreground: unpremultiplied, display-encoded.
        background: display-encoded.
        alpha: coverage times 255.
        is_linear: mix light (as cameras and renderers do) instead of display-encoded values (as the data sets do).

    Returns:
        Display-encoded plate, rounded to the nearest of 256 values.
    """
    weight = alpha.astype(np.float32) / np.float32(255)
    if not is_linear:
        return np.asarray(cv2.blendLinear(foreground, background, weight, 1 - weight), np.uint8)
    decode, encode = _tables()
    light = cv2.blendLinear(cv2.LUT(foreground, decode), cv2.LUT(background, decode), weight, 1 - weight)
    return encode[np.round(light * _ENCODER_STEPS).astype(np.uint16)]


@lru_cache(maxsize=1)
def _tables() -> tuple[np.ndarray, np.ndarray]:
    """Tables from 8-bit sRGB to light from 0 to 1, and back from light in steps fine enough for 8 bits."""
    encoded = np.arange(256) / 255
    light = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    steps = np.arange(_ENCODER_STEPS + 1) / _ENCODER_STEPS
    back = np.where(steps <= 0.0031308, steps * 12.92, 1.055 * steps ** (1 / 2.4) - 0.055)
    return light.astype(np.float32), np.round(back * 255).astype(np.uint8)
