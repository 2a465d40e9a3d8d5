"""From scene-linear renders to pool foregrounds: exposure, sRGB, 16-bit straight RGBA."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt16

from lfpnet.colour import srgb_encode

_LEVELS = 65535
#: What is nearly solid becomes solid: no eye and no 8-bit trimap can tell, and the pool looks for exact 0 and 1.
_EDGE = 1 / 1024
_SMOKE_SIGMA = 2.5 / 512  # of the side: 32 samples are off by up to 0.09, their mean over this by 0.01


def finished(
    colour_linear: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"], rng: np.random.Generator
) -> UInt16[np.ndarray, "h w 4"]:
    """Expose and encode one foreground.

    Args:
        colour_linear: unpremultiplied, scene-linear, defined everywhere.
        alpha: coverage, 0 to 1.
        rng: draws how bright the picture becomes.

    Returns:
        Unpremultiplied display-encoded RGB and alpha, 0 to 65535.
    """
    luminance = colour_linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    seen = luminance[alpha > 0.3]
    bright = float(np.quantile(seen, 0.95)) if seen.size else 1.0
    exposure = np.clip(rng.uniform(0.15, 0.95) / max(bright, 1e-4), 0.05, 60.0)
    encoded = srgb_encode(_rolled_off(colour_linear * np.float32(exposure)))
    coverage = np.where(alpha < _EDGE, 0, np.where(alpha > 1 - _EDGE, 1, alpha))
    pixels = np.concatenate([encoded, coverage[..., None]], 2)
    return np.round(np.clip(pixels, 0, 1) * _LEVELS).astype(np.uint16)


def smoothed(alpha: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Take the noise of few samples out of smoke; solid bodies and their edges stay as they are."""
    solid = cv2.morphologyEx((alpha > 1 - _EDGE).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    is_smoke = cv2.dilate(solid, np.ones((7, 7), np.uint8)) == 0
    weight = is_smoke.astype(np.float32)
    sigma = _SMOKE_SIGMA * max(alpha.shape)
    mean = cv2.GaussianBlur(alpha * weight, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-6)
    return np.where(is_smoke, mean, alpha).astype(np.float32)


def _rolled_off(linear: np.ndarray) -> np.ndarray:
    """Leave values below 0.8 alone and bend what is brighter towards 1, as film does."""
    knee = np.float32(0.8)
    over = np.maximum(linear - knee, 0)
    return np.minimum(linear, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
