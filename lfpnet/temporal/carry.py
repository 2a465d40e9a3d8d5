"""Trimaps between keys: each key's pixels are followed frame by frame, and both keys are asked about every pixel.

Background and core count where both neighbouring keys agree; the rest is unknown, and the unknown grows with how far
the two followings disagree (`closure`). A high closure between two keys says that a key is needed there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.temporal.flow import FlowPixels, flow, smoothed, warped
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, TrimapPixels

#: Pixels over which a following is smoothed at every step, of 432 lines; finer on smaller plates.
_SMOOTH = 8.0
#: Steps that turn "where a key's pixel went" into "which pixel of the key came here".
_INVERSIONS = 8
#: Pixels by which the unknown grows at least, and per pixel of closure; thin cores grow less.
_GROW, _GROW_PER_CLOSURE, _THIN_GROW, _THIN_PER_CLOSURE = 2.0, 2.0, 1.0, 1.0
#: A closure counts for no more than this in growing.
_MOST_CLOSURE = 8.0
#: Beyond the outermost key no second one is there to disagree: the closure that is assumed per frame away from it.
_ONE_SIDED = 0.25
_STILL_CORE = 0.5
#: Distances in a band count up to this many pixels.
_BAND = 12.0


_Grey = UInt8[np.ndarray, "_ _"]  # sizes are compared below, in a sentence
_Key = UInt8[np.ndarray, "_ _"]


@dataclass(frozen=True, eq=False)
class CarriedTrimap:
    """The trimap of one frame.

    Attributes:
        trimap: 0, 128 or 255.
        closure: 90th percentile in the band of how far the two keys' followings disagree, in pixels; None beyond the
            outermost key.
    """

    trimap: TrimapPixels
    closure: float | None


def carry(plates: Sequence[_Grey], first: _Key | None, last: _Key | None) -> list[CarriedTrimap]:
    """Carry the keys of an interval to every frame of it.

    Args:
        plates: the interval as `lfpnet.temporal.flow.plate_grey` makes it, in order; keys lie on its ends.
        first: the trimap on the first frame; None where frames before the first key are asked for.
        last: the trimap on the last frame, or None.

    Returns:
        One trimap a frame; keys as they came.

    Raises:
        ConfigurationError: no key, or no frame.
        SizeMismatchError: frames and keys differ in size.
    """
    _check(plates, first, last)
    steps = [(flow(here, there), flow(there, here)) for here, there in pairwise(plates)]
    ahead = _followed(first, steps) if first is not None else None
    back = None
    if last is not None:
        back = _followed(last, [(there, here) for here, there in reversed(steps)])[::-1]
    carried = []
    count = len(plates)
    for index in range(count):
        if first is not None and index == 0:
            carried.append(CarriedTrimap(first, None if last is None else 0.0))
        elif last is not None and index == count - 1:
            carried.append(CarriedTrimap(last, None if first is None else 0.0))
        elif ahead is not None and back is not None:
            assert first is not None
            assert last is not None
            share = index / (count - 1)
            carried.append(_between(first, last, ahead[index], back[index], ahead[-1], share))
        else:
            key, fields = (first, ahead) if first is not None else (last, back)
            assert key is not None
            assert fields is not None
            away = index if first is not None else count - 1 - index
            carried.append(_beyond(key, fields[index], away))
    return carried


def _followed(key: TrimapPixels, steps: Sequence[tuple[FlowPixels, FlowPixels]]) -> list[FlowPixels]:
    """Where each pixel of the key is in every frame, from the key on: (dx, dy) from its place in the key."""
    height, width = key.shape
    likely = _likely_subject(key)
    sigma = max(2.0, min(4.0, height / 432) * _SMOOTH)
    fields = [np.zeros((height, width, 2), np.float32)]
    for there, back in steps:
        field = fields[-1]
        step = warped(there, field, cv2.INTER_LINEAR)
        reached = field + step
        missed = np.square(step + warped(back, reached, cv2.INTER_LINEAR)).sum(axis=2)
        weight = likely * np.exp(-missed)
        fields.append(smoothed(reached, weight.astype(np.float32), sigma))
    return fields


def _likely_subject(key: TrimapPixels) -> Float32[np.ndarray, "h w"]:
    """How much a pixel's motion is the subject's: all in the core, falling through the band to nothing."""
    from_background = _distance_to(key == BACKGROUND)
    from_core = np.minimum(_distance_to(key == FOREGROUND), _BAND)
    share = np.minimum(from_background, _BAND) / (np.minimum(from_background, _BAND) + from_core + 1e-6)
    return np.power(share, 3).astype(np.float32)


def _inverted(field: FlowPixels) -> FlowPixels:
    """From a frame's pixels back to the key's: (dx, dy)."""
    back = -field
    for _ in range(_INVERSIONS):
        back = -warped(field, back, cv2.INTER_LINEAR)
    return back


def _looked_up(key: TrimapPixels, back: FlowPixels) -> tuple[Bool[np.ndarray, "h w"], Bool[np.ndarray, "h w"]]:
    """Which pixels the key calls core, and which background."""
    is_core = warped((key == FOREGROUND).astype(np.float32), back, cv2.INTER_LINEAR) > 0.5
    is_background = warped((key == BACKGROUND).astype(np.float32), back, cv2.INTER_LINEAR) > 0.5
    return is_core, is_background


def _between(
    first: TrimapPixels,
    last: TrimapPixels,
    ahead: FlowPixels,
    back: FlowPixels,
    whole_way: FlowPixels,
    share: float,
) -> CarriedTrimap:
    """Ask both keys about every pixel of a frame that lies a share of the way between them."""
    to_first, to_last = _inverted(ahead), _inverted(back)
    core_first, background_first = _looked_up(first, to_first)
    core_last, background_last = _looked_up(last, to_last)
    arrived = to_first + warped(whole_way, to_first, cv2.INTER_LINEAR)
    apart = np.sqrt(np.square(arrived - to_last).sum(axis=2)) * (0.5 + 0.5 * (1 - abs(2 * share - 1)))
    is_background = background_first & background_last
    closure = _along_the_subject(apart.astype(np.float32), ~is_background)
    both, either = core_first & core_last, core_first | core_last
    trimap = _grown(both, is_background, _GROW + _GROW_PER_CLOSURE * closure)
    is_thin = np.count_nonzero(trimap == FOREGROUND) < _STILL_CORE * np.count_nonzero(both)
    if is_thin:
        thin = _grown(either & ~is_background, is_background, _THIN_GROW + _THIN_PER_CLOSURE * closure)
        trimap = np.where(trimap == BACKGROUND, trimap, thin)
    band = ~is_background & ~both
    return CarriedTrimap(trimap, float(np.percentile(apart[band], 90)) if band.any() else 0.0)


def _beyond(key: TrimapPixels, field: FlowPixels, away: int) -> CarriedTrimap:
    """Carry one key to a frame that no second key answers for."""
    is_core, is_background = _looked_up(key, _inverted(field))
    closure = np.full(key.shape, min(_MOST_CLOSURE, _ONE_SIDED * away), np.float32)
    return CarriedTrimap(_grown(is_core, is_background, _GROW + _GROW_PER_CLOSURE * closure), None)


def _along_the_subject(apart: Float32[np.ndarray, "h w"], is_subject: np.ndarray) -> Float32[np.ndarray, "h w"]:
    """Closure smoothed over subject and band: far from it motion means nothing."""
    weight = is_subject.astype(np.float32) + np.float32(1e-4)
    capped = np.minimum(apart, _MOST_CLOSURE) * weight
    sigma = 2 * _SMOOTH
    return cv2.GaussianBlur(capped, (0, 0), sigma) / cv2.GaussianBlur(weight, (0, 0), sigma)


def _grown(is_core: np.ndarray, is_background: np.ndarray, reach: Float32[np.ndarray, "h w"]) -> TrimapPixels:
    """A trimap whose unknown region is wider by so many pixels on both sides."""
    is_unknown = ~is_core & ~is_background
    # A border between core and background has no unknown pixel of its own: the distance to the other side counts.
    from_core = _distance_to(~is_core)
    from_background = _distance_to(~is_background)
    trimap = np.full(is_core.shape, UNKNOWN, np.uint8)
    trimap[is_core & ~is_unknown & (from_core > reach)] = FOREGROUND
    trimap[is_background & (from_background > reach)] = BACKGROUND
    return trimap


def _distance_to(is_target: np.ndarray) -> np.ndarray:
    """Distance to the nearest target in pixels, far where there is none."""
    if not is_target.any():
        return np.full(is_target.shape, math.inf, np.float32)
    return cv2.distanceTransform((~is_target).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def _check(plates: Sequence[_Grey], first: _Key | None, last: _Key | None) -> None:
    if not plates or (first is None and last is None):
        raise ConfigurationError("Expected frames and at least one key to carry, got none; draw a key first.")
    if len(plates) == 1 and first is not None and last is not None:
        raise ConfigurationError("Expected two frames for two keys, got one; leave one key out.")
    for picture in (*plates, *(key for key in (first, last) if key is not None)):
        if picture.shape != plates[0].shape:
            raise SizeMismatchError(
                f"Expected frames and keys of {plates[0].shape[1]} x {plates[0].shape[0]} pixels, got "
                f"{picture.shape[1]} x {picture.shape[0]}; keys must be drawn on the plate's pixels."
            )
