"""Foreground `index` of a pool: which generator draws it, what it draws, and where its unknown pixels lie."""

import numpy as np
from jaxtyping import Int32, UInt8

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural import GENERATORS, SHARES

#: Rises whenever the same seed draws other foregrounds; sets and pools of every number are read, none is mixed.
DRAWING = 3
#: Places kept for each foreground.
ANCHORS = 128
_ANCHOR_MARGIN_PIXELS = 12
_RETRIES, _EMPTY_BELOW = 8, 0.01  # draws given to a generator until this share of the square is covered


def draw_foreground(index: int, *, seed: int, size: int, kinds: tuple[str, ...] = ()) -> tuple[int, Foreground]:
    """Draw foreground `index` of the pool with this seed; the generator is drawn by its share.

    Args:
        index: number in the pool.
        seed: of the pool.
        size: side in pixels.
        kinds: these generators in turn instead.

    Returns:
        Index of the generator in `GENERATORS`, and the foreground, with something in it if that could be had.
    """
    kind, rng = _planned(index, seed, kinds)
    generator = list(GENERATORS.values())[kind]
    foreground = generator(rng, size)
    for _ in range(_RETRIES):
        if foreground.alpha.mean() > _EMPTY_BELOW:
            break
        foreground = generator(rng, size)
    return kind, foreground


def kind_of(index: int, *, seed: int, kinds: tuple[str, ...] = ()) -> str:
    """Name of the generator that draws foreground `index`."""
    return list(GENERATORS)[_planned(index, seed, kinds)[0]]


def _planned(index: int, seed: int, kinds: tuple[str, ...]) -> tuple[int, np.random.Generator]:
    """Which generator, and the random numbers that are left to it."""
    rng = np.random.default_rng([seed, index])
    names = list(GENERATORS)
    kind = int(rng.choice(len(names), p=[SHARES[name] for name in names]))
    return (names.index(kinds[index % len(kinds)]) if kinds else kind), rng


def anchors(rng: np.random.Generator, alpha: UInt8[np.ndarray, "s s"]) -> Int32[np.ndarray, "k 2"]:
    """Choose places at fractional alpha, scattered a few pixels; anywhere when nothing is fractional."""
    rows, columns = np.nonzero((alpha > 0) & (alpha < 255))
    if len(rows) == 0:
        return rng.integers(0, len(alpha), (ANCHORS, 2)).astype(np.int32)
    chosen = rng.integers(0, len(rows), ANCHORS)
    places = np.stack([columns[chosen], rows[chosen]], axis=1)
    return (places + rng.integers(-_ANCHOR_MARGIN_PIXELS, _ANCHOR_MARGIN_PIXELS + 1, places.shape)).astype(np.int32)
