"""Glass: turned vessels with a solid stopper or label, and tinted panes in a frame; light goes straight through."""

import numpy as np

from .colours import palette, tints
from .geometry import add_mesh
from .materials import surface


def glassware(rng: np.random.Generator) -> dict:
    """A bottle, a vase or a goblet: thin in the middle, denser at the outline, solid where it is closed."""
    radius, height = _profile(rng)
    clear = rng.uniform(0.05, 0.45)
    glass = surface(
        roughness=rng.uniform(0.0, 0.15),
        coat=1.0,
        coverage=clear,
        edge_coverage=min(1.0, clear + rng.uniform(0.2, 0.6)),
    )
    colours = palette(rng, 2)
    _turned(rng, radius, height, np.repeat(colours[:1], 2, 0), glass)
    solid = surface(roughness=rng.uniform(0.3, 0.9), grain=0.3)
    low, high = sorted(rng.choice(len(height), 2, replace=False))
    high = max(high, low + 6)
    _turned(rng, radius[low:high] * 1.02 + 0.004, height[low:high], palette(rng, 3), solid)
    stopper = np.linspace(0, 0.18, 8)
    _turned(rng, radius[-1] * np.sqrt(np.clip(1 - (stopper / 0.19) ** 2, 0, 1)), height[-1] + stopper, colours, solid)
    return {"elevation": (-0.1, 0.5)}


def pane(rng: np.random.Generator) -> dict:
    """Panes of constant semi-transparency in a solid frame, bars between them."""
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(1, 4))
    colours = palette(rng, columns * rows)
    same = rng.random() < 0.6
    for number in range(columns * rows):
        x, z = (number % columns + 0.5) / columns * 2 - 1, (number // columns + 0.5) / rows * 2 - 1
        glass = surface(roughness=rng.uniform(0, 0.4), coat=1.0, coverage=float(rng.uniform(0.1, 0.75)))
        _box(rng, (x, 0, z), (1 / columns, 0.0, 1 / rows), colours[:1] if same else colours[number : number + 1], glass)
    frame = surface(roughness=rng.uniform(0.3, 0.8), grain=0.4)
    thickness, wood = rng.uniform(0.03, 0.09), palette(rng, 2)
    for column in range(columns + 1):
        _box(rng, (column / columns * 2 - 1, 0, 0), (thickness, thickness, 1 + thickness), wood, frame)
    for row in range(rows + 1):
        _box(rng, (0, 0, row / rows * 2 - 1), (1 + thickness, thickness * 0.9, thickness), wood, frame)
    azimuth = -np.pi / 2 + rng.normal(0, 0.5)
    return {"width": rng.uniform(1.4, 2.6), "azimuth": (azimuth, azimuth + 0.01)}


def _profile(rng: np.random.Generator):
    """Radii and heights of a turned vessel."""
    height = np.linspace(-0.8, 0.6, 60)
    knots = np.clip(rng.uniform(0.12, 0.55, 7), 0.1, 0.6)
    radius = np.interp(height, np.linspace(-0.8, 0.6, 7), knots)
    kernel = np.hanning(15) / np.hanning(15).sum()
    return np.convolve(np.pad(radius, 7, mode="edge"), kernel, mode="valid"), height


def _turned(rng, radius: np.ndarray, height: np.ndarray, colours: np.ndarray, material) -> None:
    """Turn a profile about the upright axis."""
    turns = 72
    angle = np.linspace(0, 2 * np.pi, turns, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle)], 1)
    places = np.concatenate(
        [radius[:, None, None] * ring, np.broadcast_to(height[:, None, None], (len(height), turns, 1))], 2
    ).reshape(-1, 3)
    step, side = np.meshgrid(np.arange(len(height) - 1), np.arange(turns), indexing="ij")
    first, second = step * turns + side, step * turns + (side + 1) % turns
    faces = np.stack([first, second, second + turns, first + turns], -1).reshape(-1, 4)
    add_mesh(places, faces, tints(rng, places, colours, 3.0), material)


def _box(rng, centre, half, colours, material) -> None:
    """A box, or a sheet where one half-size is 0."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    places = np.asarray(centre) + signs * np.asarray(half)
    faces = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    if half[1] == 0:
        places, faces = places[[0, 1, 4, 5]], [[0, 2, 3, 1]]
    add_mesh(places, faces, tints(rng, places, colours, 2.0), material, is_smooth=False)
