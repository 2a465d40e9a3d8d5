"""Test-time augmentation: the eight ways to turn and mirror a square.

Source: the published evaluation with TTA: {mirrored or not} x {four quarter turns}, plain mean of the results.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Turn(NamedTuple):
    """Mirror top to bottom first, then turn by quarters."""

    is_mirrored: bool
    quarters: int

    def apply(self, patch: Tensor) -> Tensor:
        """(b, c, h, w) turned."""
        mirrored = torch.flip(patch, dims=(-2,)) if self.is_mirrored else patch
        return torch.rot90(mirrored, self.quarters, dims=(-2, -1))

    def undo(self, patch: Tensor) -> Tensor:
        """(b, c, h, w) turned back."""
        turned = torch.rot90(patch, -self.quarters, dims=(-2, -1))
        return torch.flip(turned, dims=(-2,)) if self.is_mirrored else turned


UNTURNED = Turn(is_mirrored=False, quarters=0)
#: Mirroring top to bottom, then a quarter turn clockwise: rows and columns exchanged.
TRANSPOSED = Turn(is_mirrored=True, quarters=-1)
ALL_TURNS = tuple(Turn(is_mirrored, quarters) for is_mirrored in (True, False) for quarters in range(4))
