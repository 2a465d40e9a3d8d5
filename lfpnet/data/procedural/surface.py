"""Shaded, structured surfaces: a pattern of related colours, relief, one to three lamps and their highlights."""

import colorsys

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.data.procedural.noise import fractal_noise


def palette(rng: np.random.Generator, count: int) -> Float32[np.ndarray, "count 3"]:
    """Draw colours that go together: near one hue for natural things, sometimes with an accent.

    Returns:
        Display-encoded colours from 0 to 255.
    """
    hue, saturation, value = rng.random(), rng.beta(1.4, 2.6), rng.beta(2.2, 1.8) * 0.9 + 0.08
    spread = rng.choice([0.03, 0.08, 0.35], p=[0.45, 0.35, 0.2])
    rows = []
    for _ in range(count):
        row_hue = (hue + rng.normal(0, spread)) % 1.0
        row_saturation = np.clip(saturation + rng.normal(0, 0.15), 0, 1)
        row_value = np.clip(value + rng.normal(0, 0.18), 0.03, 1)
        rows.append(colorsys.hsv_to_rgb(row_hue, float(row_saturation), float(row_value)))
    return np.asarray(rows, np.float32) * 255.0


def surface_colour(
    rng: np.random.Generator, size: int, relief: Float32[np.ndarray, "size size"] | None = None
) -> UInt8[np.ndarray, "size size 3"]:
    """Paint a shaded surface over a whole square.

    Args:
        rng: source of randomness.
        size: side in pixels.
        relief: height of the surface in units of the side (a ball of radius 0.3 rises to 0.3); flat when None.

    Returns:
        Display-encoded colour, shape (size, size, 3).
    """
    colour = _pattern(rng, size)
    height = 0.02 * rng.random() * fractal_noise(rng, size, cells=rng.uniform(4, 16), octaves=4)
    if relief is not None:
        height = height + relief
    shade, highlight = _light(rng, height, size)
    grain = rng.normal(0, rng.uniform(1, 7), (size, size, 1)).astype(np.float32)
    colour = colour * shade + highlight + grain
    return np.clip(colour, 0, 255).astype(np.uint8)


def _pattern(rng: np.random.Generator, size: int) -> np.ndarray:
    """Mix a palette by noise, stripes, checks or spots."""
    colours = palette(rng, 4)
    kind = rng.choice(["noise", "patches", "stripes", "checks", "spots"], p=[0.45, 0.2, 0.15, 0.08, 0.12])
    position = fractal_noise(rng, size, cells=rng.uniform(1.5, 8), octaves=6, roughness=rng.uniform(0.4, 0.75))
    if kind == "noise":
        return _ramp(colours, position)
    warp = 0.12 * (position - 0.5)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    angle, frequency = rng.uniform(0, np.pi), rng.uniform(3, 20)
    along = x * np.cos(angle) + y * np.sin(angle) + warp
    across = -x * np.sin(angle) + y * np.cos(angle) + warp
    if kind == "stripes":
        wave = np.sin(2 * np.pi * frequency * along)
    elif kind == "checks":
        wave = np.sin(2 * np.pi * frequency * along) * np.sin(2 * np.pi * frequency * across)
    elif kind == "spots":
        wave = fractal_noise(rng, size, cells=frequency * 2, octaves=1) * 2 - 1.3
    else:
        wave = fractal_noise(rng, size, cells=frequency, octaves=3) * 2 - 1
    weight = np.clip(wave * rng.uniform(2, 25) + 0.5, 0, 1)[..., None]
    return _ramp(colours[:2], position) * (1 - weight) + _ramp(colours[2:], position) * weight


def _ramp(colours: np.ndarray, position: np.ndarray) -> np.ndarray:
    """Interpolate a list of colours at positions from 0 to 1, by a table."""
    steps = np.linspace(0, len(colours) - 1, 256)
    table = np.stack([np.interp(steps, np.arange(len(colours)), channel) for channel in colours.T], axis=1)
    return table.astype(np.float32)[(position * 255).astype(np.uint8)]


def _light(rng: np.random.Generator, height: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Lambert shade under ambient light, and highlights, of one to three lamps of different tints."""
    slope_x = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=size / 8)
    slope_y = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=size / 8)
    length = np.sqrt(slope_x**2 + slope_y**2 + 1)
    ambient = rng.uniform(0.2, 0.65)
    shade = np.full((*height.shape, 3), ambient, np.float32)
    highlight = np.zeros_like(shade)
    glossiness, sharpness = rng.choice([0.0, 60.0, 160.0], p=[0.45, 0.3, 0.25]), rng.uniform(8, 70)
    lamps = int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15]))
    for lamp in range(lamps):
        strength = (1.35 - ambient) * (1.0 if lamp == 0 else rng.uniform(0.25, 0.7))
        tint = 1 + rng.normal(0, 0.05 if lamp == 0 else 0.2) * np.array([1.0, 0.1, -1.0], np.float32)
        azimuth, elevation = rng.uniform(0, 2 * np.pi), rng.uniform(0.25, 1.3)
        across_x, across_y = np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth)
        cosine = (np.sin(elevation) - slope_x * across_x - slope_y * across_y) / length
        cosine = np.maximum(cosine, 0, dtype=np.float32)
        tinted = np.clip(tint, 0.4, 1.6).astype(np.float32)
        shade += (strength * cosine)[..., None] * tinted
        if glossiness:
            halfway = np.clip((cosine * length + 1) / (length * np.sqrt(2 + 2 * np.sin(elevation))), 0, 1)
            highlight += (glossiness * cv2.pow(halfway, sharpness))[..., None] * tinted
    fall_off = 0.6 + 0.8 * fractal_noise(rng, size, cells=1.0, octaves=2)
    return shade * fall_off[..., None], highlight
