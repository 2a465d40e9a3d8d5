"""A foreground with its exact coverage: what a generator draws and what a pool stores."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, UInt8


@dataclass(frozen=True)
class Foreground:
    """Colour and coverage of one object.

    Attributes:
        colour: unpremultiplied and display-encoded, 0 to 255, defined everywhere (extended below alpha 0).
        alpha: coverage, 0 to 1; exactly 0 outside the object and exactly 1 where it is solid.
    """

    colour: UInt8[np.ndarray, "h w 3"]
    alpha: Float32[np.ndarray, "h w"]
