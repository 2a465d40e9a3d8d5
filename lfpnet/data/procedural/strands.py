"""Tapered curved strands with anti-aliased coverage and a colour each: hair, fur, grass and feathers."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

_SUPERSAMPLING = 4
_SUBPIXEL_BITS = 4
_VALUES = (64, 128, 191, 255)

# What OpenCV's anti-aliased lines of these thicknesses cover across, in pixels: measured over angles and offsets.
_THICKNESSES = np.array([1, 2, 3, *range(5, 60, 2)])
_DRAWN_WIDTHS = np.array([1.32, 3.45, *(thickness + 2.55 for thickness in (3, *range(5, 60, 2)))])


@dataclass(frozen=True)
class Strands:
    """Many strands of one kind.

    Attributes:
        paths: x and y in pixels along each strand, root first.
        widths: width at the root in pixels.
        colours: display-encoded colour of each strand, 0 to 255.
    """

    paths: Float32[np.ndarray, "n points 2"]
    widths: Float[np.ndarray, " n"]
    colours: Float[np.ndarray, "n 3"]


def curved_paths(
    roots: Float[np.ndarray, "n 2"],
    directions: Float[np.ndarray, " n"],
    lengths: Float[np.ndarray, " n"],
    bends: Float[np.ndarray, " n"],
    *,
    points: int = 9,
    waves: Float[np.ndarray, " n"] | None = None,
) -> Float32[np.ndarray, "n points 2"]:
    """Grow strands from their roots.

    Args:
        roots: x and y in pixels.
        directions: angle at the root in radians.
        lengths: length in pixels.
        bends: turn from root to tip in radians.
        points: points along each strand.
        waves: sideways swing in radians, for curls; none when None.

    Returns:
        x and y along each strand.
    """
    step = np.linspace(0, 1, points - 1)[None, :]
    angle = directions[:, None] + bends[:, None] * step
    if waves is not None:
        angle = angle + waves[:, None] * np.sin(step * 4 * np.pi + directions[:, None] * 7)
    stride = lengths[:, None] / (points - 1)
    moves = np.stack([np.cos(angle) * stride, np.sin(angle) * stride], axis=2)
    start = roots[:, None, :]
    return np.concatenate([start, start + np.cumsum(moves, axis=1)], axis=1).astype(np.float32)


def strand_coverage(strands: Strands, size: int, *, taper: float = 0.9) -> Float32[np.ndarray, "size size"]:
    """Rasterise the coverage of all strands, each thinner towards its tip.

    Args:
        strands: what to draw.
        size: side of the canvas in pixels.
        taper: share of the width lost at the tip, 0 to 1.

    Returns:
        Coverage of the union, 0 to 1, shape (size, size).
    """
    side = size * _SUPERSAMPLING
    canvases = {value: np.zeros((side, side), np.uint8) for value in _VALUES}
    points = strands.paths.shape[1]
    enlarged = _fixed_point(strands.paths, _SUPERSAMPLING)
    for index in range(points - 1):
        width = strands.widths * (1 - taper * (index + 0.5) / (points - 1)) * _SUPERSAMPLING
        thickness, value = _pens(width)
        for pen in np.unique(thickness * 256 + value):
            chosen = (thickness == pen // 256) & (value == pen % 256)
            segments = list(enlarged[chosen, index : index + 2])
            _draw(canvases[int(pen % 256)], segments, [int(pen % 256)], int(pen // 256), cv2.LINE_AA)
    clear = np.ones((size, size), np.float32)
    for canvas in canvases.values():
        clear *= 1 - cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    return 1 - clear


def _pens(width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Choose OpenCV's thickness and a value so that each line covers its width; thin ones are drawn fainter."""
    is_thin = width < _DRAWN_WIDTHS[1]
    level = np.where(is_thin, (width > _DRAWN_WIDTHS[0]).astype(int), _nearest_level(width))
    share = np.where(is_thin, width / _DRAWN_WIDTHS[level], 1.0)
    quarter = np.clip(np.round(share * 4), 1, 4).astype(int)
    return _THICKNESSES[level], np.asarray(_VALUES)[quarter - 1]


def _nearest_level(width: np.ndarray) -> np.ndarray:
    """Index of the drawn width nearest to each width."""
    return np.abs(width[:, None] - _DRAWN_WIDTHS[None, :]).argmin(axis=1)


def paint_strands(
    canvas: UInt8[np.ndarray, "h w 3"],
    strands: Strands,
    *,
    shade: float = 0.35,
    tip_gain: float = 1.0,
    glints: Float[np.ndarray, " n"] | None = None,
) -> None:
    """Paint each strand's colour into `canvas` in place, thinner at the tip; later strands lie over earlier ones.

    Args:
        canvas: display-encoded colour, 0 to 255.
        strands: what to paint.
        shade: share of the colour lost at the root.
        tip_gain: factor of the colour at the tip, above 1 for bleached ends.
        glints: what is added to the colour half-way along each strand, for a band of reflected light; none when None.
    """
    points = strands.paths.shape[1]
    pieces = 2 if points < 6 else 4
    cuts = np.linspace(0, points - 1, pieces + 1).round().astype(int)
    fixed = _fixed_point(strands.paths, 1)
    thickness = _THICKNESSES[_nearest_level(strands.widths)]
    along = np.linspace(0, 1, pieces)
    gains = np.interp(along, [0, 0.5, 1], [1 - shade, 1.0, tip_gain])
    band = np.interp(along, [0, 0.2, 0.45, 0.7, 1], [0, 0.2, 1, 0.2, 0])
    tones = strands.colours[:, None, :] * gains[:, None]
    if glints is not None:
        tones = tones + np.asarray(glints)[:, None, None] * band[:, None]
    tones = np.clip(tones, 0, 255).tolist()
    for path, wide, tone in zip(fixed, thickness.tolist(), tones, strict=True):
        for piece, value in enumerate(tone):
            width = wide if piece < pieces / 2 else max(1, wide - 1)
            _draw(canvas, [path[cuts[piece] : cuts[piece + 1] + 1]], value, width, cv2.LINE_AA)


def _draw(canvas: np.ndarray, paths: list[np.ndarray], colour: list[float], thickness: int, kind: int) -> None:
    """Draw open lines whose points are fixed-point numbers."""
    cv2.polylines(canvas, paths, isClosed=False, color=colour, thickness=thickness, lineType=kind, shift=_SUBPIXEL_BITS)


def _fixed_point(paths: np.ndarray, scale: int) -> np.ndarray:
    """Scale pixel-centre coordinates and turn them into OpenCV's fixed-point numbers."""
    scaled = (paths + 0.5) * scale - 0.5
    limit = 2**15  # keeps far-away points inside OpenCV's integer range
    return np.round(np.clip(scaled, -limit, limit) * 2**_SUBPIXEL_BITS).astype(np.int32)
