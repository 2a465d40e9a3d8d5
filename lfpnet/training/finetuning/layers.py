"""Foreground and background colours of a plate beyond where they can be seen, computed by pymatting.

Source: Germer et al., Fast Multi-Level Foreground Estimation, 2020.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import torch

from lfpnet.errors import ConfigurationError
from lfpnet.types import AlphaPixels, PlatePixels


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
    estimate = load_pymatting().estimate_foreground_ml
    with _threads_of_torch():
        foreground, background = estimate(
            plate_display.astype(np.float64), alpha.astype(np.float64), return_background=True
        )
    if foreground_display is not None:
        foreground = np.where(alpha[..., None] > 0, foreground_display, foreground)
    if background_display is not None:
        background = background_display
    return np.clip(foreground, 0, 1).astype(np.float32), np.clip(background, 0, 1).astype(np.float32)


def load_pymatting() -> ModuleType:
    """The library.

    Raises:
        ConfigurationError: it cannot be imported; the sentence says how to get it.
    """
    try:
        with warnings.catch_warnings(), _threads_of_torch():
            warnings.simplefilter("ignore")  # its compiler warns about itself
            import pymatting
    except ImportError as error:
        raise ConfigurationError(
            f"Fine-tuning needs pymatting for colours beyond the alpha, which cannot be imported ({error}); install it "
            "with `pip install lfpnet[evaluate]`."
        ) from error
    return pymatting


@contextmanager
def _threads_of_torch() -> Iterator[None]:
    """Keep the number of threads that torch had.

    Importing pymatting's compiler, and running it, leaves OpenMP with a thread for every core, which torch takes over:
    on shared cores a small convolution took 62 ms instead of 0.5 ms.
    """
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
