"""Unpremultiplied colours everywhere: what lies beyond the outline takes the colours next to it (push-pull)."""

import numpy as np

_TRUST = 3.0  # a pixel covered to a third or more keeps its own colour; fewer samples are no colour yet


def spread_colours(premultiplied: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Divide by alpha and fill where there is none from ever coarser averages.

    Args:
        premultiplied: colour times coverage (h, w, 3).
        alpha: coverage (h, w) of the same samples.
    """
    weight = alpha[..., None].astype(np.float64)
    return _filled(premultiplied.astype(np.float64), weight)


def _filled(colour: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted averages of a pyramid, each level trusted as far as it was covered."""
    height, width = weight.shape[:2]
    own = colour / np.maximum(weight, 1e-6)
    if max(height, width) <= 1:
        return np.where(weight > 0, own, 0.5)
    coarse = _enlarged(_filled(_halved(colour), _halved(weight)), height, width)
    trust = np.clip(weight * _TRUST, 0, 1)
    return own * trust + coarse * (1 - trust)


def _halved(values: np.ndarray) -> np.ndarray:
    """Means of two by two, the last row and column doubled where the size is odd."""
    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def _enlarged(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Twice the size, each new pixel three parts its parent and one part the nearer neighbour, along both axes."""
    for axis, size in ((0, height), (1, width)):
        padded = np.pad(values, [(1, 1) if place == axis else (0, 0) for place in range(3)], mode="edge")
        count = values.shape[axis]
        before, after = np.take(padded, range(count), axis), np.take(padded, range(2, count + 2), axis)
        pair = np.stack([0.75 * values + 0.25 * before, 0.75 * values + 0.25 * after], axis + 1)
        shape = [*values.shape]
        shape[axis] *= 2
        values = np.take(pair.reshape(shape), range(size), axis)
    return values
