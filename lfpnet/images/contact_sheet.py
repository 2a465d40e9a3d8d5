"""Labelled pictures side by side, for looking at a result in one glance."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.errors import ConfigurationError

_LABEL_HEIGHT = 28
_GAP = 6
_BACKDROP = 34
_INK = (224, 224, 224)


def contact_sheet(
    panels: Sequence[tuple[str, UInt8[np.ndarray, "_ _ 3"]]], *, height: int = 480
) -> UInt8[np.ndarray, "sheet_h sheet_w 3"]:
    """Lay panels side by side, each under its label.

    Args:
        panels: label and 8-bit RGB pixels, display-encoded, of any size.
        height: of every panel in pixels; the aspect of each is kept.

    Returns:
        8-bit RGB pixels of the sheet.

    Raises:
        ConfigurationError: no panels, or a height below 1.
    """
    if not panels or height < 1:
        raise ConfigurationError("A contact sheet needs at least one panel and a height of at least 1.")
    columns = []
    for label, pixels in panels:
        columns += [_gap(height), _column(label, pixels, height)]
    return np.concatenate([*columns, _gap(height)], axis=1)


def _column(label: str, pixels: np.ndarray, height: int) -> np.ndarray:
    """One panel under its label."""
    width = max(1, round(pixels.shape[1] * height / pixels.shape[0]))
    is_smaller = height < pixels.shape[0]
    panel = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC)
    strip = np.full((_LABEL_HEIGHT, width, 3), _BACKDROP, np.uint8)
    cv2.putText(strip, label, (4, _LABEL_HEIGHT - 9), cv2.FONT_HERSHEY_SIMPLEX, 0.55, _INK, 1, cv2.LINE_AA)
    return np.concatenate([strip, panel, np.full((_GAP, width, 3), _BACKDROP, np.uint8)], axis=0)


def _gap(height: int) -> np.ndarray:
    return np.full((_LABEL_HEIGHT + height + _GAP, _GAP, 3), _BACKDROP, np.uint8)
