"""Plates and trimaps to measure on: a roto band around a wobbling silhouette, hair over clutter, or files.

A scene is a dictionary of plain values, so that it can be handed to another process.
"""

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np

from lfpnet.data.composite import composite
from lfpnet.data.procedural.hair import hair
from lfpnet.data.procedural_background import procedural_background
from lfpnet.images import align, read_mask, read_plate
from lfpnet.trimap import from_alpha, from_core_and_edge, from_grey
from lfpnet.trimap.shapes import read_shapes
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, PlatePixels, TrimapPixels

#: Half the height and half the width of the silhouette, as fractions of the frame's height: a standing figure.
HALF_HEIGHT, HALF_WIDTH = 0.40, 0.20
#: Rows that are computed at a time, so that making a scene needs little memory beside it.
_ROWS = 128


class Scene(NamedTuple):
    """What `Predictor.matte` takes."""

    plate: PlatePixels
    trimap: TrimapPixels
    is_linear: bool


def band(height: int, width: int, unknown: float) -> dict[str, Any]:
    """A scene-linear plate whose trimap is unknown in a band around a silhouette, `unknown` of all pixels."""
    return {"kind": "band", "height": height, "width": width, "unknown": unknown}


def composited_hair(side: int, seed: int) -> dict[str, Any]:
    """Drawn hair over a drawn background, display-encoded; unknown for some pixels around the strands."""
    return {"kind": "hair", "side": side, "seed": seed}


def files(plate: Path, trimap: Path) -> dict[str, Any]:
    """A plate, and a grey trimap or roto shapes, from files."""
    return {"kind": "files", "plate": str(plate), "trimap": str(trimap)}


def make_scene(scene: dict[str, Any]) -> Scene:
    """The pixels of a scene; the same ones every time."""
    values = dict(scene)
    makers = {"band": _band, "hair": _hair, "files": _files}
    return makers[values.pop("kind")](**values)


def _band(height: int, width: int, unknown: float) -> Scene:
    distance = _distance_to_outline(height, width)
    nearest = distance[::4, ::4] if height > 1000 else distance  # a sample places the threshold well enough
    half_width = float(np.quantile(np.abs(nearest), unknown))
    trimap = np.full((height, width), UNKNOWN, np.uint8)
    trimap[distance > half_width] = FOREGROUND
    trimap[distance < -half_width] = BACKGROUND
    return Scene(_textured_plate(height, width), trimap, is_linear=True)


def _distance_to_outline(height: int, width: int) -> np.ndarray:
    """Pixels to the silhouette's outline (h, w): above 0 inside, below 0 outside."""
    is_inside = np.empty((height, width), np.uint8)
    across = (np.arange(width) - width / 2) / (HALF_WIDTH * height)
    for top in range(0, height, _ROWS):
        down = (np.arange(top, min(height, top + _ROWS))[:, None] - height / 2) / (HALF_HEIGHT * height)
        angle = np.arctan2(down, across)
        outline = 1 + 0.08 * np.sin(5 * angle) + 0.05 * np.sin(13 * angle + 1)
        is_inside[top : top + _ROWS] = np.hypot(down, across) < outline
    distance = cv2.distanceTransform(is_inside, cv2.DIST_L2, 5)
    distance -= cv2.distanceTransform(1 - is_inside, cv2.DIST_L2, 5)
    return distance


def _textured_plate(height: int, width: int) -> PlatePixels:
    """Scene-linear colours in large soft areas under fine grain, with some highlights far above one."""
    random = np.random.default_rng(0)
    soft = random.gamma(0.8, 0.4, (9, 16, 3)).astype(np.float32)
    plate = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    grain = random.uniform(0.7, 1.3, (256, 256, 3)).astype(np.float32)
    grain[:2, :2] = 20
    for top in range(0, height, 256):
        for left in range(0, width, 256):
            part = plate[top : top + 256, left : left + 256]
            part *= grain[: part.shape[0], : part.shape[1]]
    return plate


def _hair(side: int, seed: int) -> Scene:
    random = np.random.default_rng(seed)
    front = hair(random, side)
    alpha = np.round(front.alpha * 255).astype(np.uint8)
    plate = composite(front.colour, procedural_background(random, side), alpha)
    pixels = side / 64
    trimap = from_alpha(alpha.astype(np.float32) / 255, inner_pixels=pixels, outer_pixels=pixels)
    return Scene(plate.astype(np.float32) / 255, trimap, is_linear=False)


def _files(plate: str, trimap: str) -> Scene:
    read = read_plate(Path(plate))
    if trimap.endswith(".json"):
        mattes = read_shapes(Path(trimap)).rasterise(*read.pixels.shape[:2])
        return Scene(read.pixels, from_core_and_edge(*mattes), is_linear=read.is_linear)
    mask = align(read_mask(Path(trimap)), read)
    return Scene(read.pixels, from_grey(mask), is_linear=read.is_linear)
