"""A trimap from grey values: dark is background, bright is foreground, everything between is unknown."""

import numpy as np

from lfpnet.errors import ConfigurationError
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, AlphaPixels, TrimapPixels

#: Of 255 levels 0-5 are background and 250-255 foreground, half levels so that no rounding of level / 255 decides.
#: Measured on a drawn trimap saved as JPEG of quality 75 to 95: the levels stray farther only within 10 pixels of an
#: edge, where the unknown region grows a little, and no unknown pixel is lost.
BACKGROUND_AT_MOST = 5.5 / 255
FOREGROUND_AT_LEAST = 249.5 / 255


def from_grey(
    grey: AlphaPixels,
    *,
    background_at_most: float = BACKGROUND_AT_MOST,
    foreground_at_least: float = FOREGROUND_AT_LEAST,
) -> TrimapPixels:
    """Make a trimap from a grey one of any depth.

    Args:
        grey: 0 for background to 1 for foreground, as stored (no colour management). Values outside count as 0 or 1;
            NaN is unknown.
        background_at_most: greys up to this are background; 0 <= background_at_most < foreground_at_least.
        foreground_at_least: greys from this on are foreground; at most 1.

    Returns:
        The trimap, (h, w). Greys between the two thresholds are unknown: 127, 128 and 129 of 255 as well as
        anti-aliased edges.

    Raises:
        ConfigurationError: the thresholds are not in order within 0 and 1.
    """
    require_thresholds(background_at_most, foreground_at_least)
    trimap = np.full(grey.shape, UNKNOWN, np.uint8)
    trimap[grey <= background_at_most] = BACKGROUND
    trimap[grey >= foreground_at_least] = FOREGROUND
    return trimap


def require_thresholds(background_at_most: float, foreground_at_least: float) -> None:
    """Raise ConfigurationError unless 0 <= background_at_most < foreground_at_least <= 1."""
    if not 0 <= background_at_most < foreground_at_least <= 1:
        raise ConfigurationError(
            "Trimap thresholds must satisfy 0 <= background_at_most < foreground_at_least <= 1 but are "
            f"{background_at_most:g} and {foreground_at_least:g}; 5.5/255 and 249.5/255 suit most trimaps."
        )
