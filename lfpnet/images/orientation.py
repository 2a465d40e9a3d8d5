"""Turns a picture upright by its orientation tag, the same way in every format.

Source: TIFF 6.0 and Exif 2.3, tag 274.
"""

from pathlib import Path

import numpy as np

_NAMES = {
    2: "mirrored", 3: "upside down", 4: "mirrored upside down", 5: "mirrored on its side", 6: "on its left side",
    7: "mirrored on its other side", 8: "on its right side",
}  # fmt: skip


def turned_upright(samples: np.ndarray, orientation: int, path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Turn (h, w, c) samples.

    Args:
        samples: as stored.
        orientation: 1 to 8; 1, and anything else, leaves the samples alone.
        path: the file, for the sentence.

    Returns:
        The samples upright, and a sentence if they were turned.
    """
    if orientation not in _NAMES:
        return samples, ()
    if orientation >= 5:
        samples = samples.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    sentence = f"{path} is stored {_NAMES[orientation]} (orientation tag {orientation}) and was turned upright."
    return np.ascontiguousarray(samples), (sentence,)
