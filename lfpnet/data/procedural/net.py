"""Nets and lace: a warped mesh of threads, square, diamond or hexagonal, sometimes torn or sewn to a solid hem."""

import cv2
import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import blob_outline, fill_outlines
from lfpnet.data.procedural.surface import surface_colour

_SUPERSAMPLING = 2


def net(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a piece of net or lace, square of `size` pixels."""
    threads = _threads(rng, size)
    piece = _piece(rng, size)
    alpha = threads * piece
    if rng.random() < 0.5:  # a solid body behind part of the net, or a hem
        centre = size * rng.uniform(0.2, 0.8, 2)
        radii = size * rng.uniform(0.1, 0.25, 2)
        alpha = union(alpha, fill_outlines([blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]))], size))
    relief = 0.05 * fractal_noise(rng, size, cells=rng.uniform(2, 6), octaves=2)
    return finish(soften(surface_colour(rng, size, relief), 0.5), alpha)


def _threads(rng: np.random.Generator, size: int) -> np.ndarray:
    """Distance to the nearest thread of a mesh on warped coordinates, cut at half the thread's width."""
    side = size * _SUPERSAMPLING
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side
    strength = rng.uniform(0.02, 0.12)
    x = x + strength * cv2.resize(fractal_noise(rng, size, cells=2.0, octaves=2), (side, side))
    y = y + strength * cv2.resize(fractal_noise(rng, size, cells=2.0, octaves=2), (side, side))
    cells = rng.uniform(6, 45) * min(1.0, size / 256)
    angles = [np.array([0, np.pi / 2]), np.array([0.5, 2.2]), np.array([0, np.pi / 3, 2 * np.pi / 3])][rng.integers(3)]
    angles = angles + rng.uniform(0, np.pi)
    half_width = rng.uniform(0.04, 0.2)  # of one cell
    nearest = np.full((side, side), 1.0, np.float32)
    for angle in angles:
        phase = (x * np.cos(angle) + y * np.sin(angle)) * cells
        nearest = np.minimum(nearest, np.abs(phase - np.round(phase)))
    if rng.random() < 0.4:  # lace: round eyelets between the threads
        u = (x * np.cos(angles[0]) + y * np.sin(angles[0])) * cells
        v = (-x * np.sin(angles[0]) + y * np.cos(angles[0])) * cells
        ring = np.abs(np.hypot(u - np.round(u), v - np.round(v)) - rng.uniform(0.2, 0.4))
        nearest = np.minimum(nearest, ring)
    softness = cells / side
    coverage = np.clip((half_width - nearest) / softness + 0.5, 0, 1)
    return cv2.resize(coverage, (size, size), interpolation=cv2.INTER_AREA)


def _piece(rng: np.random.Generator, size: int) -> np.ndarray:
    """Where there is cloth at all: a large blob, torn holes taken out now and then."""
    centre = size * rng.uniform(0.4, 0.6, 2)
    radii = size * rng.uniform(0.25, 0.6, 2)
    piece = fill_outlines([blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]))], size)
    if rng.random() < 0.3:
        hole = size * rng.uniform(0.3, 0.7, 2)
        radius = size * rng.uniform(0.03, 0.12)
        piece = piece * (1 - fill_outlines([blob_outline(rng, (hole[0], hole[1]), (radius, radius))], size))
    return piece
