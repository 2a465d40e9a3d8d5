"""Scene-linear colours that go together, and smooth random fields to spread them with."""

import colorsys

import numpy as np


def palette(rng: np.random.Generator, count: int) -> np.ndarray:
    """Draw `count` scene-linear colours near one hue, sometimes with an accent; shape (count, 3)."""
    hue, saturation, value = rng.random(), rng.beta(1.5, 2.2), 0.12 + 0.85 * rng.beta(1.8, 1.6)
    spread = rng.choice([0.02, 0.07, 0.35], p=[0.45, 0.35, 0.2])
    rows = [
        colorsys.hsv_to_rgb(
            (hue + rng.normal(0, spread)) % 1,
            float(np.clip(saturation + rng.normal(0, 0.15), 0, 1)),
            float(np.clip(value + rng.normal(0, 0.2), 0.06, 1)),
        )
        for _ in range(count)
    ]
    return np.asarray(rows) ** 2.2


def hair_palette(rng: np.random.Generator, count: int) -> np.ndarray:
    """Natural hair and fur (black, brown, red, blond, grey, white), one in six dyed; scene-linear."""
    if rng.random() < 1 / 6:
        return palette(rng, count)
    darkest, lightest = np.array([0.012, 0.008, 0.006]), np.array([0.75, 0.6, 0.42])
    brown, red = np.array([0.14, 0.065, 0.03]), np.array([0.38, 0.1, 0.03])
    grey = np.full(3, rng.uniform(0.1, 0.8))
    bases = np.stack([darkest, brown, red, lightest, grey])
    first, second = bases[rng.choice(5, 2, p=[0.22, 0.3, 0.13, 0.2, 0.15])]
    weights = rng.random((count, 1)) * rng.choice([0.35, 1.0])
    return np.clip((first * (1 - weights) + second * weights) * rng.uniform(0.7, 1.3, (count, 1)), 0.006, 0.9)


def smooth_field(rng: np.random.Generator, places: np.ndarray, frequency: float, channels: int = 1) -> np.ndarray:
    """A random field of plane waves over places (n, 3), about -1 to 1; shape (n, channels)."""
    waves = 10
    directions = rng.normal(0, frequency, (3, waves * channels))
    phases = rng.uniform(0, 2 * np.pi, waves * channels)
    values = np.sin(places.reshape(-1, 3) @ directions + phases)
    return values.reshape(-1, channels, waves).sum(2) / np.sqrt(waves)


def tints(rng: np.random.Generator, places: np.ndarray, colours: np.ndarray, frequency: float = 3.0) -> np.ndarray:
    """Spread colours over places: patches with soft or hard borders, and a little variation; shape (n, 3)."""
    sharpness = rng.choice([1.5, 4.0, 14.0])
    scores = smooth_field(rng, places, frequency, len(colours)) * sharpness
    weights = np.exp(scores - scores.max(1, keepdims=True))
    mixed = (weights / weights.sum(1, keepdims=True)) @ colours
    return np.clip(mixed * rng.lognormal(0, 0.12, (len(mixed), 1)), 0.004, 1)
