"""Foreground and background that go with an alpha.

Source: Germer, Uelwer, Conrad and Harmeling, Fast Multi-Level Foreground Estimation, by pymatting.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.pymatting_library import load_pymatting, threads_of_torch
from lfpnet.types import AlphaPixels, PlatePixels

#: The levels of pymatting divide by zero where no side is longer than 2, as an empty frame's bounding box has it.
SMALLEST_SIDE = 3


def estimated_colours(plate_display: PlatePixels, alpha: AlphaPixels) -> Float32[np.ndarray, "h w 6"]:
    """Smooth colours that explain the plate under an alpha.

    Args:
        plate_display: display-encoded, 0 to 1.
        alpha: 0 to 1.

    Returns:
        Foreground and background, display-encoded, 0 to 1, defined everywhere.
    """
    pymatting = load_pymatting("makes the estimates of colour")
    height, width = alpha.shape
    missing = [(0, max(0, SMALLEST_SIDE - side)) for side in (height, width)]
    with threads_of_torch():
        colours = pymatting.estimate_foreground_ml(
            np.pad(plate_display.astype(np.float64), (*missing, (0, 0)), mode="edge"),
            np.pad(alpha.astype(np.float64), missing, mode="edge"),
            return_background=True,
        )
    return np.concatenate(colours, axis=2).clip(0, 1).astype(np.float32)[:height, :width]
