"""A foreground of any size in a pool's square: the subject whole, shrunk if it must, its colours spread beyond it."""

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.data.foreground import Foreground
from lfpnet.data.procedural.finish import finish
from lfpnet.data.render.blender_scenes.spread import spread_colours

_MARGIN_SHARE, _MARGIN_PIXELS = 0.04, 8  # around the subject, for trimaps to have a background in


def fitted(
    colour: Float32[np.ndarray, "h w 3"], alpha: Float32[np.ndarray, "h w"], size: int, *, is_whole: bool = False
) -> Foreground:
    """Bring a foreground into a square.

    The square holds the whole subject with a margin. A larger subject is shrunk, a smaller one stays as it is. What the
    picture's border cuts off stays at the square's border, so that no straight edge appears inside; a subject that
    goes through from border to border fills the square and is cut about its middle.

    Args:
        colour: unpremultiplied, display-encoded, 0 to 1.
        alpha: 0 to 1, not 0 everywhere.
        size: side of the square.
        is_whole: whether the colour is defined everywhere; a square that needs no change then keeps it.
    """
    window = _window(alpha, size)
    if is_whole and window == (0, 0, size) and alpha.shape == (size, size):
        return finish(_levels(colour), alpha)
    premultiplied = np.concatenate([colour * alpha[..., None], alpha[..., None]], axis=2)
    square = _cut(premultiplied, *window)
    if square.shape[0] != size:
        how = cv2.INTER_AREA if square.shape[0] > size else cv2.INTER_CUBIC
        square = np.clip(cv2.resize(square, (size, size), interpolation=how), 0, 1)
    coverage = np.ascontiguousarray(square[..., 3])
    return finish(_levels(spread_colours(square[..., :3], coverage)), coverage)


def _window(alpha: Float32[np.ndarray, "h w"], size: int) -> tuple[int, int, int]:
    """Top, left and side of the square to cut; it may reach beyond the picture."""
    spans = []
    for axis in (1, 0):
        covered = np.flatnonzero(alpha.max(axis=axis) > 0)
        spans.append((int(covered[0]), int(covered[-1]) + 1))
    longest = max(stop - start for start, stop in spans)
    with_margin = longest + 2 * max(_MARGIN_PIXELS, round(_MARGIN_SHARE * longest))
    side = max(min(with_margin, max(alpha.shape)), size)
    for (start, stop), length in zip(spans, alpha.shape, strict=True):
        if start == 0 and stop == length:
            side = min(side, length)
    return _start(spans[0], side, alpha.shape[0]), _start(spans[1], side, alpha.shape[1]), side


def _start(span: tuple[int, int], side: int, length: int) -> int:
    """Where the square begins on one axis, along which the subject covers a span."""
    start, stop = span
    middle = (start + stop - side) // 2
    if length >= side:
        return int(np.clip(middle, 0, length - side))
    if start == 0:
        return 0
    return length - side if stop == length else middle


def _cut(pixels: Float32[np.ndarray, "h w 4"], top: int, left: int, side: int) -> Float32[np.ndarray, "s s 4"]:
    """A square of the picture, empty beyond it."""
    square = np.zeros((side, side, 4), np.float32)
    first_row, first_column = max(top, 0), max(left, 0)
    inside = pixels[first_row : top + side, first_column : left + side]
    row, column = first_row - top, first_column - left
    square[row : row + inside.shape[0], column : column + inside.shape[1]] = inside
    return square


def _levels(colour: np.ndarray) -> np.ndarray:
    return np.round(np.clip(colour, 0, 1) * 255).astype(np.uint8)
