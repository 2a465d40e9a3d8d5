"""Random composition: a second foreground behind the first, both taken as one.

Source: paper, section 5.2 (random composition); alpha is 1 - (1 - a1)(1 - a2), colour their premultiplied mix.
"""

import cv2
import numpy as np
from jaxtyping import UInt8

Colour = UInt8[np.ndarray, "h w 3"]
Coverage = UInt8[np.ndarray, "h w"]


def merge_foregrounds(front: tuple[Colour, Coverage], behind: tuple[Colour, Coverage]) -> tuple[Colour, Coverage]:
    """Lay one foreground over another.

    Args:
        front: unpremultiplied display-encoded colour and alpha times 255.
        behind: the same, of the foreground behind.

    Returns:
        Colour and alpha times 255 of both together.
    """
    front_weight = front[1].astype(np.float32) / 255
    behind_weight = behind[1].astype(np.float32) / 255 * (1 - front_weight)
    total = front_weight + behind_weight
    share = behind_weight / np.maximum(total, np.float32(1e-6))
    mixed = cv2.blendLinear(front[0], behind[0], 1 - share, share)
    return np.asarray(mixed, np.uint8), np.rint(total * 255).astype(np.uint8)
