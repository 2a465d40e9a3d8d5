"""Hair: clumps of curved tapered strands over a shaded head, with loose strands around them."""

import numpy as np

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish, soften, union
from lfpnet.data.procedural.shapes import blob_outline, dome, fill_outlines
from lfpnet.data.procedural.strands import Strands, curved_paths, paint_strands, strand_coverage
from lfpnet.data.procedural.surface import palette, surface_colour

#: Display-encoded black, brown, chestnut, red, blond, ash, grey and white.
_NATURAL = np.array(
    [[28, 24, 23], [62, 42, 30], [98, 64, 40], [140, 74, 38], [196, 158, 98], [150, 130, 105], [128, 126, 124],
     [215, 212, 206]], np.float32)  # fmt: skip


def hair(rng: np.random.Generator, size: int) -> Foreground:
    """Draw a head with hair, square of `size` pixels."""
    centre = size * rng.uniform(0.35, 0.65, 2)
    radii = size * rng.uniform(0.13, 0.32) * rng.uniform(0.75, 1.25, 2)
    outline = blob_outline(rng, (centre[0], centre[1]), (radii[0], radii[1]), roughness=0.08)
    body = [outline]
    if rng.random() < 0.5:
        shoulders = (centre[0], size * rng.uniform(0.9, 1.1))
        body.append(blob_outline(rng, shoulders, (size * 0.4, size * rng.uniform(0.15, 0.3))))
    head = fill_outlines(body, size)
    locks = _locks(rng, outline, centre, size)
    colour = surface_colour(rng, size, dome(head, size))
    tint = locks.colours.mean(axis=0)
    away = (head < 0.5)[..., None]
    colour = np.where(away, (0.35 * colour + 0.65 * tint).astype(np.uint8), colour)
    glints = rng.choice([0.0, 25.0, 70.0]) * rng.beta(1, 2, len(locks.widths))
    paint_strands(colour, locks, shade=rng.uniform(0, 0.6), tip_gain=rng.uniform(0.9, 1.5), glints=glints)
    alpha = union(head, strand_coverage(locks, size, taper=rng.uniform(0.5, 0.95)))
    return finish(soften(colour, 0.6), alpha)


def _locks(rng: np.random.Generator, outline: np.ndarray, centre: np.ndarray, size: int) -> Strands:
    """Grow clumps outwards from the outline, drawn down by gravity, and a few loose strands."""
    clumps = int(rng.integers(12, 70))
    per_clump = int(rng.integers(6, 45))
    start = rng.integers(len(outline))
    spread = int(len(outline) * rng.uniform(0.35, 1.0))
    anchors = outline[(start + rng.integers(0, spread, clumps)) % len(outline)]
    outward = np.arctan2(anchors[:, 1] - centre[1], anchors[:, 0] - centre[0])
    fall = rng.uniform(0, 1.6) * np.sin(np.pi / 2 - outward)  # turns towards the ground
    clump_bend = fall + rng.normal(0, 0.5, clumps)
    clump_length = size * rng.uniform(0.08, 0.5) * rng.uniform(0.6, 1.3, clumps)
    count = clumps * per_clump
    of = np.repeat(np.arange(clumps), per_clump)
    is_loose = rng.random(count) < rng.uniform(0.02, 0.2)
    stray = np.where(is_loose, 3.0, 1.0)
    inset = rng.uniform(0, 0.5, (count, 1)) * (centre - anchors[of])
    roots = anchors[of] + inset * (rng.random() < 0.7) + rng.normal(0, size * 0.012, (count, 2))
    paths = curved_paths(
        roots.astype(np.float32),
        outward[of] + rng.normal(0, 0.12, count) * stray,
        clump_length[of] * rng.uniform(0.7, 1.25, count),
        clump_bend[of] + rng.normal(0, 0.2, count) * stray,
        points=17,
        waves=rng.normal(0, 1, count) * rng.choice([0.0, 0.3, 1.0], p=[0.5, 0.3, 0.2]),
    )
    scale = max(size / 512, 0.4)
    widths = np.clip(rng.lognormal(np.log(rng.uniform(0.5, 1.4)), 0.4, count) * scale, 0.3, 2.5).astype(np.float32)
    return Strands(paths, widths, _strand_colours(rng, count))


def _strand_colours(rng: np.random.Generator, count: int) -> np.ndarray:
    """Tint strands around a natural hair colour, or now and then around any palette."""
    tones = (
        palette(rng, 3)
        if rng.random() < 0.3
        else _NATURAL[rng.integers(len(_NATURAL))] * rng.uniform(0.8, 1.25, (3, 1))
    )
    glossy = rng.lognormal(0, rng.uniform(0.1, 0.4), (count, 1))
    depth = np.linspace(rng.uniform(0.35, 0.9), 1, count)[:, None]  # strands that are painted first lie in shadow
    return np.clip(tones[rng.integers(0, 3, count)] * glossy * depth + 6, 0, 255).astype(np.float32)
