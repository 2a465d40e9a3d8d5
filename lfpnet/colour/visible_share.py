"""Alpha that leaves both layers possible: a pixel darker than a layer's share of it proves that the share is smaller.

The plate is alpha F + (1 - alpha) B and no layer is negative, so in every channel (1 - alpha) B <= plate and
alpha F <= plate. At an alpha of .98 before a bright background a dark strand breaks the first: its blue channel then
takes all that is missing from the background, which turns yellow there, though it is the alpha that is wrong. Where one
layer is hardly seen, its colour is known from around it far better than alpha is, and alpha follows.

Source: equation 1 of the LFPNet paper and that light is not negative; which pixels are trusted is ours.
"""

import numpy as np
from jaxtyping import Float, Float32

#: The lesser share from which on alpha stays as it is, and up to which it follows fully; it fades in between.
LARGEST_SHARE = 0.2
TRUSTED_SHARE = 0.05

_Colours = Float32[np.ndarray, "n 3"]


def possible_alpha(
    plate_linear: _Colours, alpha: Float32[np.ndarray, " n"], foreground: _Colours, background: _Colours
) -> Float32[np.ndarray, " n"]:
    """Move alpha towards 0 or 1 where the layer that is hardly seen is brighter than the plate allows.

    Args:
        plate_linear: pixels, scene-linear.
        alpha: of the pixels, 0 to 1.
        foreground: expected, unpremultiplied, scene-linear.
        background: likewise.

    Returns:
        Alpha of the pixels, 0 to 1: no smaller than given where above a half, no larger where below.
    """
    background_share = _possible_share(plate_linear, 1 - alpha, background)
    foreground_share = _possible_share(plate_linear, alpha, foreground)
    return np.where(alpha > 0.5, 1 - background_share, foreground_share).astype(np.float32)


def _possible_share(plate: _Colours, share: Float32[np.ndarray, " n"], colour: _Colours) -> Float[np.ndarray, " n"]:
    """A layer's share, or as much of it as the darkest channel of the plate has room for."""
    light = np.maximum(plate, 0)
    with np.errstate(over="ignore"):  # there is room for any share of a colour that is next to nothing
        room = np.divide(light, colour, out=np.full_like(light, np.inf), where=colour > 0).min(axis=1)
    trust = np.clip((LARGEST_SHARE - share) / (LARGEST_SHARE - TRUSTED_SHARE), 0, 1)
    return share - trust * np.maximum(share - room, 0)
