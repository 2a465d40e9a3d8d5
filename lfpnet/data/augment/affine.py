"""Affine: rotation, scale, shear and flip of a foreground about a chosen place, sampled without aliasing.

Source: paper, section 5.2 (random affine transformation).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

_SHRINK_BELOW = 0.75  # bilinear sampling skips pixels below this scale: average to half the size first


@dataclass(frozen=True)
class RandomAffine:
    """Draws the map from a source to a square crop.

    Attributes:
        scales: smallest and largest enlargement, drawn evenly in their logarithm.
        degrees: largest rotation either way.
        shear: largest shear either way.
        upright: share of crops that are neither rotated nor sheared.
    """

    scales: tuple[float, float] = (0.5, 2.0)
    degrees: float = 45.0
    shear: float = 0.2
    upright: float = 0.3

    def __call__(
        self, rng: np.random.Generator, anchor: tuple[float, float], target: tuple[float, float]
    ) -> Float64[np.ndarray, "2 3"]:
        """Draw a map that takes `anchor` (x, y in the source) to `target` (x, y in the crop)."""
        scale = float(np.exp(rng.uniform(np.log(self.scales[0]), np.log(self.scales[1]))))
        is_upright = rng.random() < self.upright
        angle = 0.0 if is_upright else np.deg2rad(rng.uniform(-self.degrees, self.degrees))
        shear = 0.0 if is_upright else rng.uniform(-self.shear, self.shear)
        flip = -1.0 if rng.random() < 0.5 else 1.0
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = scale * turn @ np.array([[flip, shear], [0.0, 1.0]])
        shift = np.asarray(target) - linear @ np.asarray(anchor)
        return np.concatenate([linear, shift[:, None]], axis=1)


def warp(pixels: UInt8[np.ndarray, "..."], matrix: Float64[np.ndarray, "2 3"], side: int) -> UInt8[np.ndarray, "..."]:
    """Cut a square crop through an affine map; beyond its edge the source is mirrored, so that nothing ends in a cut.

    Args:
        pixels: source, (h, w) or (h, w, c).
        matrix: map from source to crop.
        side: side of the crop in pixels.

    Returns:
        The crop, (side, side) or (side, side, c).
    """
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    matrix = matrix.copy()
    while scale < _SHRINK_BELOW and min(pixels.shape[:2]) >= 2:
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        pixels = cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
        matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5]  # pixel centres: source = 2 * half + 0.5
        matrix[:, :2] *= 2
        scale *= 2
    crop = cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(crop, np.uint8)
