"""Blends tiles: the weighted sum of what they say, and the sum of their weights.

Source: the published evaluation's pyramid of weights, in closed form.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.inference.tiling import Tile
from lfpnet.types import Matte


def tile_weights(side: int, ramp: int) -> Float32[np.ndarray, "s s"]:
    """Weights of a tile's pixels: (distance to the border + 1) / (ramp + 1), one beyond the ramp."""
    distance = np.minimum(np.arange(side), np.arange(side)[::-1]) + 1
    along = np.minimum(distance / (ramp + 1), 1.0).astype(np.float32)
    return np.minimum.outer(along, along)


class TileBlender:
    """Accumulates what tiles say of alpha, foreground and background on a plate of `height` x `width` pixels."""

    def __init__(self, height: int, width: int) -> None:
        self._alpha = np.zeros((height, width), np.float32)
        self._foreground = np.zeros((height, width, 3), np.float32)
        self._background = np.zeros((height, width, 3), np.float32)
        self._weight = np.zeros((height, width), np.float32)

    def add(self, tile: Tile, values: Float32[np.ndarray, "s s 7"], weights: Float32[np.ndarray, "s s"]) -> None:
        """Add what one tile says: alpha, foreground, background; the part beyond the plate is dropped."""
        rows, columns = tile.inside(*self._weight.shape)
        part = (
            slice(rows.start - tile.top, rows.stop - tile.top),
            slice(columns.start - tile.left, columns.stop - tile.left),
        )
        weighted = values[part] * weights[part][..., None]
        self._alpha[rows, columns] += weighted[..., 0]
        self._foreground[rows, columns] += weighted[..., 1:4]
        self._background[rows, columns] += weighted[..., 4:7]
        self._weight[rows, columns] += weights[part]

    def blend(self) -> Matte:
        """Weighted means, zero where no tile lies. The accumulators are used up."""
        for row, weight in enumerate(self._weight):  # by rows: no second copy of the plate
            divisor = np.where(weight > 0, weight, 1)
            self._alpha[row] /= divisor
            self._foreground[row] /= divisor[:, None]
            self._background[row] /= divisor[:, None]
        return Matte(self._alpha, self._foreground, self._background)
