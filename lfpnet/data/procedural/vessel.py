"""Vessels of glass: bottles, vases and tumblers with walls, a floor, glints along them and something in most."""

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish
from lfpnet.data.procedural.noise import fractal_noise
from lfpnet.data.procedural.shapes import fill_outlines
from lfpnet.data.procedural.surface import palette

_PROFILE_POINTS = 64


def vessel(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a body of revolution that is clear in the middle and dense at its walls, square of `size` pixels."""
    length, widest, tilt = size * rng.uniform(0.4, 0.85), size * rng.uniform(0.1, 0.28), rng.normal(0, 0.15)
    profile = _profile(rng)
    body, along, across = _placed(size, length, widest * profile, tilt)
    wall = np.clip(np.abs(across), 0, 1) ** rng.uniform(3, 14)
    density = rng.uniform(0.04, 0.3) + rng.uniform(0.3, 0.9) * wall
    density = np.maximum(density, rng.uniform(0.5, 1) * _above(along, 1 - rng.uniform(0.02, 0.1), size))  # the floor
    tints = palette(rng, 2)
    clear = np.clip(150 + 0.4 * tints[0], 0, 255) if rng.random() < 0.6 else tints[0]
    colour = np.broadcast_to(clear, (size, size, 3)) * (1.1 - 0.6 * wall[..., None])
    if rng.random() < 0.6:
        filled = _above(along, rng.uniform(0.2, 0.8), size) * _above(-np.abs(across), -rng.uniform(0.8, 0.97), size / 4)
        density = np.maximum(density, rng.uniform(0.35, 1.0) * filled)
        liquid = tints[1] * (0.75 + 0.5 * fractal_noise(rng, size, cells=2.0, octaves=3)[..., None])
        colour = colour * (1 - filled[..., None]) + liquid * filled[..., None]
    glints = _glints(rng, along, across)
    bright = np.clip(colour + 200 * glints[..., None], 0, 255).astype(np.uint8)
    return finish(bright, body * np.clip(np.maximum(density, glints), 0, 1))


def _profile(rng: np.random.Generator) -> Float32[np.ndarray, " points"]:
    """Radius from mouth to floor, the largest about 1, without corners."""
    knots = rng.uniform(0.35, 1.0, int(rng.integers(2, 6)))
    steps = np.linspace(0, len(knots) - 1, _PROFILE_POINTS)
    smooth = np.convolve(np.pad(np.interp(steps, np.arange(len(knots)), knots), 6, mode="edge"), np.ones(13) / 13)
    return smooth[12:-12].astype(np.float32)


def _placed(
    size: int, length: float, radii: Float32[np.ndarray, " points"], tilt: float
) -> tuple[Float32[np.ndarray, "s s"], Float32[np.ndarray, "s s"], Float32[np.ndarray, "s s"]]:
    """Coverage of the body, and for each pixel its place from mouth (0) to floor (1) and from wall (-1) to wall (1)."""
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    heights = np.linspace(-0.5, 0.5, len(radii)) * length
    sides = np.concatenate([np.stack([radii, heights], 1), np.stack([-radii, heights], 1)[::-1]])
    body = fill_outlines([(sides @ turn.T + size / 2).astype(np.float32)], size)
    y, x = np.mgrid[0:size, 0:size] - size / 2
    along = (-x * np.sin(tilt) + y * np.cos(tilt)) / length + 0.5
    radius = np.interp(along.ravel(), np.linspace(0, 1, len(radii)), radii).reshape(size, size)
    across = (x * np.cos(tilt) + y * np.sin(tilt)) / radius
    return body, along.astype(np.float32), across.astype(np.float32)


def _above(values: np.ndarray, level: float, size: float) -> Float32[np.ndarray, "s s"]:
    """1 where a value is above a level, 0 below, with an edge of about a pixel."""
    return np.clip((values - level) * size / 2 + 0.5, 0, 1).astype(np.float32)


def _glints(rng: np.random.Generator, along: np.ndarray, across: np.ndarray) -> Float32[np.ndarray, "s s"]:
    """One to three streaks that follow the wall."""
    glints = np.zeros(along.shape)
    for _ in range(int(rng.integers(1, 4))):
        place, width, middle, reach = rng.uniform(-0.85, 0.85), rng.uniform(0.02, 0.1), *rng.uniform(0.15, 0.5, 2)
        streak = np.exp(-(((across - place) / width) ** 2) - (((along - middle) / reach) ** 4))
        glints = np.maximum(glints, rng.uniform(0.4, 1.0) * streak)
    return cv2.GaussianBlur(glints.astype(np.float32), (0, 0), 0.7)
