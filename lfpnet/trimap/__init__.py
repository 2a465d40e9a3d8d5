"""Trimaps: made from what artists have, checked, and shown over the plate.

They have a grey trimap, core and edge mattes, one soft roto, or (in training) a known alpha.
The canonical form is uint8 (h, w) of `lfpnet.types.BACKGROUND`, `UNKNOWN` and `FOREGROUND`.
"""

from lfpnet.trimap.bands import from_alpha, from_soft_roto
from lfpnet.trimap.core_and_edge import from_core_and_edge
from lfpnet.trimap.grey import from_grey
from lfpnet.trimap.inspection import Box, TrimapSummary, inspect
from lfpnet.trimap.overlay import overlay
from lfpnet.trimap.reduction import reduced_trimap
from lfpnet.trimap.solid import with_solid

__all__ = [
    "Box",
    "TrimapSummary",
    "from_alpha",
    "from_core_and_edge",
    "from_grey",
    "from_soft_roto",
    "inspect",
    "overlay",
    "reduced_trimap",
    "with_solid",
]
