"""Glass and defocus: bodies clear in the middle and dense at the rim, and shapes whose edge is far out of focus."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import blob_outline, dome, fill_outlines
from lfpnet.data.procedural.surface import surface_colour
from lfpnet.data.procedural.vessel import vessel

_VESSELS = 0.65


def glass(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a vessel or a lump of something transparent with highlights, square of `size` pixels."""
    if rng.random() < _VESSELS:
        return vessel(rng, size)
    centre = size * rng.uniform(0.4, 0.6, 2)
    radii = size * rng.uniform(0.15, 0.35, 2)
    body = fill_outlines([blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.1)], size)
    relief = dome(body, size)
    height = relief / max(float(relief.max()), 1e-4)
    density = rng.uniform(0.05, 0.5) + rng.uniform(0.4, 1.0) * (1 - height) ** rng.uniform(1, 5)
    glints = np.clip((fractal_noise(rng, size, cells=4.0, octaves=3) - rng.uniform(0.6, 0.75)) * 8, 0, 1)
    density = np.clip(np.maximum(density, glints), 0, 1)
    colour = surface_colour(rng, size, relief)
    bright = np.clip(colour + 180.0 * glints[..., None], 0, 255).astype(np.uint8)
    return finish(bright, body * density)


def defocus(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a solid shape out of focus: its coverage spread by a lens-shaped disc, square of `size` pixels."""
    outlines = []
    for _ in range(int(rng.integers(1, 5))):
        centre = size * rng.uniform(0.25, 0.75, 2)
        radii = size * rng.uniform(0.05, 0.25, 2)
        outlines.append(blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.3))
    solid = fill_outlines(outlines, size)
    radius = max(1, round(size * rng.uniform(0.005, 0.05)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)).astype(np.float32)
    alpha = cv2.filter2D(solid, cv2.CV_32F, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE)
    colour = surface_colour(rng, size, dome(solid, size))
    blurred = cv2.blur(colour, (radius + 1, radius + 1))
    return finish(np.asarray(blurred, np.uint8), alpha)
