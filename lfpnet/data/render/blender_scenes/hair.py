"""Hair on heads, tufts without a head, and fur on animals: strands of natural colours, with strays at the outline."""

import numpy as np

from .bodies import add_body, blobs, body_surface, head, roots
from .colours import hair_palette, palette, tints
from .geometry import add_strands, unit
from .materials import strand, surface
from .strands import clumped, grow, tapered


def hairstyle(rng: np.random.Generator) -> dict:
    """A head with shoulders and hair, from cropped to long, straight to curly, neat to wild."""
    body = body_surface(rng, head(rng))
    skin = palette(rng, 2) if rng.random() < 0.4 else np.array([[0.5, 0.28, 0.18], [0.22, 0.1, 0.06]])
    add_body(rng, body, skin * rng.uniform(0.3, 1.2), surface(roughness=0.5, subsurface=0.1, grain=0.1))
    length = float(np.exp(rng.uniform(np.log(0.12), np.log(1.5))))

    def scalp(places: np.ndarray) -> np.ndarray:
        """Above the ears, and not the face, which looks along -y."""
        return ((places[:, 2] + 0.55 * places[:, 1] > 0.42) & (places[:, 2] > 0.2)).astype(float)

    count = int(rng.uniform(5000, 14000))
    places, normals = roots(rng, body, count, scalp)
    comb = np.array([rng.normal(0, 0.3), rng.uniform(0.1, 0.7), 0.1])
    _hair(rng, places, unit(normals + comb * rng.uniform(0.2, 1)), length, wildness=rng.uniform(0.2, 1.2))
    return {
        "width": rng.uniform(1.5, 2.3) + 0.35 * length,
        "aim": (0, 0, 0.35 - 0.15 * min(length, 1)),
        "elevation": (-0.2, 0.4),
    }


def tuft(rng: np.random.Generator) -> dict:
    """A lock, a brush or a tail: strands from a small patch, with no body behind them."""
    count = int(rng.uniform(2500, 9000))
    spread = rng.uniform(0.05, 0.35)
    places = rng.normal(0, 1, (count, 3)) * np.array([spread, spread * rng.uniform(0.2, 1), 0.02]) + [0, 0, 0.7]
    directions = unit(places * rng.uniform(0.3, 3) + [rng.normal(0, 0.8), rng.normal(0, 0.8), rng.uniform(-1, 0.8)])
    _hair(rng, places, directions, rng.uniform(0.8, 1.7), wildness=rng.uniform(0.1, 1.0))
    return {}


def animal(rng: np.random.Generator) -> dict:
    """A soft body with fur."""
    body = body_surface(rng, blobs(rng))
    colours = hair_palette(rng, int(rng.integers(1, 5)))
    add_body(rng, body, colours * 0.6, surface(roughness=0.8))
    count = int(rng.uniform(18000, 42000))
    places, normals = roots(rng, body, count)
    comb = rng.normal(0, 0.7, 3) + np.array([0, 0, -0.4])
    longest = float(np.exp(rng.uniform(np.log(0.07), np.log(0.4))))
    lengths = longest * rng.uniform(0.5, 1, count) * rng.choice([1.0, 1.35], count, p=[0.95, 0.05])
    strands = grow(
        rng,
        places,
        unit(normals + comb * rng.uniform(0.1, 0.9)),
        lengths,
        steps=7,
        gravity=rng.uniform(0, 1),
        bend=rng.uniform(0.5, 5),
        curl=rng.choice([0.0, 0.08]),
        frizz=rng.uniform(0.03, 0.25),
    )
    strands = clumped(rng, strands, count // int(rng.integers(15, 80)), rng.uniform(0.2, 0.85))
    radius = rng.uniform(0.0010, 0.0026) * rng.uniform(0.6, 1.2, count)
    material = strand(roughness=rng.uniform(0.2, 0.5), is_matt=rng.random() < 0.4)
    add_strands(strands, tapered(radius, 7, 0.1), tints(rng, places, colours, rng.uniform(1, 5)), material)
    return {}


def _hair(rng, places, directions, length: float, *, wildness: float) -> None:
    """Two heads of hair in one: most strands in locks, a few strays thinner and on their own."""
    count, steps = len(places), 16 if length > 0.4 else 9
    lengths = length * rng.uniform(0.6, 1, count)
    style = {
        "gravity": rng.uniform(0.2, 1.1) if rng.random() < 0.8 else rng.uniform(-0.6, 0.2),
        "bend": rng.uniform(0.3, 2.5),
        "curl": rng.choice([0.0, rng.uniform(0.01, 0.06)]),
    }
    strands = grow(rng, places, directions, lengths, steps=steps, frizz=0.03 + 0.12 * wildness, **style)
    strands = clumped(rng, strands, int(rng.uniform(60, 500)), rng.uniform(0.3, 0.9))
    strays = rng.random(count) < rng.uniform(0.02, 0.08) * (0.5 + wildness)
    loose = unit(directions[strays] + rng.normal(0, 0.25 + 0.3 * wildness, (int(strays.sum()), 3)))
    style["gravity"] *= 0.6
    if strays.any():
        strands[strays] = grow(
            rng, places[strays], loose, lengths[strays], steps=steps, frizz=0.1 + 0.3 * wildness, **style
        )
    radius = rng.uniform(0.0011, 0.0022) * rng.uniform(0.7, 1.3, count) * np.where(strays, 0.7, 1)
    colours = hair_palette(rng, int(rng.integers(1, 4)))
    material = strand(roughness=rng.uniform(0.15, 0.45), is_matt=rng.random() < 0.25)
    add_strands(strands, tapered(radius, steps), tints(rng, places * [1, 1, 0.3], colours, 8.0), material)
