"""Leaves: pointed, lobed and veined leaves on thin twigs, overlapping, with gaps between them."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.shapes import fill_outlines
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import palette, surface_colour


def leaves(rng: np.random.Generator, size: int) -> Foreground:
    """Draw twigs with leaves, square of `size` pixels."""
    twigs = _twigs(rng, size)
    colour = surface_colour(rng, size)
    paint_strands(colour, twigs)
    outlines, veins, tints = [], [], []
    lobes, lobe_depth = int(rng.integers(0, 8)), rng.uniform(0, 0.35)
    leaf_length = size * rng.uniform(0.04, 0.14)
    greens = np.array([[70, 120, 40], [110, 150, 60], [60, 90, 45], [160, 130, 50]], np.float32)
    colours = palette(rng, 4) if rng.random() < 0.4 else greens
    for path in twigs.paths:
        for root in path[2:]:
            direction = rng.uniform(0, 2 * np.pi)
            length = leaf_length * rng.uniform(0.6, 1.4)
            outlines.append(_outline(rng, root, direction, length, lobes, lobe_depth))
            veins.append([root, root + length * np.array([np.cos(direction), np.sin(direction)])])
            tints.append(colours[rng.integers(4)] * rng.uniform(0.6, 1.4))
    _paint_leaves(colour, outlines, tints)
    tint = np.clip(np.asarray(tints, np.float32) * 1.25 + 10, 0, 255)
    width = np.full(len(veins), max(1.0, size / 400), np.float32)
    paint_strands(colour, Strands(np.asarray(veins, np.float32), width, tint), shade=0)
    return finish(soften(colour, 0.6), union(fill_outlines(outlines, size), strand_coverage(twigs, size, taper=0.6)))


def _twigs(rng: np.random.Generator, size: int) -> Strands:
    """Bend a few twigs across the square."""
    count = int(rng.integers(3, 14))
    roots = rng.uniform(0.05, 0.95, (count, 2)) * size
    towards = np.arctan2(size / 2 - roots[:, 1], size / 2 - roots[:, 0])
    paths = curved_paths(
        roots.astype(np.float32),
        towards + rng.normal(0, 0.6, count),
        size * rng.uniform(0.3, 0.7, count),
        rng.normal(0, 0.6, count),
        points=12,
    )
    widths = np.clip(rng.uniform(1, 6, count) * size / 512, 0.4, None).astype(np.float32)
    return Strands(paths, widths, palette(rng, 1).repeat(count, axis=0) * 0.7)


def _outline(
    rng: np.random.Generator, root: np.ndarray, direction: float, length: float, lobes: int, depth: float
) -> np.ndarray:
    """One leaf: a lens between root and tip, its edge cut into lobes."""
    along = np.concatenate([np.linspace(0, 1, 24), np.linspace(1, 0, 24)])
    side = np.repeat([1.0, -1.0], 24)
    half = 0.28 * np.sin(np.pi * along**0.8) * (1 - depth * np.abs(np.sin(lobes * np.pi * along)))
    half *= rng.uniform(0.6, 1.3)
    x, y = along * length, side * half * length
    return np.stack([root[0] + x * np.cos(direction) - y * np.sin(direction),
                     root[1] + x * np.sin(direction) + y * np.cos(direction)], axis=1)  # fmt: skip


def _paint_leaves(colour: np.ndarray, outlines: list[np.ndarray], tints: list[np.ndarray]) -> None:
    """Tint the textured surface leaf by leaf, a pixel wider than the outline so that colour lies under its edge."""
    flat = np.zeros_like(colour)
    covered = np.zeros(colour.shape[:2], np.uint8)
    for outline, tint in zip(outlines, tints, strict=True):
        corners = [np.round(outline).astype(np.int32)]
        for canvas, value in ((flat, np.clip(tint, 0, 255).tolist()), (covered, 255)):
            cv2.fillPoly(canvas, corners, value)
            cv2.polylines(canvas, corners, isClosed=True, color=value, thickness=3)
    detail = colour.astype(np.float32) / max(float(colour.mean()), 1.0)
    tinted = np.clip(flat * (0.4 + 0.6 * detail), 0, 255).astype(np.uint8)
    colour[covered > 0] = tinted[covered > 0]
