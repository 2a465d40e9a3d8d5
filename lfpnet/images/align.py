"""Put a mask on the pixels of a plate, as Nuke does: by format, black where the mask has no pixels."""

import numpy as np
from jaxtyping import Float32

from lfpnet.errors import SizeMismatchError
from lfpnet.images.mask import Mask
from lfpnet.images.plate import Plate
from lfpnet.images.windows import full_window, size_text, window_size


def align(mask: Mask, plate: Plate) -> Float32[np.ndarray, "h w"]:
    """Bring a mask to the size and place of a plate's data window.

    1. An EXR mask of the plate's format (display windows of one size) is placed by its windows, so overscan and cropped
       bounding boxes of either fall where they belong.
    2. A mask of the data window's size is taken as it is.
    3. A mask of the display window's size covers the format.

    Args:
        mask: any values.
        plate: the plate; only its windows are used.

    Returns:
        The mask's values on the data window, 0 where the mask has no pixels; the mask's own array where nothing moves.

    Raises:
        SizeMismatchError: the mask fits neither window.
    """
    data_size, display_size = window_size(plate.data_window), window_size(plate.display_window)
    if mask.is_window_known and window_size(mask.display_window) == display_size:
        left, top = mask.data_window[:2]
        format_left, format_top = mask.display_window[:2]
        return _place(mask.pixels, left - format_left, top - format_top, plate)
    if mask.pixels.shape == data_size:
        return mask.pixels
    if mask.pixels.shape == display_size:
        return _place(mask.pixels, 0, 0, plate)
    raise SizeMismatchError(_sentence(mask, plate))


def _place(pixels: np.ndarray, left: int, top: int, plate: Plate) -> np.ndarray:
    """Cut or pad pixels whose first one lies at (left, top) of the format."""
    height, width = window_size(plate.data_window)
    row = top - (plate.data_window[1] - plate.display_window[1])
    column = left - (plate.data_window[0] - plate.display_window[0])
    if (row, column) == (0, 0) and pixels.shape == (height, width):
        return pixels
    placed = np.zeros((height, width), np.float32)
    first_row, first_column = max(row, 0), max(column, 0)
    end_row, end_column = min(row + pixels.shape[0], height), min(column + pixels.shape[1], width)
    if end_row > first_row and end_column > first_column:
        placed[first_row:end_row, first_column:end_column] = pixels[
            first_row - row : end_row - row, first_column - column : end_column - column
        ]
    return placed


def _sentence(mask: Mask, plate: Plate) -> str:
    """Both sizes, with the format where it differs from the pixels."""
    plate_text = size_text(*window_size(plate.data_window))
    if plate.data_window != plate.display_window:
        plate_text += f" (format {size_text(*window_size(plate.display_window))})"
    mask_text = size_text(*mask.pixels.shape)
    if mask.is_window_known and mask.display_window != full_window(*mask.pixels.shape):
        mask_text += f" (format {size_text(*window_size(mask.display_window))})"
    name = f"{mask.path} " if mask.path else "the mask "
    return f"The plate is {plate_text} but {name}is {mask_text}; export both at the same format."
