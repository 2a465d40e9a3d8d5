"""Cuts the patches that the network sees out of a plate, beyond its borders too."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.colour import display_encode
from lfpnet.estimates import Estimates
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
        network: decides what lies beyond the border, how large a context pixel is, and whether there are estimates.
        check: called now and then while these are made; what it raises ends the work.
    """

    def __init__(
        self,
        plate: PlatePixels,
        trimap: TrimapPixels,
        *,
        is_linear: bool,
        network: LFPNetConfig,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._plate, self._trimap = plate, trimap
        self._is_linear, self._network = is_linear, network
        #: Of the whole plate, if the network takes them.
        self.estimates: Estimates | None = None
        if network.has_estimates:
            self.estimates = Estimates.of_plate(plate, trimap, is_linear=is_linear, check=check)

    def cut(
        self, tile: Tile, turn: Turn = UNTURNED
    ) -> tuple[Float32[np.ndarray, "k s s"], Float32[np.ndarray, "k c c"], Float32[np.ndarray, "3 s s"]]:
        """Encoded inner patch, encoded context patch and display-encoded plate of a tile, turned.

        Turning before encoding moves four channels where turning after it would move twelve. The patches have ten
        channels more when the network takes estimates.
        """
        around = tile.context()
        plate, trimap = self._surroundings(around)
        quarter = tile.side // 2
        middle = slice(quarter, quarter + tile.side)
        inner_plate = np.ascontiguousarray(plate[middle, middle])
        inner = self._encoded(inner_plate, np.ascontiguousarray(trimap[middle, middle]), tile, 1, turn)
        context = self._context(plate, trimap, around, turn)
        return inner, context, np.ascontiguousarray(turn.apply(inner_plate).transpose(2, 0, 1))

    def cut_context(self, context: Tile) -> Float32[np.ndarray, "k c c"]:
        """Encoded context patch alone, from the tile that it covers."""
        return self._context(*self._surroundings(context), context, UNTURNED)

    def _context(self, plate: PlatePixels, trimap: TrimapPixels, tile: Tile, turn: Turn) -> np.ndarray:
        """A context patch, reduced as the network wants it, encoded."""
        reduction = self._network.context_reduction
        if reduction == 2:
            plate, trimap = halve_patch(plate, trimap)
        return self._encoded(plate, trimap, tile, reduction, turn)

    def _encoded(
        self, plate: PlatePixels, trimap: TrimapPixels, tile: Tile, pixel_size: int, turn: Turn
    ) -> Float32[np.ndarray, "k s s"]:
        """A turned patch encoded, with the estimates after its twelve channels if the network takes them."""
        encoded = encode_patch(turn.apply(plate), turn.apply(trimap), pixel_size)
        if self.estimates is None:
            return encoded
        estimates = self.estimates.over(plate, trimap, tile.top, tile.left, pixel_size)
        if turn != UNTURNED:
            estimates = turn.apply(estimates.transpose(1, 2, 0)).transpose(2, 0, 1)
        return np.concatenate([encoded, estimates])

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
