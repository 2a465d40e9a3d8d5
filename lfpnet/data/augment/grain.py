"""Grain: noise of a sensor or film, coarser or finer, cut from a tile that is drawn once."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import UInt8

_TILE_SIDE = 1024
_TILE_SCALE = 24.0  # standard deviation of the stored tile, so that 8 bits keep its shape


@dataclass(frozen=True)
class Grain:
    """Adds noise.

    Attributes:
        deviations: smallest and largest standard deviation, of 255, drawn evenly in their logarithm.
    """

    deviations: tuple[float, float] = (0.7, 8.0)

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:
        """Return pixels with grain."""
        height, width = pixels.shape[:2]
        deviation = np.exp(rng.uniform(np.log(self.deviations[0]), np.log(self.deviations[1])))
        tile = _noise_tile(int(rng.integers(3)))
        top, left = (int(rng.integers(max(1, _TILE_SIDE - side + 1))) for side in (height, width))
        noise = tile[top : top + height, left : left + width]
        if noise.shape != pixels.shape:
            noise = cv2.copyMakeBorder(
                tile, 0, max(0, height - _TILE_SIDE), 0, max(0, width - _TILE_SIDE), cv2.BORDER_WRAP
            )
            noise = noise[:height, :width]
        mixed = cv2.addWeighted(pixels, 1.0, noise, deviation / _TILE_SCALE, -128.0 * deviation / _TILE_SCALE)
        return np.asarray(mixed, np.uint8)


@lru_cache(maxsize=3)
def _noise_tile(coarseness: int) -> np.ndarray:
    """Noise about 128 with a fixed deviation, the same in every process: fine, coarse, or with little colour."""
    rng = np.random.default_rng(coarseness)
    noise = rng.normal(0, 1, (_TILE_SIDE, _TILE_SIDE, 3)).astype(np.float32)
    if coarseness == 1:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8, borderType=cv2.BORDER_REFLECT)
    elif coarseness == 2:
        noise = 0.3 * noise + noise[..., :1]
    return np.clip(128 + noise / noise.std() * _TILE_SCALE, 0, 255).astype(np.uint8)
