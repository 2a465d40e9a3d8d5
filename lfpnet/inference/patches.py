"""Cuts the patches that the network sees out of a plate, beyond its borders too."""

import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.colour import display_encode
from lfpnet.inference.augmentation import UNTURNED, Turn
from lfpnet.inference.tiling import Tile
from lfpnet.model.config import Border, LFPNetConfig
from lfpnet.model.encoding import encode_patch, halve_patch
from lfpnet.types import BACKGROUND, PlatePixels, TrimapPixels


class PatchCutter:
    """Cuts and encodes inner and context patches; holds no copy of the plate.

    Args:
        plate: scene-linear of any range, or display-encoded 0 to 1.
        trimap: 0, 128 or 255.
        is_linear: whether the plate is scene-linear.
        network: decides what lies beyond the border and how large a context pixel is.
    """

    def __init__(self, plate: PlatePixels, trimap: TrimapPixels, *, is_linear: bool, network: LFPNetConfig) -> None:
        self._plate, self._trimap = plate, trimap
        self._is_linear, self._network = is_linear, network

    def cut(
        self, tile: Tile, turn: Turn = UNTURNED
    ) -> tuple[Float32[np.ndarray, "12 s s"], Float32[np.ndarray, "12 c c"], Float32[np.ndarray, "3 s s"]]:
        """Encoded inner patch, encoded context patch and display-encoded plate of a tile, turned.

        Turning before encoding moves four channels where turning after it would move twelve.
        """
        plate, trimap = (turn.apply(pixels) for pixels in self._surroundings(tile.context()))
        quarter = tile.side // 2
        middle = slice(quarter, quarter + tile.side)
        inner_plate = np.ascontiguousarray(plate[middle, middle])
        inner = encode_patch(inner_plate, np.ascontiguousarray(trimap[middle, middle]))
        return inner, self._encoded(plate, trimap), np.ascontiguousarray(inner_plate.transpose(2, 0, 1))

    def cut_context(self, context: Tile) -> Float32[np.ndarray, "12 c c"]:
        """Encoded context patch alone, from the tile that it covers."""
        return self._encoded(*self._surroundings(context))

    def _encoded(self, plate: PlatePixels, trimap: TrimapPixels) -> Float32[np.ndarray, "12 c c"]:
        if self._network.context_reduction == 2:
            plate, trimap = halve_patch(plate, trimap)
        return encode_patch(plate, trimap, self._network.context_reduction)

    def _surroundings(self, tile: Tile) -> tuple[PlatePixels, TrimapPixels]:
        """Display-encoded plate and trimap under a tile, continued beyond the border."""
        plate = _cut(self._plate, tile, "replicate")
        trimap = _cut(self._trimap, tile, self._network.border)
        return (display_encode(plate) if self._is_linear else plate), trimap


def _cut(pixels: Float32[np.ndarray, "h w 3"] | UInt8[np.ndarray, "h w"], tile: Tile, border: Border) -> np.ndarray:
    """The pixels under a tile; beyond the border the nearest ones, or known background."""
    wanted = [np.arange(start, start + tile.side) for start in (tile.top, tile.left)]
    nearest = [np.clip(index, 0, length - 1) for index, length in zip(wanted, pixels.shape[:2], strict=True)]
    part = pixels[nearest[0]][:, nearest[1]]
    if border == "background":
        part[wanted[0] != nearest[0]] = BACKGROUND
        part[:, wanted[1] != nearest[1]] = BACKGROUND
    return part
