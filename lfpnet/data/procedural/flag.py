"""Many-coloured foregrounds: flags, striped cloth and patchwork, waving, with sharp edges or a frayed hem."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import palette


def flag(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a waving cloth of several strong colours, square of `size` pixels."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    turn = rng.normal(0, 0.5)
    u = (x - 0.5) * np.cos(turn) + (y - 0.5) * np.sin(turn)
    v = -(x - 0.5) * np.sin(turn) + (y - 0.5) * np.cos(turn)
    waves, swing = rng.uniform(1, 4), rng.uniform(0, 0.05)
    v = v + swing * np.sin(2 * np.pi * waves * u + rng.uniform(0, 6))
    half_width, half_height = rng.uniform(0.2, 0.42), rng.uniform(0.12, 0.35)
    inside = np.minimum(half_width - np.abs(u), half_height - np.abs(v)) * size
    alpha = np.clip(inside + 0.5, 0, 1)
    colour = _cloth(rng, u / half_width, v / half_height)
    fold = 0.8 + 0.35 * np.cos(2 * np.pi * waves * u) * min(1.0, swing * 25)
    colour = colour * (fold * (0.85 + 0.3 * fractal_noise(rng, size, cells=6.0)))[..., None]
    painted = np.clip(colour, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        fringe = _fringe(rng, inside, painted)
        paint_strands(painted, fringe, shade=0)
        alpha = union(alpha, strand_coverage(fringe, size))
    return finish(soften(painted, 0.6), alpha)


def _cloth(rng: np.random.Generator, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Stripes, a cross, patches or rays in colours far apart from each other."""
    colours = np.concatenate([palette(rng, 1) for _ in range(6)])
    kind = rng.integers(4)
    if kind == 0:
        index = np.floor((v if rng.random() < 0.5 else u) * rng.uniform(1.5, 6) + 6).astype(int) % int(
            rng.integers(2, 6)
        )
    elif kind == 1:
        width = rng.uniform(0.15, 0.4)
        index = ((np.abs(u + 0.3) < width) | (np.abs(v) < width)).astype(int)
    elif kind == 2:
        cells = rng.uniform(1.5, 4)
        index = (np.floor(u * cells + 9) * 2 + np.floor(v * cells + 9) * 3).astype(int) % 6
    else:
        index = np.floor((np.arctan2(v, u) / (2 * np.pi) + 0.5) * int(rng.integers(4, 12))).astype(int) % 6
    return colours[index]


def _fringe(rng: np.random.Generator, inside: np.ndarray, colour: np.ndarray) -> Strands:
    """Loose threads all around the edge, in the colour of the cloth at their root."""
    size = len(inside)
    rows, columns = np.nonzero(np.abs(inside - 1) < 1)
    if len(rows) == 0:
        rows, columns = np.array([size // 2]), np.array([size // 2])
    chosen = rng.integers(0, len(rows), int(rng.integers(150, 700)))
    roots = np.stack([columns[chosen], rows[chosen]], axis=1).astype(np.float32)
    smooth = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 2)
    outward_x, outward_y = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    direction = np.arctan2(-outward_y[rows[chosen], columns[chosen]], -outward_x[rows[chosen], columns[chosen]])
    count = len(chosen)
    paths = curved_paths(
        roots,
        direction + rng.normal(0, 0.3, count),
        size * rng.uniform(0.01, 0.06) * rng.uniform(0.5, 1.5, count),
        rng.normal(0, 0.7, count),
        points=5,
    )
    widths = np.full(count, rng.uniform(0.5, 1.2) * max(size / 512, 0.4), np.float32)
    return Strands(paths, widths, colour[rows[chosen], columns[chosen]].astype(np.float32))
