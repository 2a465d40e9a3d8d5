"""Roto shapes in a file: closed splines with a role, drawn the way a host draws them.

The file is JSON: {"width": w, "height": h, "shapes": [{"role": "core" | "edge", "points": [[x, y], ...],
"is_smooth": true}]}; x to the right and y down in plate pixels, pixel centres at .5. A `core` shape is
surely foreground; an `edge` shape holds every pixel that may be foreground; `core_hole` and `edge_hole` cut out.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from lfpnet.errors import SizeMismatchError, TrimapError
from lfpnet.types import AlphaPixels

ROLES = ("core", "edge", "core_hole", "edge_hole")
#: Points drawn between two vertices of a smooth shape.
_STEPS = 16
#: Sub-pixel bits of the rasteriser, and how many samples a side make up a pixel.
_SHIFT, _SAMPLES = 8, 4
_ROWS_PER_STRIPE = 256


@dataclass(frozen=True)
class Shape:
    """One closed spline: its role, its vertices (n, 2) as x, y, and whether it is smooth."""

    role: str
    points: np.ndarray
    is_smooth: bool

    def outline(self) -> np.ndarray:
        """Vertices (n, 2) of the polygon that is drawn: a closed Catmull-Rom spline when smooth."""
        if not self.is_smooth:
            return self.points
        before, here, after, beyond = (np.roll(self.points, shift, axis=0) for shift in (1, 0, -1, -2))
        at = np.linspace(0, 1, _STEPS, endpoint=False)[:, None, None]
        curve = (
            2 * here
            + (after - before) * at
            + (2 * before - 5 * here + 4 * after - beyond) * at**2
            + (3 * here - before - 3 * after + beyond) * at**3
        ) / 2
        return curve.transpose(1, 0, 2).reshape(-1, 2)


@dataclass(frozen=True)
class Shapes:
    """The shapes of one frame, for a plate of `width` x `height` pixels."""

    width: int
    height: int
    shapes: tuple[Shape, ...]

    def rasterise(self, height: int, width: int) -> tuple[AlphaPixels, AlphaPixels]:
        """Core and edge mattes, anti-aliased, 0 to 1.

        Raises:
            SizeMismatchError: the shapes were drawn on a plate of another size.
        """
        if (height, width) != (self.height, self.width):
            raise SizeMismatchError(
                f"The shapes were drawn on {self.width} x {self.height} pixels, but the plate has {width} x {height}; "
                "draw them on this plate."
            )
        mattes = []
        for kind in ("core", "edge"):
            matte = np.zeros((height, width), np.float32)
            for shape in self.shapes:
                if shape.role.startswith(kind):
                    covered = _coverage(shape.outline(), height, width)
                    if shape.role.endswith("hole"):
                        np.minimum(matte, 1 - covered, out=matte)
                    else:
                        np.maximum(matte, covered, out=matte)
            mattes.append(matte)
        return mattes[0], mattes[1]


def read_shapes(path: Path) -> Shapes:
    """Read a file of shapes.

    Raises:
        TrimapError: the file is missing or does not have the form above.
    """
    try:
        content = json.loads(path.read_text())
        shapes = tuple(_shape(one) for one in content["shapes"])
        return Shapes(int(content["width"]), int(content["height"]), shapes)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise TrimapError(
            f"Expected roto shapes with width, height and closed splines in {path}, got '{error}'; see the example in "
            "the README."
        ) from error


def _shape(values: dict[str, Any]) -> Shape:
    points = np.asarray(values["points"], np.float64)
    if values["role"] not in ROLES or points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
        raise ValueError(f"a shape of role '{values['role']}' and {len(points)} points")
    if not np.isfinite(points).all():
        raise ValueError("a point that is not a number")
    return Shape(values["role"], points, bool(values.get("is_smooth", True)))


def _coverage(outline: np.ndarray, height: int, width: int) -> AlphaPixels:
    """Share of every pixel inside the polygon, from several samples per pixel, drawn by stripes of its own box."""
    coverage = np.zeros((height, width), np.float32)
    left, top = np.clip(np.floor(outline.min(axis=0)).astype(int), 0, (width, height))
    right, bottom = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 1, 0, (width, height))
    if left >= right:
        return coverage
    for row in range(top, bottom, _ROWS_PER_STRIPE):
        rows = min(_ROWS_PER_STRIPE, bottom - row)
        fine = np.zeros((rows * _SAMPLES, (right - left) * _SAMPLES), np.uint8)
        scaled = (outline - (left, row)) * _SAMPLES - 0.5
        cv2.fillPoly(fine, [np.round(scaled * 2**_SHIFT).astype(np.int32)], 255, cv2.LINE_8, _SHIFT)
        share = cv2.resize(fine, (int(right - left), int(rows)), interpolation=cv2.INTER_AREA)
        coverage[row : row + rows, left:right] = share.astype(np.float32) / 255
    return coverage
