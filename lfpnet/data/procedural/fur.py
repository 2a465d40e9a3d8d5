"""Fur: short dense hairs along the outline of a shaded body, combed in one slowly turning direction."""

import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import blob_outline, dome, fill_outlines
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import surface_colour


def fur(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a furry body, square of `size` pixels."""
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        centre = size * rng.uniform(0.3, 0.7, 2)
        radii = size * rng.uniform(0.1, 0.28, 2)
        parts.append(blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), points=64))
    body = fill_outlines(parts, size)
    colour = surface_colour(rng, size, dome(body, size))
    hairs = _hairs(rng, parts, colour, size)
    paint_strands(colour, hairs, shade=rng.uniform(0, 0.4), tip_gain=rng.uniform(0.9, 1.4))
    alpha = union(body, strand_coverage(hairs, size))
    return finish(soften(colour, 0.5), alpha)


def _hairs(rng: np.random.Generator, parts: list[np.ndarray], colour: np.ndarray, size: int) -> Strands:
    """Root hairs on and inside every outline; colour follows the body below each root."""
    each = int(rng.integers(1000, 5000) / len(parts))
    roots, outward = [], []
    for outline in parts:
        index = rng.integers(0, len(outline), each)
        along = rng.random((each, 1))
        on_edge = outline[index] * (1 - along) + outline[(index + 1) % len(outline)] * along
        middle = outline.mean(axis=0)
        inset = rng.beta(1, 4, (each, 1))
        roots.append(on_edge + inset * (middle - on_edge))
        outward.append(np.arctan2(on_edge[:, 1] - middle[1], on_edge[:, 0] - middle[0]))
    root = np.concatenate(roots).astype(np.float32)
    count = len(root)
    place = np.clip(np.round(root).astype(int), 0, size - 1)
    combed = fractal_noise(rng, size, cells=3.0, octaves=2)[place[:, 1], place[:, 0]] * 2.4 - 1.2
    paths = curved_paths(
        root,
        np.concatenate(outward) + combed * rng.uniform(0.2, 1.2) + rng.normal(0, 0.25, count),
        size * rng.uniform(0.02, 0.09) * rng.lognormal(0, 0.35, count),
        rng.normal(0, 0.5, count) + combed,
        points=5,
    )
    scale = max(size / 512, 0.4)
    widths = np.clip(rng.lognormal(np.log(rng.uniform(0.5, 1.5)), 0.35, count) * scale, 0.3, 2.5).astype(np.float32)
    colours = colour[place[:, 1], place[:, 0]].astype(np.float32) * rng.uniform(0.7, 1.35, (count, 1))
    return Strands(paths, widths, np.clip(colours, 0, 255).astype(np.float32))
