"""Small cut-outs as files."""

import cv2
import numpy as np
import pytest


def _disc(side, radius):
    """Alpha of a disc with a soft edge."""
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    return np.clip((radius - np.hypot(rows, columns)) / 4 + 0.5, 0, 1).astype(np.float32)


@pytest.fixture
def write_rgba():
    """Write straight RGB and alpha of 0 to 1 as a 16-bit PNG."""

    def write(path, colour, alpha):
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.concatenate([colour[..., ::-1], alpha[..., None]], axis=2)
        cv2.imwrite(str(path), np.round(pixels * 65535).astype(np.uint16))
        return path

    return write


@pytest.fixture
def write_discs(write_rgba):
    """Write discs of one colour on black, as sloppy tools do: straight colour, nothing beyond the alpha."""

    def write(folder, names, side=40):
        alpha = _disc(side, side * 0.3)
        colour = np.where(alpha[..., None] > 0, np.array([0.8, 0.4, 0.2], np.float32), 0)
        return [write_rgba(folder / f"{name}.png", colour, alpha) for name in names]

    return write
