"""Foreground and background colours of a plate beyond where they can be seen, computed by pymatting.

Source: Germer et al., Fast Multi-Level Foreground Estimation, 2020.
"""

import numpy as np

from lfpnet.pymatting_library import load_pymatting, threads_of_torch
from lfpnet.types import AlphaPixels, PlatePixels

#: What fine-tuning needs the library for.
PURPOSE = "finds colours beyond the alpha"


def extended_layers(
    plate_display: PlatePixels,
    alpha: AlphaPixels,
    foreground_display: PlatePixels | None = None,
    background_display: PlatePixels | None = None,
) -> tuple[PlatePixels, PlatePixels]:
    """Foreground and background defined on every pixel.

    Args:
        plate_display: display-encoded, 0 to 1.
        alpha: 0 to 1.
        foreground_display: unpremultiplied where it is known; taken wherever alpha is not 0.
        background_display: the clean plate where there is one; taken everywhere.

    Returns:
        Foreground and background, display-encoded, 0 to 1.

    Raises:
        ConfigurationError: pymatting is not installed.
    """
    estimate = load_pymatting(PURPOSE).estimate_foreground_ml
    with threads_of_torch():
        foreground, background = estimate(
            plate_display.astype(np.float64), alpha.astype(np.float64), return_background=True
        )
    if foreground_display is not None:
        foreground = np.where(alpha[..., None] > 0, foreground_display, foreground)
    if background_display is not None:
        background = background_display
    return np.clip(foreground, 0, 1).astype(np.float32), np.clip(background, 0, 1).astype(np.float32)
