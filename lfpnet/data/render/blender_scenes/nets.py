"""Nets, fences, fabric and lace: threads in a weave that hangs in folds, on a rod that is solid."""

import numpy as np

from .colours import palette, smooth_field, tints
from .geometry import add_mesh, add_strands
from .materials import strand, surface


def net(rng: np.random.Generator) -> dict:
    """One weave of the plane, folded, under a rod."""
    weave = rng.choice(["square", "diamond", "hexagon", "rings"], p=[0.3, 0.25, 0.25, 0.2])
    cells = int(rng.integers(9, 32))
    threads = _WEAVES[weave](cells) * 2.6 - 1.3
    depth, frequency = rng.uniform(0.02, 0.25), rng.uniform(1, 4)
    flat = np.concatenate([threads[..., :1], np.zeros_like(threads[..., :1]), threads[..., 1:]], -1)
    fold_seed = int(rng.integers(1 << 31))
    folds = smooth_field(np.random.default_rng(fold_seed), flat.reshape(-1, 3) * [1, 1, 0.4], frequency, 3)
    places = flat + folds.reshape(flat.shape) * np.array([0.05, 1, 0.05]) * depth
    colours = palette(rng, 2)
    radius = 2.6 / cells * float(np.exp(rng.uniform(np.log(0.02), np.log(0.13))))
    radii = np.full(places.shape[:2], radius) * rng.lognormal(0, 0.1, (len(places), 1))
    add_strands(places, radii, tints(rng, places.mean(1), colours, 2.0), strand(is_matt=rng.random() < 0.7))
    _rod(rng, 1.3 + radius)
    azimuth = -np.pi / 2 + rng.normal(0, 0.4)
    return {"width": rng.uniform(1.0, 2.2), "azimuth": (azimuth, azimuth + 0.01), "aim": (0, 0, rng.uniform(0.2, 0.9))}


def _square(cells: int) -> np.ndarray:
    """Threads along both axes, (n, k, 2) from 0 to 1."""
    along = np.linspace(0, 1, 60)
    lines = [np.stack([np.full(60, position), along], 1) for position in np.linspace(0, 1, cells)]
    return np.stack([*lines, *(line[:, ::-1] for line in lines)])


def _diamond(cells: int) -> np.ndarray:
    """The same, turned by an eighth and larger, so that it covers the square."""
    turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
    return (_square(cells) - 0.5) * 1.5 @ turn + 0.5


def _hexagon(cells: int) -> np.ndarray:
    """Zigzags that touch: a mesh with six corners, smoothed by the strands themselves."""
    along = np.linspace(0, 1, cells * 8)
    wave = np.clip(np.abs((along * cells * 1.2) % 2 - 1) * 2 - 0.5, 0, 1) / cells
    rows = [
        np.stack([along, position + (wave if number % 2 else -wave) * 0.5], 1)
        for number, position in enumerate(np.linspace(0, 1, cells))
    ]
    return np.stack(rows)


def _rings(cells: int) -> np.ndarray:
    """Overlapping circles, as in lace."""
    angle = np.linspace(0, 2 * np.pi, 28)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    centres = np.stack(np.meshgrid(np.arange(cells), np.arange(cells)), -1).reshape(-1, 2) + 0.5
    big = [(centre + circle * 0.56) / cells for centre in centres]
    small = [(centre + circle * 0.25) / cells for centre in centres]
    return np.stack(big + small)


def _rod(rng: np.random.Generator, height: float) -> None:
    """A round bar that carries the net."""
    turns, length = 24, 40
    angle = np.linspace(0, 2 * np.pi, turns, endpoint=False)
    thickness = rng.uniform(0.04, 0.15)
    ring = np.stack([np.zeros(turns), np.cos(angle) * thickness, np.sin(angle) * thickness + height], 1)
    places = (ring[None] + np.linspace(-1.7, 1.7, length)[:, None, None] * np.array([1, 0, 0])).reshape(-1, 3)
    faces = []
    for step in range(length - 1):
        for side in range(turns):
            first, second = step * turns + side, step * turns + (side + 1) % turns
            faces.append([first, second, second + turns, first + turns])
    shades = tints(rng, places * [1, 0, 0], palette(rng, 3), 4.0)
    add_mesh(places, faces, shades, surface(roughness=rng.uniform(0.2, 0.7), grain=0.2))


_WEAVES = {"square": _square, "diamond": _diamond, "hexagon": _hexagon, "rings": _rings}
