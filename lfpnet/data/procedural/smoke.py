"""Smoke, steam and cloud: fractal density within a soft envelope, and sheets of constant semi-transparency."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import blob_outline, fill_outlines
from lfpnet.data.procedural.surface import palette, surface_colour


def smoke(rng: np.random.Generator, size: int) -> Foreground:
    """Draw smoke, or in a quarter of the cases a sheet of one opacity, square of `size` pixels."""
    if rng.random() < 0.25:
        return _sheet(rng, size)
    density = fractal_noise(rng, size, cells=rng.uniform(2, 6), octaves=6, roughness=rng.uniform(0.45, 0.7))
    density = _stirred(rng, density)
    centre = size * rng.uniform(0.35, 0.65, 2)
    radii = size * rng.uniform(0.15, 0.4, 2)
    envelope = fill_outlines([blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.4)], size)
    envelope = cv2.GaussianBlur(envelope, (0, 0), size * rng.uniform(0.02, 0.09))
    thickness = np.clip(density - rng.uniform(0.1, 0.4), 0, 1) * envelope * rng.uniform(1.5, 9)
    alpha = 1 - np.exp(-thickness)
    tone = palette(rng, 1)[0] * 0.25 + rng.uniform(40, 185)
    light = 0.75 + 0.5 * fractal_noise(rng, size, cells=3.0, octaves=4) + _lit(rng, alpha)
    return finish(np.clip(tone * np.maximum(light, 0.1)[..., None], 0, 255).astype(np.uint8), alpha)


def _lit(rng: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """How much brighter billows are on the side of a lamp, darker away from it."""
    relief = cv2.GaussianBlur(alpha.astype(np.float32), (0, 0), max(1.0, len(alpha) / 50))
    angle = rng.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * cv2.Sobel(relief, cv2.CV_32F, 1, 0) + np.sin(angle) * cv2.Sobel(relief, cv2.CV_32F, 0, 1)
    return rng.uniform(0, 0.14) * np.clip(slope / max(float(slope.std()), 1e-4), -2, 2)


def _stirred(rng: np.random.Generator, density: np.ndarray) -> np.ndarray:
    """Bend the density along a smooth flow, so that it curls instead of clouding evenly."""
    size = len(density)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    reach = size * rng.uniform(0.05, 0.3)
    move_x = (fractal_noise(rng, size, cells=3.0, octaves=2) - 0.5) * reach
    move_y = (fractal_noise(rng, size, cells=3.0, octaves=2) - 0.5) * reach
    return cv2.remap(density, x + move_x, y + move_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)


def _sheet(rng: np.random.Generator, size: int) -> Foreground:
    """A veil or foil: one opacity inside a sharp outline, sometimes with a solid rim or body."""
    centre = size * rng.uniform(0.4, 0.6, 2)
    radii = size * rng.uniform(0.2, 0.4, 2)
    outline = blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.2)
    alpha = fill_outlines([outline], size) * rng.uniform(0.15, 0.9)
    if rng.random() < 0.6:
        inner = centre + (outline - centre) * rng.uniform(0.3, 0.8)
        alpha = np.maximum(alpha, fill_outlines([inner], size))
    return finish(surface_colour(rng, size), alpha)
