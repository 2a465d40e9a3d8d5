"""Marks along what is solid but thin: a quill, twigs, a window's frame, of which erosion leaves nothing.

Source: what artists do; a trimap without such marks says nothing of the subject's colours.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.types import FOREGROUND


@dataclass(frozen=True)
class ThinMarks:
    """Marks the middle of solid parts as foreground, on some stretches of the picture.

    Attributes:
        shares: smallest and largest share of the picture that gets such marks.
        middle: how deep a marked pixel lies, as a share of the deepest about it.
        stretches: along each side of the picture; each is marked or not.
    """

    shares: tuple[float, float] = (0.3, 1.0)
    middle: float = 0.7
    stretches: int = 10

    #: Side of the square in which a pixel must be among the deepest, and the least depth, in pixels.
    _about, _least_depth = 15, 1.0

    def __call__(
        self, rng: np.random.Generator, trimap: UInt8[np.ndarray, "h w"], alpha: UInt8[np.ndarray, "h w"]
    ) -> UInt8[np.ndarray, "h w"]:
        """Return the trimap with more foreground; only where alpha is 255."""
        depth = cv2.distanceTransform((alpha == 255).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_3)
        deepest = cv2.dilate(depth, np.ones((self._about, self._about), np.uint8))
        chosen = (rng.random((self.stretches, self.stretches)) < rng.uniform(*self.shares)).astype(np.uint8)
        is_chosen = cv2.resize(chosen, trimap.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
        is_marked = is_chosen & (depth >= self.middle * deepest) & (depth >= self._least_depth)
        return np.where(is_marked, FOREGROUND, trimap).astype(np.uint8)
