"""Feathers of single barbs on a shaft, with splits and down, one or a few of them."""

import numpy as np

from .colours import hair_palette, palette, smooth_field, tints
from .geometry import add_strands, normals_along, unit
from .materials import strand
from .strands import grow, tapered

_POINTS = 12


def feathers(rng: np.random.Generator) -> dict:
    """One to five feathers, side by side or as a fan."""
    count = int(rng.choice([1, 2, 3, 5], p=[0.4, 0.25, 0.2, 0.15]))
    colours = palette(rng, 3) if rng.random() < 0.5 else hair_palette(rng, 3)
    for number in range(count):
        tilt = 0.0 if count == 1 else (number / (count - 1) - 0.5) * rng.uniform(0.8, 1.6)
        _feather(rng, np.array([0.12 * tilt, 0.06 * number, -0.85]), tilt + rng.normal(0, 0.06), colours)
    azimuth = -np.pi / 2 + rng.normal(0, 0.4)
    return {"azimuth": (azimuth, azimuth + 0.01), "roll": 2.0}


def _feather(rng: np.random.Generator, place: np.ndarray, tilt: float, colours: np.ndarray) -> None:
    heading = unit(np.array([np.sin(tilt), rng.normal(0, 0.1), np.cos(tilt)]))
    shaft = grow(
        rng,
        place[None],
        heading[None],
        np.array([rng.uniform(1.3, 1.8)]),
        steps=120,
        gravity=rng.uniform(-0.05, 0.15),
        bend=rng.uniform(0.1, 0.7),
        curl=0.0,
        frizz=0.0,
    )
    thickness = tapered(np.array([rng.uniform(0.009, 0.02)]), 120, 0.1)
    add_strands(shaft, thickness, colours[:1] * 0.6 + 0.3, strand(is_matt=True))
    width = rng.uniform(0.1, 0.32)
    for side in (-1.0, 1.0):
        _barbs(rng, shaft[0], normals_along(shaft)[0], side * width * rng.uniform(0.6, 1.1), colours)


def _barbs(rng, shaft: np.ndarray, along: np.ndarray, width: float, colours: np.ndarray) -> None:
    """All barbs of one side; they leave the shaft at an angle and curve towards the tip, some apart from the others."""
    count = int(rng.integers(250, 620))
    position = np.sort(rng.uniform(0.12, 1, count))
    index = np.minimum((position * (len(shaft) - 1)).astype(int), len(shaft) - 1)
    roots, forward = shaft[index], along[index]
    across = unit(np.cross(forward, [0.0, 1.0, 0.0])) * np.sign(width)
    shape = np.sin(np.pi * np.clip(position * 0.93 + 0.07, 0, 1) ** rng.uniform(0.7, 1.3)) ** 0.6
    lengths = abs(width) * (shape + 0.05) * rng.uniform(0.92, 1.05, count) * 1.35
    gaps = smooth_field(rng, np.stack([position * 9, position * 0, position * 0], 1), 2.0)[:, 0]
    lean = rng.uniform(0.5, 1.1) + 0.22 * np.round(gaps * 2) + rng.normal(0, 0.015, count)
    down = np.clip((0.32 - position) / 0.2, 0, 1) * rng.uniform(0.3, 1)
    reach = np.linspace(0, 1, _POINTS)[None, :, None]
    angle = lean[:, None, None] + 0.5 * reach
    barbs = across[:, None] * np.cos(angle * 0.75) + forward[:, None] * np.sin(angle * 0.75)
    barbs = roots[:, None] + np.cumsum(barbs * lengths[:, None, None] / _POINTS, 1)
    barbs[:, 0] = roots
    depth = np.array([0.0, 1.0, 0.0]) * rng.normal(0, 0.01, (count, 1, 1)) * reach
    kinks = np.cumsum(rng.normal(0, 1, barbs.shape), 1) * (down * lengths)[:, None, None] * 0.09
    radius = rng.uniform(0.0012, 0.0024) * (1 - 0.5 * down)
    marks = np.stack([position * 3, np.full(count, np.sign(width)), position * 0], 1)
    material = strand(roughness=rng.uniform(0.2, 0.5), is_matt=rng.random() < 0.5)
    add_strands(barbs + depth + kinks, tapered(radius, _POINTS, 0.4), tints(rng, marks, colours, 3.0), material)
