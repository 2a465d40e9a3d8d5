"""Grey-scale: colours replaced by their own grey.

Source: paper, section 5.2 (grey-scale transformation).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8

from lfpnet.data.augment.saturation import saturate


@dataclass(frozen=True)
class GreyScale:
    """Removes all colour."""

    def __call__(self, rng: np.random.Generator, pixels: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "h w 3"]:  # noqa: ARG002 - one signature for all
        """Return the grey of every colour, in three equal channels."""
        return saturate(pixels, 0.0)
