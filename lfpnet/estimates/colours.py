"""Foreground and background that go with an alpha.

Source: Germer, Uelwer, Conrad and Harmeling, Fast Multi-Level Foreground Estimation, by pymatting.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.pymatting_library import load_pymatting, threads_of_torch
from lfpnet.types import AlphaPixels, PlatePixels


def estimated_colours(plate_display: PlatePixels, alpha: AlphaPixels) -> Float32[np.ndarray, "h w 6"]:
    """Smooth colours that explain the plate under an alpha.

    Args:
        plate_display: display-encoded, 0 to 1.
        alpha: 0 to 1.

    Returns:
        Foreground and background, display-encoded, 0 to 1, defined everywhere.
    """
    pymatting = load_pymatting("makes the estimates of colour")
    with threads_of_torch():
        colours = pymatting.estimate_foreground_ml(
            plate_display.astype(np.float64), alpha.astype(np.float64), return_background=True
        )
    return np.concatenate(colours, axis=2).clip(0, 1).astype(np.float32)
