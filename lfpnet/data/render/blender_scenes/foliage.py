"""Twigs with leaves and ferns, and grass: true outlines, so that their coverage needs no texture."""

import numpy as np

from .colours import palette, tints
from .geometry import add_mesh, add_strands, normals_along, unit
from .materials import strand, surface
from .strands import grow, tapered

_GREENS = np.array([[0.05, 0.16, 0.02], [0.12, 0.3, 0.03], [0.3, 0.4, 0.06], [0.02, 0.07, 0.02]])


def foliage(rng: np.random.Generator) -> dict:
    """Some twigs that branch from one place, each with leaves along it."""
    twigs = int(rng.integers(3, 16))
    places = np.zeros((twigs, 3)) + rng.normal(0, 0.12, (twigs, 3)) + [0, 0, -0.8]
    headings = unit(rng.normal(0, 0.55, (twigs, 3)) + np.array([0, 0, 1]))
    lengths = rng.uniform(0.8, 1.7, twigs)
    stems = grow(
        rng, places, headings, lengths, steps=24, gravity=rng.uniform(-0.1, 0.6), bend=1.2, curl=0.0, frizz=0.05
    )
    bark = palette(rng, 1) * 0.3 if rng.random() < 0.3 else np.array([[0.08, 0.05, 0.03]])
    radii = tapered(rng.uniform(0.006, 0.018, twigs), 24, 0.2)
    add_strands(stems, radii, np.repeat(bark, twigs, 0), strand(is_matt=True))
    count = int(rng.integers(8, 40))
    size = rng.uniform(0.08, 0.28)
    steps = np.sort(rng.uniform(4, 23, (twigs, count)), 1).astype(int)
    roots = np.take_along_axis(stems, steps[..., None], 1).reshape(-1, 3)
    along = np.take_along_axis(normals_along(stems), steps[..., None], 1).reshape(-1, 3)
    side = unit(np.cross(along, rng.normal(0, 1, along.shape)))
    sizes = size * rng.uniform(0.5, 1.2, len(roots))
    _leaves(rng, roots, unit(along * rng.uniform(0.2, 1) + side), sizes)
    return {}


def grass(rng: np.random.Generator) -> dict:
    """Blades from a strip of ground, some with ears, before a low bank that is solid."""
    count = int(rng.integers(250, 1800))
    places = np.stack([rng.uniform(-1.6, 1.6, count), rng.normal(0, 0.25, count), np.full(count, -0.85)], 1)
    lengths = rng.uniform(0.4, 1.4, count) * rng.uniform(0.6, 1.2)
    headings = unit(rng.normal(0, 0.25, (count, 3)) + np.array([rng.normal(0, 0.2), 0, 1]))
    blades = grow(
        rng, places, headings, lengths, steps=12, gravity=rng.uniform(0.0, 0.5), bend=1.0, curl=0.0, frizz=0.02
    )
    width = rng.uniform(0.004, 0.014) * rng.uniform(0.5, 1.3, count)
    colours = _colours(rng)
    add_strands(blades, tapered(width, 12, 0.05), tints(rng, places, colours, 4.0), strand(is_matt=True))
    ground = np.stack(np.meshgrid(np.linspace(-2, 2, 40), [-0.5, 0.5], [-1.6, -0.8], indexing="ij"), -1).reshape(-1, 3)
    corners = ground.reshape(40, 2, 2, 3)
    corners[..., 1, 2] += rng.normal(0, 0.05, (40, 1))
    faces = []
    for place in range(39):
        first, second = place * 4, place * 4 + 4
        faces += [[first, second, second + 1, first + 1], [first + 1, second + 1, second + 3, first + 3]]
        faces += [[first + 3, second + 3, second + 2, first + 2]]
    shades = tints(rng, corners.reshape(-1, 3), colours * 0.5, 3.0)
    add_mesh(corners.reshape(-1, 3), faces, shades, surface(roughness=0.9, grain=0.8))
    azimuth = -np.pi / 2 + rng.normal(0, 0.3)
    return {"width": rng.uniform(1.3, 2.2), "azimuth": (azimuth, azimuth + 0.01), "elevation": (-0.05, 0.3)}


def _colours(rng: np.random.Generator) -> np.ndarray:
    """Greens, or autumn, or anything."""
    if rng.random() < 0.65:
        return _GREENS[rng.choice(4, 3, replace=False)] * rng.uniform(0.6, 1.5)
    return palette(rng, 3)


def _leaves(rng: np.random.Generator, roots: np.ndarray, along: np.ndarray, sizes: np.ndarray) -> None:
    """One mesh of all leaves: outline by a profile with teeth or lobes, folded along the vein and bent downwards."""
    steps = 14
    position = np.linspace(0, 1, steps)
    sharp, broad = rng.uniform(0.6, 1.4), rng.uniform(0.12, 0.45)
    profile = broad * np.sin(np.pi * position**sharp) ** rng.uniform(0.6, 1.2)
    teeth, depth = rng.integers(2, 7), rng.choice([0.0, 0.15, 0.5])
    profile = profile * (1 - depth * (0.5 + 0.5 * np.cos(2 * np.pi * teeth * position)))
    across = unit(np.cross(along, unit(rng.normal(0, 0.5, along.shape) + np.array([0, 0, 1]))))
    up = np.cross(across, along)
    fold, droop = rng.uniform(0.0, 0.5), rng.uniform(0.0, 0.6)
    vein = along[:, None] * position[:, None] - up[:, None] * (droop * position**2)[:, None]
    side = across[:, None] * profile[:, None] + up[:, None] * (fold * profile)[:, None]
    lift = across[:, None] * -profile[:, None] + up[:, None] * (fold * profile)[:, None]
    rows = np.stack([vein + side, vein, vein + lift], 2) * sizes[:, None, None, None] + roots[:, None, None]
    base = np.arange(len(roots))[:, None, None, None] * steps * 3
    cell = np.arange(steps - 1)[:, None, None] * 3 + np.arange(2)[:, None]
    faces = (base + cell + np.array([0, 1, 4, 3])).reshape(-1, 4)
    colour = tints(rng, roots, _colours(rng), 3.0)[:, None, None] * np.array([0.9, 1.35, 0.9])[:, None]
    colour = np.broadcast_to(colour, rows.shape).reshape(-1, 3)
    material = surface(roughness=rng.uniform(0.3, 0.7), grain=0.2)
    add_mesh(rows.reshape(-1, 3), faces, np.clip(colour, 0, 1), material)
