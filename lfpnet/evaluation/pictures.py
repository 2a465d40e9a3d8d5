"""Small JPEG pictures of a case for the report, and the budget that keeps the report openable."""

from collections.abc import Mapping

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.data.layouts import EvaluationCase
from lfpnet.errors import OutputError
from lfpnet.evaluation.method import Estimate, shown
from lfpnet.trimap import overlay
from lfpnet.types import AlphaPixels, TrimapPixels

#: JPEG files by label: plate, trimap, truth, then `alpha: METHOD` and `error: METHOD`.
CasePictures = dict[str, bytes]

#: An alpha of little texture shows JPEG's ringing around hair below this.
JPEG_QUALITY = 85
TOO_BRIGHT, TOO_DARK, BACKDROP = (255, 150, 40), (70, 150, 255), 38


def draw_case(case: EvaluationCase, estimates: Mapping[str, Estimate], *, width: int) -> CasePictures:
    """Draw a case and what methods made of it.

    Args:
        case: with its truth.
        estimates: by the method's name.
        width: of every picture in pixels, at most that of the plate.

    Returns:
        The JPEG files.
    """
    plate = shown(case.plate, is_linear=case.is_linear)
    drawn = {"plate": _eight_bit(plate), "trimap": overlay(plate, case.trimap), "truth": _eight_bit(case.alpha)}
    for name, estimate in estimates.items():
        drawn[f"alpha: {name}"] = _eight_bit(estimate.alpha)
        drawn[f"error: {name}"] = error_map(estimate.alpha, case.alpha, case.trimap)
    return {label: _jpeg(_reduced(pixels, width)) for label, pixels in drawn.items()}


def error_map(alpha: AlphaPixels, truth: AlphaPixels, trimap: TrimapPixels) -> UInt8[np.ndarray, "h w 3"]:
    """Show where alpha is too high (orange) and too low (blue) within the unknown region.

    The tint grows with the square root of the error, so that an error of 0.1 is seen; known pixels are a dim grey
    version of the truth, to find one's way.

    Args:
        alpha: 0 to 1.
        truth: 0 to 1.
        trimap: 0, 128 or 255.
    """
    error = np.clip(alpha - truth, -1, 1)
    is_known = (trimap == 0) | (trimap == 255)
    strength = np.sqrt(np.abs(error))[..., None]
    tint = np.where((error > 0)[..., None], np.array(TOO_BRIGHT, np.float32), np.array(TOO_DARK, np.float32))
    values = BACKDROP * (1 - strength) + tint * strength
    values[is_known] = (truth[is_known] * BACKDROP * 1.6 + 8)[:, None]
    return np.rint(values).astype(np.uint8)


class PictureBudget:
    """Keeps pictures of evenly spread cases: of all at first, of every second, fourth ... once room runs out.

    Args:
        total_bytes: most bytes that all pictures together may take; one case is always kept.
    """

    def __init__(self, total_bytes: int) -> None:
        self.kept: dict[int, CasePictures] = {}
        self._total_bytes = total_bytes
        self._stride = 1

    def wants(self, index: int) -> bool:
        """Whether the case of this index is to be drawn."""
        return index % self._stride == 0

    def add(self, index: int, pictures: CasePictures) -> None:
        """Keep the pictures of a case, and let others go if they are too many."""
        self.kept[index] = pictures
        while len(self.kept) > 1 and self._bytes() > self._total_bytes:
            self._stride *= 2
            self.kept = {kept: files for kept, files in self.kept.items() if self.wants(kept)}

    def _bytes(self) -> int:
        return sum(len(file) for files in self.kept.values() for file in files.values())


def _eight_bit(values: Float32[np.ndarray, "..."]) -> UInt8[np.ndarray, "..."]:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _reduced(pixels: np.ndarray, width: int) -> np.ndarray:
    """No wider than `width`."""
    if pixels.shape[1] <= width:
        return pixels
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


def _jpeg(pixels: np.ndarray) -> bytes:
    """A JPEG of grey or RGB pixels."""
    stored = pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., ::-1])
    is_encoded, encoded = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not is_encoded:
        raise OutputError(f"A picture of {pixels.shape[1]} x {pixels.shape[0]} cannot be encoded; use a smaller width.")
    return encoded.tobytes()
