"""Optical flow between two frames, on plates or on what a matte cut out of them.

Source: Kroeger et al., Fast Optical Flow using Dense Inverse Search, 2016, as OpenCV has it. The flow between cut-outs
follows the subject's edge where that between plates follows the background behind it.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.colour import display_encode
from lfpnet.types import AlphaPixels, PlatePixels

#: Pixels of the picture in which flow is found; a larger plate is reduced, and its flow enlarged.
MOST_PIXELS = 1_000_000
#: Linear grey behind a cut-out.
_GREY = 0.18

#: Weight of the mean in a smoothed field.
_FAR = np.float32(1e-3)

FlowPixels = Float32[np.ndarray, "h w 2"]
GreyPixels = UInt8[np.ndarray, "h w"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let OpenCV compute on one thread: its flow depends on how many there are."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def flow(first: GreyPixels, second: GreyPixels) -> FlowPixels:
    """Where each point of the first picture is in the second: (dx, dy) in pixels.

    Args:
        first: 8-bit grey.
        second: of the same size.
    """
    height, width = first.shape
    scale = min(1.0, math.sqrt(MOST_PIXELS / (height * width)))
    if min(height, width) * scale < 16:  # smaller than the patches that are searched
        return np.zeros((height, width, 2), np.float32)
    if scale < 1:
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        first, second = (
            np.asarray(cv2.resize(at, size, interpolation=cv2.INTER_AREA), np.uint8) for at in (first, second)
        )
    with one_thread():
        search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        found = search.calc(first, second, None)  # type: ignore[call-overload] - None is a flow to be made
    if scale < 1:
        small = found.shape
        found = cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR)
        found *= np.array([width / small[1], height / small[0]], np.float32)
    return np.asarray(found, np.float32)


def plate_grey(plate_display: PlatePixels) -> GreyPixels:
    """A display-encoded plate as flow sees it."""
    return np.asarray(cv2.cvtColor(_8_bit(plate_display), cv2.COLOR_RGB2GRAY), np.uint8)


def cut_out_grey(alpha: AlphaPixels, foreground_linear: PlatePixels) -> GreyPixels:
    """The subject alone over grey, as flow sees it."""
    covered = alpha[..., None]
    return plate_grey(display_encode(np.asarray(covered * foreground_linear + (1 - covered) * np.float32(_GREY))))


def smoothed(field: FlowPixels, weight: AlphaPixels, sigma: float) -> FlowPixels:
    """A field smoothed where its weight is high; it goes on into what has none and becomes its mean far away.

    Args:
        field: (dx, dy).
        weight: 0 to 1.
        sigma: of the gaussian, in pixels.
    """
    weighted = field * weight[..., None]
    total = weight.sum(dtype=np.float64)
    mean = (weighted.sum(axis=(0, 1), dtype=np.float64) / total if total > 0 else np.zeros(2)).astype(np.float32)
    near = _blurred(weight, sigma)[..., None]
    return np.asarray((_blurred(weighted, sigma) + _FAR * mean) / (near + _FAR), np.float32)


def warped(pixels: np.ndarray, field: FlowPixels, interpolation: int = cv2.INTER_CUBIC) -> np.ndarray:
    """The second picture's values at the points that the first one's pixels went to; edges continue."""
    height, width = field.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    with one_thread():
        return cv2.remap(pixels, x + field[..., 0], y + field[..., 1], interpolation, borderMode=cv2.BORDER_REPLICATE)


def is_inside(field: FlowPixels) -> np.ndarray:
    """Which pixels' points are still in the second picture."""
    height, width = field.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    x, y = x + field[..., 0], y + field[..., 1]
    return (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)


def _blurred(pixels: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def _8_bit(display: PlatePixels) -> np.ndarray:
    return np.rint(np.clip(display, 0, 1) * 255).astype(np.uint8)
