# SPDX-License-Identifier: GPL-3.0-or-later
"""The trimap as the sidecar will make it, laid over the plate: looked at before minutes of matting are spent.

The rules and the tints are those of lfpnet.trimap, written again in numpy, because a host loads nothing of lfpnet;
a test compares the two.
"""

import math
from collections.abc import Mapping

import numpy as np

BACKGROUND, UNKNOWN, FOREGROUND = 0, 128, 255
#: Half levels of 8 bits, as in the sidecar.
BACKGROUND_AT_MOST, FOREGROUND_AT_LEAST = 5.5 / 255, 249.5 / 255
#: Share of the plate, and the display-encoded colour that fills the rest.
_TINTS = {
    BACKGROUND: (0.35, (20, 24, 72)),
    UNKNOWN: (0.55, (255, 176, 0)),
    FOREGROUND: (0.75, (0, 210, 90)),
}


def make_trimap(masks: Mapping[str, np.ndarray], inner_pixels: float, outer_pixels: float) -> np.ndarray:
    """The trimap of a request.

    Args:
        masks: `roto`, or `core` and `edge`, or `trimap`; (h, w) float32.
        inner_pixels: band inside a roto.
        outer_pixels: band outside it.

    Returns:
        Uint8 (h, w) of 0, 128 and 255.
    """
    if "core" in masks:
        return _from_core_and_edge(masks["core"], masks["edge"])
    if "trimap" in masks:
        return _from_grey(masks["trimap"])
    trimap = _from_grey(masks["roto"])
    is_solid, is_empty = trimap == FOREGROUND, trimap == BACKGROUND
    trimap[is_solid & _is_near(~is_solid, inner_pixels)] = UNKNOWN
    trimap[is_empty & _is_near(~is_empty, outer_pixels)] = UNKNOWN
    return trimap


def overlay(plate_linear: np.ndarray, trimap: np.ndarray) -> np.ndarray:
    """Tint a plate: foreground greenish, unknown amber, background dimmed.

    Args:
        plate_linear: (h, w, 3 or more), linear.
        trimap: (h, w) of 0, 128 and 255.

    Returns:
        Float32 (h, w, 4), display-encoded, alpha 1.
    """
    encoded = _encode(np.clip(plate_linear[..., :3], 0, 1))
    picture = np.ones((*trimap.shape, 4), np.float32)
    for value, (share, colour) in _TINTS.items():
        where = trimap == value
        picture[where, :3] = encoded[where] * share + (1 - share) * np.array(colour, np.float32) / 255
    return picture


def _from_grey(grey: np.ndarray) -> np.ndarray:
    trimap = np.full(grey.shape, UNKNOWN, np.uint8)
    trimap[grey <= BACKGROUND_AT_MOST] = BACKGROUND
    trimap[grey >= FOREGROUND_AT_LEAST] = FOREGROUND
    return trimap


def _from_core_and_edge(core: np.ndarray, edge: np.ndarray) -> np.ndarray:
    trimap = np.full(core.shape, UNKNOWN, np.uint8)
    trimap[(core <= BACKGROUND_AT_MOST) & (edge <= BACKGROUND_AT_MOST)] = BACKGROUND
    trimap[core >= FOREGROUND_AT_LEAST] = FOREGROUND
    return trimap


def _is_near(is_target: np.ndarray, pixels: float) -> np.ndarray:
    """Mark what lies within a Euclidean distance of a target: columns first, then every offset along the rows."""
    reach = math.floor(pixels)
    if reach < 1:
        return is_target
    far = np.float32(pixels + 1) ** 2
    down = _column_distance(is_target, reach)
    squared = np.where(down <= reach, down.astype(np.float32) ** 2, far)
    nearest = squared.copy()
    width = is_target.shape[1]
    for shift in range(1, min(reach, width - 1) + 1):
        step = np.float32(shift * shift)
        np.minimum(nearest[:, shift:], squared[:, :-shift] + step, out=nearest[:, shift:])
        np.minimum(nearest[:, :-shift], squared[:, shift:] + step, out=nearest[:, :-shift])
    return nearest <= np.float32(pixels) ** 2


def _column_distance(is_target: np.ndarray, reach: int) -> np.ndarray:
    """Distance to the nearest target of the same column, at most reach + 1."""
    distance = np.where(is_target, 0, reach + 1).astype(np.int32)
    for row in range(1, distance.shape[0]):
        np.minimum(distance[row], distance[row - 1] + 1, out=distance[row])
    for row in range(distance.shape[0] - 2, -1, -1):
        np.minimum(distance[row], distance[row + 1] + 1, out=distance[row])
    return distance


def _encode(linear: np.ndarray) -> np.ndarray:
    """Display-encode for looking. Source: IEC 61966-2-1."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
