"""A plate and its trimap at a reduced size, by blocks of pixels, in strips of bounded memory."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.colour import display_encode
from lfpnet.trimap import reduced_trimap
from lfpnet.types import PlatePixels, TrimapPixels

#: Of the reduced plate.
MOST_PIXELS = 600_000
#: Reduced rows that are made at a time.
STRIP = 64


def reduction_of(height: int, width: int) -> int:
    """Plate pixels per side of a reduced pixel: a power of two, at least 2."""
    reduction = 2
    while -(-height // reduction) * -(-width // reduction) > MOST_PIXELS:
        reduction *= 2
    return reduction


def reduce_plate(
    plate: PlatePixels, trimap: TrimapPixels, reduction: int, *, is_linear: bool
) -> tuple[Float32[np.ndarray, "r c 3"], UInt8[np.ndarray, "r c"]]:
    """Average blocks of pixels; the trimap stays known as `reduced_trimap` has it.

    Args:
        plate: scene-linear of any range, or display-encoded 0 to 1.
        trimap: 0, 128 or 255.
        reduction: pixels per side of a block; blocks at the border are filled with the nearest pixels.
        is_linear: whether the plate is scene-linear.

    Returns:
        The display-encoded plate and the trimap, each side divided by `reduction` and rounded up.
    """
    height, width = trimap.shape
    rows, columns = -(-height // reduction), -(-width // reduction)
    small = np.empty((rows, columns, 3), np.float32)
    small_trimap = np.empty((rows, columns), np.uint8)
    for first in range(0, rows, STRIP):
        last = min(first + STRIP, rows)
        strip = plate[first * reduction : last * reduction]
        strip = filled(display_encode(strip) if is_linear else strip, last - first, columns, reduction)
        small[first:last] = cv2.resize(strip, (columns, last - first), interpolation=cv2.INTER_AREA)
        blocks = filled(trimap[first * reduction : last * reduction], last - first, columns, reduction)
        small_trimap[first:last] = reduced_trimap(blocks, reduction)
    return small, small_trimap


def filled(pixels: np.ndarray, rows: int, columns: int, reduction: int) -> np.ndarray:
    """Whole blocks, so many down and across: the last pixels repeated."""
    missing = (0, rows * reduction - pixels.shape[0]), (0, columns * reduction - pixels.shape[1])
    return np.pad(pixels, (*missing, (0, 0))[: pixels.ndim], mode="edge")
