"""Strands from roots: length, comb, gravity, curl, clumps and strays, as arrays."""

import numpy as np

from .colours import smooth_field
from .geometry import unit

_LONGEST_KINK = 0.3  # long hair is not wilder than short hair


def grow(
    rng: np.random.Generator,
    places: np.ndarray,
    directions: np.ndarray,
    lengths: np.ndarray,
    *,
    steps: int,
    gravity: float,
    bend: float,
    curl: float,
    frizz: float,
) -> np.ndarray:
    """Let strands grow step by step.

    Args:
        rng: source of randomness.
        places: roots (n, 3).
        directions: unit directions at the roots (n, 3).
        lengths: of each strand (n).
        steps: points on each.
        gravity: how much they fall, 0 to 1 over a length of 1.
        bend: how much a smooth field turns them.
        curl: amplitude of curls, in lengths.
        frizz: amplitude of small kinks, in lengths of up to 0.3.

    Returns:
        Points (n, steps, 3).
    """
    step = (lengths / (steps - 1))[:, None]
    heading, place = directions.copy(), places.copy()
    points = [place]
    field = np.random.default_rng(rng.integers(1 << 31))
    seed = int(field.integers(1 << 31))
    for _ in range(steps - 1):
        wander = smooth_field(np.random.default_rng(seed), place, 2.2, 3) * bend
        heading = unit(heading + step * (wander + np.array([0, 0, -1.0]) * gravity * 3))
        place = place + heading * step
        points.append(place)
    strands = np.stack(points, 1)
    along = np.linspace(0, 1, steps)[None, :, None]
    return strands + _curls(rng, strands, along, lengths, curl) + _kinks(rng, strands, along, lengths, frizz)


def clumped(rng: np.random.Generator, strands: np.ndarray, clumps: int, strength: float) -> np.ndarray:
    """Draw strands towards the nearest of `clumps` chosen ones, the more the nearer their tips."""
    chosen = strands[rng.choice(len(strands), min(clumps, len(strands)), replace=False)]
    nearest = _nearest(strands[:, 0], chosen[:, 0])
    pull = (np.linspace(0, 1, strands.shape[1]) ** 1.4)[None, :, None] * strength
    pull = pull * rng.uniform(0.4, 1, (len(strands), 1, 1))
    return strands * (1 - pull) + chosen[nearest] * pull


def tapered(radius: np.ndarray, steps: int, tip: float = 0.25) -> np.ndarray:
    """Radii (n, steps) that thin out towards the tips."""
    return radius[:, None] * (1 - (1 - tip) * np.linspace(0, 1, steps)[None] ** 2)


def _curls(rng, strands, along, lengths, curl):
    """Helices across the strand, alike among neighbours."""
    if not curl:
        return 0.0
    phase = smooth_field(rng, strands[:, 0], 5.0)[:, :, None] * 4
    turns = rng.uniform(1.5, 6) * lengths[:, None, None] / max(float(lengths.mean()), 1e-6)
    angle = 2 * np.pi * turns * along + phase
    side, up = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    size = curl * lengths[:, None, None] * np.minimum(along * 3, 1)
    return size * (np.cos(angle) * side + np.sin(angle) * up - np.cos(phase) * side - np.sin(phase) * up)


def _kinks(rng, strands, along, lengths, frizz):
    """A walk of each strand on its own."""
    walk = np.cumsum(rng.normal(0, 1, strands.shape), 1) / np.sqrt(strands.shape[1])
    size = np.minimum(lengths, _LONGEST_KINK)[:, None, None] * rng.lognormal(0, 0.6, (len(strands), 1, 1))
    return walk * along * frizz * size


def _nearest(places: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Index of the centre nearest to each place, in blocks that fit the memory."""
    squares = (centres**2).sum(1)
    blocks = [
        np.argmin(squares - 2 * block @ centres.T, 1) for block in np.array_split(places, len(places) // 4096 + 1)
    ]
    return np.concatenate(blocks)
