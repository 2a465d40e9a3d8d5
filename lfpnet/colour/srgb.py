"""The sRGB transfer curve and its inverse (IEC 61966-2-1), extended to negatives and beyond one."""

import cv2
import numpy as np

from lfpnet.colour.blocks import Values, in_blocks

#: Constants of IEC 61966-2-1.
LINEAR_TOE_END, DISPLAY_TOE_END, TOE_SLOPE = 0.0031308, 0.04045, 12.92
SCALE, OFFSET, EXPONENT = 1.055, 0.055, 2.4


def srgb_encode(linear: Values) -> Values:
    """Encode linear values with the sRGB curve; negatives are mirrored, values above one go on along the curve.

    Args:
        linear: linear values of any range and shape, finite.

    Returns:
        Display-encoded values, same shape, within 3e-7 of the exact curve for inputs of -1 to 1.

    Source: IEC 61966-2-1.
    """
    return in_blocks(_encode, linear)


def srgb_decode(display: Values) -> Values:
    """Decode sRGB values to linear; negatives are mirrored, values above one go on along the curve.

    Args:
        display: display-encoded values of any range and shape, finite.

    Returns:
        Linear values, same shape, within 3e-7 of the exact curve for inputs of -1 to 1.

    Source: IEC 61966-2-1.
    """
    return in_blocks(_decode, display)


def to_linear(display_encoded: Values) -> Values:
    """Take a display-encoded plate (8 or 16 bit, as floats 0 to 1), or colours seen beside it, to scene-linear.

    Args:
        display_encoded: sRGB-encoded values, 0 to 1.

    Returns:
        Scene-linear values with sRGB primaries, same shape; one stays one.
    """
    return srgb_decode(display_encoded)


def _encode(linear: np.ndarray, display: np.ndarray) -> None:
    magnitude = np.abs(linear)
    # scale * power - offset, arranged so that one becomes exactly one in float32
    np.subtract(_power(magnitude, 1 / EXPONENT), 1, out=display)
    display *= SCALE
    display += 1
    np.multiply(magnitude, TOE_SLOPE, out=display, where=magnitude <= LINEAR_TOE_END)
    np.copysign(display, linear, out=display)


def _decode(display: np.ndarray, linear: np.ndarray) -> None:
    magnitude = np.abs(display)
    linear[:] = _power((magnitude + np.float32(OFFSET)) / np.float32(SCALE), EXPONENT)
    np.multiply(magnitude, 1 / TOE_SLOPE, out=linear, where=magnitude <= DISPLAY_TOE_END)
    np.copysign(linear, display, out=linear)


def _power(magnitude: np.ndarray, exponent: float) -> np.ndarray:
    # cv2.pow: six times the speed of numpy's power on a 4K plate, exact to 2.4e-7
    return cv2.pow(magnitude.reshape(1, -1), exponent).reshape(-1)
