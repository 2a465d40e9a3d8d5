"""A trimap laid over its plate, to be looked at before minutes of matting are spent."""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.trimap.sizes import require_same_size
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, PlatePixels


class _Tint(NamedTuple):
    """How one class is painted: the plate's share and the colour (red, green, blue) that fills the rest."""

    plate_share: float
    colour: tuple[int, int, int]


#: Told apart by brightness as well as hue, so that colour-blind eyes and grey prints can read them.
TINTS = {
    BACKGROUND: _Tint(0.35, (20, 24, 72)),
    UNKNOWN: _Tint(0.55, (255, 176, 0)),
    FOREGROUND: _Tint(0.75, (0, 210, 90)),
}
LINE_COLOUR = (255, 236, 160)
#: One pixel of line for each so many pixels of the picture's shorter side.
PIXELS_PER_LINE_WIDTH = 800


def overlay(
    plate_display: UInt8[np.ndarray, "_ _ 3"] | Float32[np.ndarray, "_ _ 3"],
    trimap: UInt8[np.ndarray, "_ _"],
) -> UInt8[np.ndarray, "h w 3"]:
    """Tint a plate by its trimap: foreground greenish, unknown amber with a bright outline, background dimmed.

    Args:
        plate_display: display-encoded RGB, uint8 or float 0 to 1 (clamped), finite.
        trimap: uint8 of 0, 128 and 255.

    Returns:
        A display-encoded preview, uint8 (h, w, 3).

    Raises:
        SizeMismatchError: the trimap does not have the plate's size.
    """
    require_same_size("plate", plate_display.shape, "trimap", trimap.shape)
    plate = np.ascontiguousarray(_eight_bit(plate_display))
    preview = plate.copy()
    for value, tint in TINTS.items():
        np.copyto(preview, _paint(plate, tint), where=(trimap == value)[..., np.newaxis])
    preview[_outline(trimap == UNKNOWN)] = LINE_COLOUR
    return preview


def _eight_bit(plate_display: np.ndarray) -> UInt8[np.ndarray, "h w 3"] | PlatePixels:
    if plate_display.dtype == np.uint8:
        return plate_display
    return (np.clip(plate_display, 0, 1) * 255 + 0.5).astype(np.uint8)


def _paint(plate: np.ndarray, tint: _Tint) -> np.ndarray:
    """Blend every pixel with the tint through a table of 256 entries per channel."""
    levels = np.arange(256, dtype=np.float32)[:, np.newaxis] * tint.plate_share
    table = levels + np.float32(1 - tint.plate_share) * np.array(tint.colour, np.float32)
    return cv2.LUT(plate, np.rint(table).astype(np.uint8)[np.newaxis])


def _outline(is_inside: np.ndarray) -> np.ndarray:
    """Mark the outermost pixels inside a region; the border of the frame draws no line."""
    width = max(1, min(is_inside.shape) // PIXELS_PER_LINE_WIDTH)
    square = np.ones((2 * width + 1, 2 * width + 1), np.uint8)
    return is_inside & (cv2.erode(is_inside.astype(np.uint8), square) == 0)
