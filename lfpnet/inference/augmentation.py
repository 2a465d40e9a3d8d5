"""Test-time augmentation: the eight ways to turn and mirror a square.

Source: the published evaluation with TTA: {mirrored or not} x {four quarter turns}, plain mean of the results.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor


class Turn(NamedTuple):
    """Mirror top to bottom first, then turn by quarters."""

    is_mirrored: bool
    quarters: int

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels (h, w) or (h, w, c) turned."""
        mirrored = np.flipud(pixels) if self.is_mirrored else pixels
        return np.ascontiguousarray(np.rot90(mirrored, self.quarters))

    def undo(self, patch: Tensor) -> Tensor:
        """What the network said of turned pixels, (b, c, h, w), turned back."""
        turned = torch.rot90(patch, -self.quarters, dims=(-2, -1))
        return torch.flip(turned, dims=(-2,)) if self.is_mirrored else turned


UNTURNED = Turn(is_mirrored=False, quarters=0)
#: Mirroring top to bottom, then a quarter turn clockwise: rows and columns exchanged.
TRANSPOSED = Turn(is_mirrored=True, quarters=-1)
ALL_TURNS = tuple(Turn(is_mirrored, quarters) for is_mirrored in (True, False) for quarters in range(4))
