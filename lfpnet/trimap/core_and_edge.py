"""A trimap from two mattes: a core that is surely foreground and an edge that holds the doubtful rest."""

import numpy as np
from jaxtyping import Float32

from lfpnet.trimap.grey import BACKGROUND_AT_MOST, FOREGROUND_AT_LEAST, require_thresholds
from lfpnet.trimap.sizes import require_same_size
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, TrimapPixels

_Matte = Float32[np.ndarray, "_ _"]  # sizes are compared below, in a sentence


def from_core_and_edge(
    core: _Matte,
    edge: _Matte,
    *,
    background_at_most: float = BACKGROUND_AT_MOST,
    foreground_at_least: float = FOREGROUND_AT_LEAST,
) -> TrimapPixels:
    """Make a trimap from a core matte and an edge matte.

    The edge may be everything that is not surely background or only the band around the core: where both are set the
    core wins. An anti-aliased core pixel is unknown even outside the edge, as it is neither surely foreground nor
    surely background.

    Args:
        core: 0 to 1, as stored; values from `foreground_at_least` on are foreground. NaN is unknown.
        edge: 0 to 1, as stored; values above `background_at_most` are unknown, faint anti-aliased ones included. NaN is
            unknown.
        background_at_most: what counts as nothing, in both mattes.
        foreground_at_least: what counts as solid, in the core.

    Returns:
        The trimap, (h, w).

    Raises:
        SizeMismatchError: core and edge differ in size.
        ConfigurationError: the thresholds are not in order within 0 and 1.
    """
    require_thresholds(background_at_most, foreground_at_least)
    require_same_size("core", core.shape, "edge", edge.shape)
    trimap = np.full(core.shape, UNKNOWN, np.uint8)
    trimap[(core <= background_at_most) & (edge <= background_at_most)] = BACKGROUND
    trimap[core >= foreground_at_least] = FOREGROUND
    return trimap
