# SPDX-License-Identifier: GPL-3.0-or-later
"""Which masks make the trimap, and how a key is stretched. No bpy."""

import numpy as np

from .sidecar.client import Pixels

#: Trimap mode -> the masks it needs: role in the request -> input of the node.
MASKS: dict[str, dict[str, str]] = {
    "ROTO": {"roto": "Trimap"},
    "KEYED": {"roto": "Trimap"},
    "CORE_EDGE": {"core": "Trimap", "edge": "Edge"},
    "TRIMAP": {"trimap": "Trimap"},
}


def clipped(mask: Pixels, black: float, white: float) -> Pixels:
    """A key stretched between its two clips: at most `black` is background, at least `white` is foreground."""
    span = max(white - black, 1e-6)
    stretched = np.clip((mask.array - np.float32(black)) / np.float32(span), 0, 1, dtype=np.float32)
    return Pixels(stretched, colour_space="data", origin=mask.origin)
