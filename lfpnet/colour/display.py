"""What the network sees of a scene-linear plate: the sRGB curve with its highlights rolled off, and the way back.

Up to linear 0.8 the curve is sRGB, so an ordinary plate looks to the network as its 8-bit version does. From there

    display = 1 - headroom / sqrt(1 + 2 t),    t = slope (linear - 0.8) / headroom

goes on with the same value and slope and approaches one without reaching it: linear 1, 2, 10, 60 and 10 000 are shown
as 0.947, 0.975, 0.991, 0.996 and 0.9997. A steeper approach (t / (1 + t)) would crowd everything above 10 into half a
level of 8 bit; a slower one (logarithmic) would turn an error of 0.02 of the network into a factor of hundreds on the
way back.
"""

import numpy as np

from lfpnet.colour.blocks import Values, in_blocks
from lfpnet.colour.srgb import EXPONENT, OFFSET, SCALE, srgb_decode, srgb_encode

KNEE_LINEAR = 0.8
KNEE_DISPLAY = SCALE * KNEE_LINEAR ** (1 / EXPONENT) - OFFSET
KNEE_SLOPE = SCALE / EXPONENT * KNEE_LINEAR ** (1 / EXPONENT - 1)
HEADROOM = 1 - KNEE_DISPLAY

#: The largest finite value of a half-float EXR.
LARGEST_HALF = 65504.0
#: Half the distance from one to the next float32 below it: the curve's rounding, so no gap to one is taken to be
#: smaller.
SMALLEST_GAP = 2.0**-24
LARGEST_DISPLAY = float(np.nextafter(np.float32(1), np.float32(0)))


def display_encode(plate_linear: Values) -> Values:
    """Show a scene-linear plate to the network: sRGB, highlights rolled off, negatives as black.

    Args:
        plate_linear: scene-linear values of any range, finite.

    Returns:
        Display-encoded values, same shape, 0 to below 1; rising with the input, so that highlights stay apart.

    Source: sRGB of IEC 61966-2-1 up to linear 0.8; the roll-off is ours.
    """
    return in_blocks(_encode, plate_linear)


def display_decode(display: Values, *, brightest: float = LARGEST_HALF) -> Values:
    """Undo `display_encode`: the network's colours in the plate's linear space.

    The round trip of 0 to 60 is exact to 3e-7 + 3e-5 of the value in float32; negatives come back as zero.

    Args:
        display: display-encoded values, 0 to 1.
        brightest: upper limit of the result. Near one the curve is so flat that small errors of a network become large
            values: give the plate's own maximum when decoding what a network predicted.

    Returns:
        Scene-linear values, same shape, 0 to `brightest`.
    """

    def decode(source: np.ndarray, result: np.ndarray) -> None:
        _decode(source, result)
        np.minimum(result, np.float32(brightest), out=result)

    return in_blocks(decode, display)


def _encode(linear: np.ndarray, display: np.ndarray) -> None:
    display[:] = srgb_encode(np.clip(linear, 0, KNEE_LINEAR))
    is_highlight = linear > KNEE_LINEAR
    if is_highlight.any():
        # in double: near one the gap to one is what tells highlights apart
        excess = (linear[is_highlight].astype(np.float64) - KNEE_LINEAR) * (KNEE_SLOPE / HEADROOM)
        display[is_highlight] = np.minimum(1 - HEADROOM / np.sqrt(1 + 2 * excess), LARGEST_DISPLAY)


def _decode(display: np.ndarray, linear: np.ndarray) -> None:
    linear[:] = srgb_decode(np.clip(display, 0, KNEE_DISPLAY))
    is_highlight = display > KNEE_DISPLAY
    if is_highlight.any():
        gap = np.maximum(1 - display[is_highlight].astype(np.float64), SMALLEST_GAP)
        excess = ((HEADROOM / gap) ** 2 - 1) / 2
        linear[is_highlight] = KNEE_LINEAR + excess * (HEADROOM / KNEE_SLOPE)
