"""Per-value curves over arrays of any size, one cache-sized block at a time."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32

#: 256 KiB of float32: a block and its temporaries stay in the second-level cache, and extra memory stays constant.
VALUES_PER_BLOCK = 1 << 16

Values = Float32[np.ndarray, "..."]
Curve = Callable[[np.ndarray, np.ndarray], None]


def in_blocks(curve: Curve, values: Values) -> Values:
    """Return a new array of the same shape, filled by `curve(source, result)` one block at a time (one-dimensional)."""
    source = np.ascontiguousarray(values, np.float32).reshape(-1)
    result = np.empty_like(source)
    for start in range(0, source.size, VALUES_PER_BLOCK):
        block = slice(start, start + VALUES_PER_BLOCK)
        curve(source[block], result[block])
    return result.reshape(values.shape)
