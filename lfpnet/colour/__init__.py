"""Colour: what the network sees, and foreground and background back in the plate's own linear space.

Scene-linear plates (EXR) go through `display_encode` and the network's colours come back through `display_decode`.
Display-encoded plates (8 and 16 bit) are shown to the network as they are; `to_linear` takes them, and the network's
colours, to scene-linear. In both cases `solve_layers` then makes foreground and background reproduce the linear plate.
"""

from lfpnet.colour.compositing import over, premultiply
from lfpnet.colour.display import display_decode, display_encode
from lfpnet.colour.layers import solve_layers
from lfpnet.colour.srgb import srgb_decode, srgb_encode, to_linear
from lfpnet.colour.visible_share import possible_alpha

__all__ = [
    "display_decode",
    "display_encode",
    "over",
    "possible_alpha",
    "premultiply",
    "solve_layers",
    "srgb_decode",
    "srgb_encode",
    "to_linear",
]
