"""How well the colour of a pixel fits the known foreground around it, and how well the known background.

Colours of the known pixels are counted in a grid over place and colour, the counts spread over neighbouring cells, and
read at the unknown pixels. It looks through holes that no mark reaches, where closed-form matting sees one surface.

Source: Chen, Paris and Durand, Real-time Edge-Aware Image Processing with the Bilateral Grid, for counting in such a
grid; the ratio of the two densities as in Chuang et al., A Bayesian Approach to Digital Matting.
"""

import numpy as np
from jaxtyping import Float32, Int32

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, AlphaPixels, PlatePixels, TrimapPixels

#: Pixels per side of a cell.
CELL = 32
#: Cells along each colour axis.
BINS = 12
#: Weight of the whole plate's colours beside those around a pixel.
WHOLE = 0.02
#: Counts below this say nothing.
DOUBT = 0.05


def colour_likelihood(plate_display: PlatePixels, trimap: TrimapPixels) -> AlphaPixels:
    """Share of the foreground in the density of known colours, at every unknown pixel.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.

    Returns:
        (h, w), 0 to 1; known pixels as the trimap has them, one half where no known colour is near.
    """
    alpha = np.where(trimap == UNKNOWN, np.float32(0.5), trimap / np.float32(255)).astype(np.float32)
    rows, columns = np.nonzero(trimap == UNKNOWN)
    if len(rows) == 0:
        return alpha
    place, colour = _places(rows, columns), plate_display[rows, columns] * np.float32(BINS - 1)
    foreground, background = (
        _read(_density(plate_display, trimap == value), place, colour.clip(0, BINS - 1))
        for value in (FOREGROUND, BACKGROUND)
    )
    alpha[rows, columns] = (foreground + DOUBT / 2) / (foreground + background + DOUBT)
    return alpha


def _places(rows: np.ndarray, columns: np.ndarray) -> Float32[np.ndarray, "2 n"]:
    """Coordinates in cells, the first cell's centre at 0.5."""
    return np.stack([rows + 0.5, columns + 0.5]).astype(np.float32) / CELL


def _density(plate_display: PlatePixels, is_known: np.ndarray) -> Float32[np.ndarray, "y x bins bins bins"]:
    """Counts of the known colours by place and colour, spread over their neighbours."""
    height, width = is_known.shape
    down, across = height // CELL + 2, width // CELL + 2
    rows, columns = np.nonzero(is_known)
    cells = np.rint(plate_display[rows, columns] * (BINS - 1)).clip(0, BINS - 1).astype(np.int32)
    y, x = ((along + 0.5) / CELL + 0.5 for along in (rows, columns))
    flat = (y.astype(np.int32) * across + x.astype(np.int32)) * BINS**3
    flat += (cells[:, 0] * BINS + cells[:, 1]) * BINS + cells[:, 2]
    counts = np.bincount(flat, minlength=down * across * BINS**3).astype(np.float32)
    counts = counts.reshape(down, across, BINS, BINS, BINS)
    for axis in (2, 3, 4):
        counts = _spread(counts, axis)
    near = counts
    for axis in (0, 1, 0, 1):
        near = _spread(near, axis)
    return near + WHOLE * counts.mean(axis=(0, 1), keepdims=True)


def _spread(counts: np.ndarray, axis: int) -> np.ndarray:
    """Half stays, a quarter goes to each neighbour."""
    counts = np.moveaxis(counts, axis, 0)
    spread = counts / 2
    spread[1:] += counts[:-1] / 4
    spread[:-1] += counts[1:] / 4
    return np.moveaxis(spread, 0, axis)


def _read(
    density: np.ndarray, place: Float32[np.ndarray, "2 n"], colour: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, " n"]:
    """Interpolate linearly along place and colour."""
    position = np.concatenate([place.T, colour], axis=1)  # (n, 5)
    highest = np.array(density.shape, np.int32) - 2
    low: Int32[np.ndarray, "n 5"] = np.minimum(position.astype(np.int32), highest)
    part = position - low
    strides = np.array(density.strides, np.int64) // density.itemsize
    flat = np.ascontiguousarray(density).reshape(-1)
    start = low @ strides
    total = np.zeros(len(position), np.float32)
    for corner in np.ndindex(2, 2, 2, 2, 2):
        weight = np.ones(len(position), np.float32)
        for axis, is_high in enumerate(corner):
            weight *= part[:, axis] if is_high else 1 - part[:, axis]
        total += weight * flat[start + int(np.dot(corner, strides))]
    return total
