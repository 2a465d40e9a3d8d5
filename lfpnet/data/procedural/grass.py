"""Grass: overlapping broad blades growing from the lower edge, lit from root to tip, some bent over."""

import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import palette, surface_colour


def grass(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a tuft of grass, square of `size` pixels."""
    count = int(rng.integers(40, 500))
    ground = size * rng.uniform(0.7, 1.05)
    roots = np.stack([rng.uniform(-0.05, 1.05, count) * size, rng.normal(ground, size * 0.04, count)], axis=1)
    order = np.argsort(roots[:, 1])
    lean = rng.normal(0, 0.2)
    paths = curved_paths(
        roots[order].astype(np.float32),
        -np.pi / 2 + lean + rng.normal(0, 0.3, count),
        size * rng.uniform(0.25, 0.8) * rng.uniform(0.3, 1.2, count),
        rng.normal(0, 0.9, count),
        points=9,
    )
    scale = max(size / 512, 0.4)
    widths = np.clip(rng.lognormal(np.log(rng.uniform(1.2, 5)), 0.4, count) * scale, 0.5, 12).astype(np.float32)
    colours = _blade_colours(rng, count)
    blades = Strands(paths, widths, colours)
    colour = surface_colour(rng, size)
    colour = (0.3 * colour + 0.7 * colours.mean(axis=0)).astype(np.uint8)
    paint_strands(colour, blades, shade=rng.uniform(0.1, 0.6))
    return finish(soften(colour, 0.6), strand_coverage(blades, size, taper=0.97))


def _blade_colours(rng: np.random.Generator, count: int) -> np.ndarray:
    """Give each blade a green or straw tint, or any palette in one of four tufts."""
    greens = np.array([[60, 110, 35], [95, 140, 50], [150, 160, 80], [180, 160, 95]], np.float32)
    colours = palette(rng, 4) if rng.random() < 0.25 else greens
    return np.clip(colours[rng.integers(0, 4, count)] * rng.uniform(0.6, 1.4, (count, 1)), 0, 255).astype(np.float32)
