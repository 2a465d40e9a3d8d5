"""Backgrounds drawn by rule, so that training works without photographs: surfaces, gradients, shapes and clutter."""

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.data.procedural import GENERATORS
from lfpnet.data.procedural.shapes import blob_outline
from lfpnet.data.procedural.surface import palette, surface_colour


def procedural_background(rng: np.random.Generator, size: int) -> UInt8[np.ndarray, "size size 3"]:
    """Draw one background.

    Args:
        rng: source of randomness.
        size: side in pixels.

    Returns:
        Display-encoded colour from 0 to 255, shape (size, size, 3).
    """
    kind = rng.choice(["surface", "gradient", "shapes", "clutter"], p=[0.3, 0.15, 0.25, 0.3])
    if kind == "surface":
        plate = surface_colour(rng, size)
    elif kind == "gradient":
        plate = _gradient(rng, size)
    elif kind == "shapes":
        plate = _shapes(rng, size)
    else:
        plate = _clutter(rng, size)
    if rng.random() < 0.35:
        plate = cv2.GaussianBlur(plate, (0, 0), size * rng.uniform(0.002, 0.03))
    return np.ascontiguousarray(plate, np.uint8)


def _gradient(rng: np.random.Generator, size: int) -> np.ndarray:
    """Four corner colours blended, as a studio wall is."""
    corners = palette(rng, 4).reshape(2, 2, 3)
    smooth = cv2.resize(corners, (size, size), interpolation=cv2.INTER_LINEAR)
    return np.clip(smooth + rng.normal(0, 2, smooth.shape), 0, 255).astype(np.uint8)


def _shapes(rng: np.random.Generator, size: int) -> np.ndarray:
    """Overlapping textured blobs and bars over a surface."""
    plate = surface_colour(rng, size)
    for _ in range(int(rng.integers(4, 20))):
        centre = rng.uniform(0, size, 2)
        radii = size * rng.uniform(0.03, 0.3, 2)
        outline = blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), points=int(rng.integers(4, 40)))
        patch = plate.copy()
        cv2.fillPoly(patch, [np.round(outline).astype(np.int32)], palette(rng, 1)[0].tolist(), cv2.LINE_AA)
        plate = cv2.addWeighted(plate, 0.25, patch, 0.75, 0)
    return plate


def _clutter(rng: np.random.Generator, size: int) -> np.ndarray:
    """Leaves, grass, nets, flags or fur, piled up."""
    plate = surface_colour(rng, size).astype(np.float32)
    for _ in range(int(rng.integers(1, 4))):
        name = rng.choice(["leaves", "grass", "net", "flag", "fur", "hair"], p=[0.3, 0.25, 0.1, 0.1, 0.15, 0.1])
        piece = GENERATORS[name](rng, size)
        weight = piece.alpha[..., None]
        plate = piece.colour * weight + plate * (1 - weight)
    return plate.astype(np.uint8)
