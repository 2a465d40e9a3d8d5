"""What happens to NaN and infinity in a picture: replaced once, at the border, and counted.

NaN becomes 0, +infinity 65504 and -infinity -65504, the ends of the half range. Everything behind the border may then
assume finite numbers.
"""

import numpy as np
from jaxtyping import Float32

#: Largest finite half.
HALF_MAX = 65504.0


def replace_non_finite(pixels: Float32[np.ndarray, "h w *c"]) -> int:
    """Replace NaN and infinities in place.

    Args:
        pixels: any range; changed in place.

    Returns:
        The number of pixels (not samples) that held one or more such values.
    """
    is_finite = np.isfinite(pixels)
    if is_finite.all():
        return 0
    np.nan_to_num(pixels, copy=False, nan=0.0, posinf=HALF_MAX, neginf=-HALF_MAX)
    is_pixel_finite = is_finite.all(axis=-1) if pixels.ndim == 3 else is_finite
    return int(is_pixel_finite.size - np.count_nonzero(is_pixel_finite))
