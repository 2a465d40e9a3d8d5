"""Feathers: barbs on both sides of a curved shaft, parted here and there, downy at the base."""

import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import palette, surface_colour


def feather(rng: np.random.Generator, size: int) -> Foreground:
    """Draw one to four feathers, square of `size` pixels."""
    colour = surface_colour(rng, size)
    layers = []
    for _ in range(int(rng.integers(1, 5))):
        shaft, barbs, down = _one(rng, size)
        for strands, taper in ((down, 0.8), (barbs, 0.5), (shaft, 0.7)):
            paint_strands(colour, strands, shade=0.2)
            layers.append(strand_coverage(strands, size, taper=taper))
    return finish(soften(colour, 0.6), union(*layers))


def _one(rng: np.random.Generator, size: int) -> tuple[Strands, Strands, Strands]:
    """Place one feather: shaft, barbs, and the loose down near its root."""
    length = size * rng.uniform(0.45, 0.95)
    direction = rng.uniform(0, 2 * np.pi)
    middle = size * rng.uniform(0.35, 0.65, 2)
    root = middle - 0.5 * length * np.array([np.cos(direction), np.sin(direction)])
    bend = rng.normal(0, 0.5)
    shaft_path = curved_paths(
        root[None].astype(np.float32), np.array([direction - bend / 2]), np.array([length]), np.array([bend]), points=40
    )
    scale = max(size / 512, 0.4)
    colours = palette(rng, 3)
    shaft = Strands(shaft_path, np.array([2.4 * scale], np.float32), colours[:1] * 0.7)
    barbs = _barbs(rng, shaft_path[0], length, colours, scale, is_down=False)
    down = _barbs(rng, shaft_path[0], length, colours * 0.5 + 110, scale, is_down=True)
    return shaft, barbs, down


def _barbs(
    rng: np.random.Generator, shaft: np.ndarray, length: float, colours: np.ndarray, scale: float, *, is_down: bool
) -> Strands:
    """Set barbs along the shaft; down is sparse, wavy and only near the root."""
    count = int(rng.integers(80, 200)) if is_down else int(rng.integers(350, 800))
    place = rng.uniform(0.02, 0.3, count) if is_down else np.sort(rng.uniform(0.15, 1, count))
    index = place * (len(shaft) - 1.001)
    base = index.astype(int)
    roots = shaft[base] + (index - base)[:, None] * (shaft[base + 1] - shaft[base])
    along = np.arctan2(*(shaft[base + 1] - shaft[base]).T[::-1])
    side = np.where(rng.random(count) < 0.5, -1.0, 1.0)
    gaps = 0.12 * np.sin(place * rng.uniform(20, 70) + side)  # the vane parts where neighbours lean apart
    spread = rng.normal(0, 0.4, count) if is_down else gaps + rng.normal(0, 0.02, count)
    reach = length * (0.1 if is_down else rng.uniform(0.12, 0.25)) * np.sqrt(np.clip(1.05 - place, 0.05, 1))
    paths = curved_paths(
        roots.astype(np.float32),
        along + side * rng.uniform(0.7, 1.1) + spread,
        reach * rng.uniform(0.85, 1.1, count),
        -side * rng.uniform(0.1, 0.6) + spread,
        points=6,
        waves=rng.normal(0, 0.6, count) if is_down else None,
    )
    widths = np.full(count, (0.6 if is_down else rng.uniform(0.9, 1.8)) * scale, np.float32)
    band = (np.sin(place * rng.uniform(5, 40)) > 0).astype(int) + 1
    tints = colours[band] * rng.uniform(0.8, 1.2, (count, 1))
    return Strands(paths, widths, np.clip(tints, 0, 255).astype(np.float32))
