"""Where tiles lie on the plate: pure geometry, no pixels but the trimap's.

    published   the grid of the published evaluation: half-overlapping tiles on a canvas centred on the plate
    exact       the same grid without the tiles that hold no unknown pixel; the same alpha
    fast        tiles placed only where unknown pixels are, with a small overlap

Source: the published evaluation script's grid (facts); the paper, section 4 (crop and stitch).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool, Int

from lfpnet.errors import ConfigurationError
from lfpnet.types import UNKNOWN, TrimapPixels

PlanName = Literal["published", "exact", "fast"]
#: Rows and columns that neighbouring tiles of the fast plan share at least, as a fraction of the side.
FAST_OVERLAP = 1 / 8
#: Sides of a tile must be a multiple of this.
SIDE_MULTIPLE = 16
SMALLEST_SIDE = 64


@dataclass(frozen=True)
class Tile:
    """A square on the plate, in pixels; it may reach beyond the plate's border."""

    top: int
    left: int
    side: int

    def inside(self, height: int, width: int) -> tuple[slice, slice]:
        """The rows and columns of the plate that the tile covers."""
        return (
            slice(max(0, self.top), min(height, self.top + self.side)),
            slice(max(0, self.left), min(width, self.left + self.side)),
        )

    def context(self) -> "Tile":
        """The tile of twice the side around the same centre."""
        return Tile(self.top - self.side // 2, self.left - self.side // 2, 2 * self.side)


@dataclass(frozen=True)
class Plan:
    """Tiles in the order in which they are computed.

    Attributes:
        tiles: what to compute.
        ramp: pixels over which the weight of a tile rises from its border.
        is_transposed: whether the published network sees rows and columns exchanged, as in its evaluation.
    """

    tiles: tuple[Tile, ...]
    ramp: int
    is_transposed: bool


def plan_tiles(name: PlanName | str, trimap: TrimapPixels, side: int) -> Plan:
    """Place tiles on a plate.

    Args:
        name: which plan.
        trimap: 0, 128 or 255.
        side: side of a tile in pixels, a multiple of 16, at least 64.

    Raises:
        ConfigurationError: no such plan, or a side that no tile can have.
    """
    if side % SIDE_MULTIPLE or side < SMALLEST_SIDE:
        raise ConfigurationError(
            f"Expected a tile side that is a multiple of {SIDE_MULTIPLE} and at least {SMALLEST_SIDE}, got {side}; use "
            f"{max(SMALLEST_SIDE, round(side / SIDE_MULTIPLE) * SIDE_MULTIPLE)}."
        )
    if name not in get_args(PlanName):
        raise ConfigurationError(f"Expected a plan among {', '.join(get_args(PlanName))}, got '{name}'; use 'fast'.")
    is_unknown = trimap == UNKNOWN
    if name == "fast":
        return Plan(tuple(_cover(is_unknown, side)), _fast_overlap(side), is_transposed=False)
    height, width = trimap.shape
    tiles = tuple(_grid(height, width, side))
    if name == "exact":
        tiles = tuple(tile for tile in tiles if is_unknown[tile.inside(height, width)].any())
    return Plan(tiles, side // 2, is_transposed=True)


def _grid(height: int, width: int, side: int) -> Iterator[Tile]:
    """Half-overlapping tiles on a canvas centred on the plate."""
    half = side // 2
    for top in range(*_grid_range(height, side), half):
        for left in range(*_grid_range(width, side), half):
            yield Tile(top, left, side)


def _grid_range(length: int, side: int) -> tuple[int, int]:
    """First and end of the tops or lefts of the grid. A plate up to half a tile long gets one."""
    half = side // 2
    count = max(1, (length - 1 - half) // half + 1)
    first = -((count * half + half - length) // 2)
    return first, first + count * half


def _cover(is_unknown: Bool[np.ndarray, "h w"], side: int) -> Iterator[Tile]:
    """Bands from the top, tiles from the left; neighbours overlap where the unknown region goes on beyond a tile."""
    phases = [_grid_range(length, side)[0] for length in is_unknown.shape]
    covered_rows = 0
    for row in _starts(np.any(is_unknown, axis=1, keepdims=True)[:, 0], side, phases[0]):
        # Rows that the band above covers need tiles here only where the region goes on below them.
        not_covered = is_unknown[max(row, covered_rows, 0) : row + side]
        for column in _starts(np.any(not_covered, axis=0, keepdims=True)[0], side, phases[1]):
            part = is_unknown[max(row, 0) : row + side, max(column, 0) : column + side]
            top = _centred(np.flatnonzero(part.any(axis=1)) + max(row, 0), side, phases[0])
            left = _centred(np.flatnonzero(part.any(axis=0)) + max(column, 0), side, phases[1])
            yield Tile(top, left, side)
        covered_rows = row + side


def _starts(has_unknown: Bool[np.ndarray, " n"], side: int, phase: int) -> Iterator[int]:
    """Where stretches of `side` begin that cover every true value and overlap where there is one beyond their end."""
    start = _next_true(has_unknown, 0)
    while start < len(has_unknown):
        if _next_true(has_unknown, start + side) == len(has_unknown):
            yield start
            return
        start -= (start - phase) % SIDE_MULTIPLE
        yield start
        start = _next_true(has_unknown, start + side - _fast_overlap(side))


def _centred(unknown: Int[np.ndarray, " n"], side: int, phase: int) -> int:
    """Where a tile begins that is centred on the unknown rows or columns, on the published grid's phase if it can be.

    A network that samples every sixteenth pixel says something slightly different at every other phase.
    """
    first, last = int(unknown[0]), int(unknown[-1])
    centred = (first + last + 1 - side) // 2
    snapped = centred - (centred - phase + SIDE_MULTIPLE // 2) % SIDE_MULTIPLE + SIDE_MULTIPLE // 2
    return snapped if last + 1 - side <= snapped <= first else centred


def _fast_overlap(side: int) -> int:
    return max(1, int(side * FAST_OVERLAP))


def _next_true(values: Bool[np.ndarray, " n"], start: int) -> int:
    """Index of the first true value from `start` on; the length if there is none."""
    found = np.flatnonzero(values[start:])
    return start + int(found[0]) if found.size else len(values)
