import cv2
import numpy as np
import pytest

from lfpnet.evaluation import Estimate


def write_picture(path, values):
    """Write floats 0 to 1, grey or RGB, as 8-bit PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.rint(np.asarray(values) * 255).astype(np.uint8)
    cv2.imwrite(str(path), pixels[..., ::-1] if pixels.ndim == 3 else pixels)


@pytest.fixture
def data_set(tmp_path):
    """Three composites of a soft disc, with trimaps and foregrounds, 72 x 96."""
    folder = tmp_path / "discs"
    rows, columns = np.mgrid[:72, :96]
    noise = np.random.default_rng(1)
    for place, name in enumerate(("first", "second", "third")):
        distance = np.hypot(rows - 36, columns - 40 - 8 * place)
        alpha = np.clip((28 - distance) / 12, 0, 1)
        foreground = np.full((72, 96, 3), (0.8, 0.3, 0.2))
        background = noise.uniform(0.1, 0.4, (72, 96, 3))
        write_picture(folder / f"plate/{name}.png", alpha[..., None] * foreground + (1 - alpha[..., None]) * background)
        write_picture(folder / f"alpha/{name}.png", alpha)
        write_picture(folder / f"fg/{name}.png", foreground)
        trimap = np.where(distance < 14, 1, np.where(distance > 31, 0, 128 / 255))
        write_picture(folder / f"trimap/{name}.png", trimap)
    return folder


class Offset:
    """The truth and a constant: every figure is known."""

    def __init__(self, name, offset, foreground_offset=None):
        self.name, self.offset, self.foreground_offset = name, offset, foreground_offset
        self.settings = {"offset": str(offset)}

    def __call__(self, case):
        foreground = None
        if self.foreground_offset is not None:
            foreground = case.foreground + np.float32(self.foreground_offset)
        return Estimate(np.clip(case.alpha + np.float32(self.offset), 0, 1), foreground)


@pytest.fixture
def offset():
    return Offset
