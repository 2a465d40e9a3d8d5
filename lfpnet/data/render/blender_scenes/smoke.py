"""Smoke, steam and dust: many thin billboards that face the camera, torn by noise, above a solid source."""

import numpy as np

from .bodies import add_body, blobs, body_surface
from .colours import palette
from .geometry import add_mesh
from .materials import puff, surface


def smoke(rng: np.random.Generator) -> dict:
    """A plume or a bank of puffs; it is only looked at from the front."""
    count = int(rng.integers(12, 30))
    rise = rng.random(count)
    lean, spread = rng.normal(0, 0.4), rng.uniform(0.15, 0.8)
    places = np.stack([lean * rise + rng.normal(0, 1, count) * spread * (0.3 + rise), rng.normal(0, 0.2, count)], 1)
    heights = -0.8 + 1.7 * rise
    sizes = rng.uniform(0.35, 0.7) * (0.5 + rise) * rng.uniform(0.7, 1.4, count)
    tone = palette(rng, 1)[0] * 0.35 + rng.uniform(0.02, 0.65) if rng.random() < 0.6 else palette(rng, 1)[0]
    thickness, wisps = rng.uniform(0.12, 0.7), rng.uniform(1.2, 4)
    materials = [puff(thickness, wisps=wisps, offset=float(rng.uniform(0, 100))) for _ in range(min(count, 8))]
    for number in range(count):
        x, y = places[number]
        _billboard(x, y + 0.01 * number, heights[number], sizes[number], tone, rng, materials[number % len(materials)])
    body = body_surface(rng, blobs(rng) * 0.5 + [0, 0.2, -0.75, 0])
    add_body(rng, body, palette(rng, 3), surface(roughness=rng.uniform(0.2, 0.9), grain=0.3))
    azimuth = -np.pi / 2
    return {"width": rng.uniform(1.6, 2.4), "azimuth": (azimuth, azimuth + 0.01), "elevation": (-0.1, 0.1)}


def _billboard(x, y, z, size, tone, rng, material) -> None:
    """A square in the plane of the picture, brighter above, turned at random about the line of sight."""
    angle = rng.uniform(-0.6, 0.6)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flat = corners @ turn.T
    places = np.stack([flat[:, 0] + x, np.full(4, y), flat[:, 1] + z], 1)
    shades = np.clip(tone[None] * np.array([0.6, 0.6, 1.1, 1.1])[:, None] * rng.lognormal(0, 0.15), 0.003, 1)
    add_mesh(places, [[0, 1, 2, 3]], shades, material, uvs=[[0, 0], [1, 0], [1, 1], [0, 1]], is_smooth=False)
