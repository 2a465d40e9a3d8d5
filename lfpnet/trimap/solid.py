"""What the artist says is solid inside: a mask or scribbles that override a trimap where colour cannot tell.

A flag of many colours, a dark coat before a dark wall: from colour alone its inside *is* background. Only shape, or the
artist, can tell.
"""

import numpy as np
from jaxtyping import Float32

from lfpnet.trimap.grey import BACKGROUND_AT_MOST
from lfpnet.trimap.sizes import require_same_size
from lfpnet.types import FOREGROUND, TrimapPixels

#: A mask's pixel says "solid" from here on, so that its anti-aliased border says nothing.
SOLID_AT_LEAST = 0.5


def with_solid(
    trimap: TrimapPixels,
    solid: Float32[np.ndarray, "_ _"],  # its size is compared in a sentence
    *,
    edge: Float32[np.ndarray, "_ _"] | None = None,
) -> TrimapPixels:
    """Mark as foreground what a mask says is solid: unknown pixels and holes of the trimap alike.

    Args:
        trimap: 0, 128 or 255.
        solid: 0 to 1; from one half on a pixel is solid; NaN is not. Rough shapes well inside the subject do.
        edge: an edge matte that was drawn as such, 0 to 1; where it is set the trimap stays as it is.

    Returns:
        A new trimap, (h, w).

    Raises:
        SizeMismatchError: the pictures differ in size.
    """
    require_same_size("trimap", trimap.shape, "solid", solid.shape)
    is_solid = solid >= SOLID_AT_LEAST
    if edge is not None:
        require_same_size("trimap", trimap.shape, "edge", edge.shape)
        is_solid &= edge <= BACKGROUND_AT_MOST
    return np.where(is_solid, np.uint8(FOREGROUND), trimap)
