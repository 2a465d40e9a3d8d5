"""Closed outlines with exact coverage: blobs, heads and bodies, filled at four times the size and averaged."""

import cv2
import numpy as np
from jaxtyping import Float32

_SUPERSAMPLING = 4


def blob_outline(
    rng: np.random.Generator,
    centre: tuple[float, float],
    radii: tuple[float, float],
    *,
    roughness: float = 0.15,
    points: int = 96,
) -> Float32[np.ndarray, "points 2"]:
    """Draw a closed outline around an ellipse, wavering by low harmonics.

    Args:
        rng: source of randomness.
        centre: x and y in pixels.
        radii: half axes in pixels.
        roughness: waver as a fraction of the radius.
        points: corners of the outline.

    Returns:
        x and y of each corner in pixels.
    """
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    factor = np.ones(points)
    for harmonic in range(2, 8):
        factor += roughness / harmonic * rng.normal() * np.cos(harmonic * angle + rng.uniform(0, 2 * np.pi))
    turn = rng.uniform(0, 2 * np.pi)
    x, y = radii[0] * factor * np.cos(angle), radii[1] * factor * np.sin(angle)
    outline = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=1)
    return (outline + np.asarray(centre)).astype(np.float32)


def fill_outlines(outlines: list[np.ndarray], size: int) -> Float32[np.ndarray, "size size"]:
    """Rasterise closed outlines (x, y in pixels) into the coverage of their union, 0 to 1, shape (size, size)."""
    large = np.zeros((size * _SUPERSAMPLING, size * _SUPERSAMPLING), np.uint8)
    for outline in outlines:
        corners = np.round((outline + 0.5) * _SUPERSAMPLING - 0.5).astype(np.int32)
        cv2.fillPoly(large, [corners], 255)
    return cv2.resize(large, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0


def dome(coverage: Float32[np.ndarray, "h w"], size: int) -> Float32[np.ndarray, "h w"]:
    """Raise a solid shape into a rounded relief (in units of `size`) from the distance to its outline."""
    distance = cv2.distanceTransform((coverage > 0.5).astype(np.uint8), cv2.DIST_L2, 5) / size
    radius = max(float(distance.max()), 1e-3)
    profile = np.sqrt(np.clip(1 - (1 - distance / radius) ** 2, 0, 1)) * radius
    return cv2.GaussianBlur(profile.astype(np.float32), (0, 0), max(1.0, size / 100))
