"""Fractal noise: random grids of doubling frequency, enlarged smoothly and summed with falling weight."""

import cv2
import numpy as np
from jaxtyping import Float32


def fractal_noise(
    rng: np.random.Generator, size: int, *, cells: float = 3.0, octaves: int = 5, roughness: float = 0.5
) -> Float32[np.ndarray, "size size"]:
    """Draw one square of fractal noise.

    Args:
        rng: source of randomness.
        size: side in pixels, at least 1.
        cells: cells of the coarsest octave along one side.
        octaves: number of octaves; those finer than a pixel are left out.
        roughness: weight of each octave against the one before, 0 to 1.

    Returns:
        Values from exactly 0 to exactly 1 (all 0 for a single pixel), shape (size, size).
    """
    total = np.zeros((size, size), np.float32)
    weight = 1.0
    for octave in range(octaves):
        side = max(2, round(cells * 2**octave) + 1)
        if octave and side > size:
            break
        grid = rng.random((side, side), np.float32)
        total += weight * cv2.resize(grid, (size, size), interpolation=cv2.INTER_CUBIC)
        weight *= roughness
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)
