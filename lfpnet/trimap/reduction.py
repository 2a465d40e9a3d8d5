"""A trimap at a reduced size: what an artist marked stays marked, however thin."""

import numpy as np
from jaxtyping import UInt8

from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def reduced_trimap(trimap: UInt8[np.ndarray, "h w"], reduction: int) -> UInt8[np.ndarray, "hh ww"]:
    """Blocks of a trimap as single pixels.

    A block is known as soon as one of its pixels is, unless another is known for the other side. Were it known only
    where all agree, the shaft of a feather or the twigs of a tree would be lost to whatever works at a reduced size.

    Args:
        trimap: 0, 128 or 255, sides that are multiples of `reduction`.
        reduction: pixels per side of a block.

    Returns:
        0, 128 or 255, each side divided by `reduction`.
    """
    height, width = trimap.shape
    blocks = trimap.reshape(height // reduction, reduction, width // reduction, reduction)
    has_background = blocks.min(axis=(1, 3)) == BACKGROUND
    has_foreground = blocks.max(axis=(1, 3)) == FOREGROUND
    known = np.where(has_foreground, np.uint8(FOREGROUND), np.uint8(BACKGROUND))
    return np.where(has_foreground == has_background, np.uint8(UNKNOWN), known)
