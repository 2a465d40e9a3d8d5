"""All backgrounds of a pool in one flat file, photographs first, with a table of where each lies."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from lfpnet.data.procedural_background import procedural_background
from lfpnet.errors import ImageFileError

_LONGEST_SIDE = 1024
_DRAWN_SIDE = 512


def write_backgrounds(folder: Path, photographs: Sequence[Path], drawn: int, seed: int) -> None:
    """Write all backgrounds one after another, and the table of where each lies."""
    table, offset = [], 0
    flat = folder / "backgrounds.raw.partial"
    with flat.open("wb") as stream:
        for index in range(len(photographs) + drawn):
            if index < len(photographs):
                plate = _read_photograph(photographs[index])
            else:
                plate = procedural_background(np.random.default_rng([seed, index, 2]), _DRAWN_SIDE)
            stream.write(np.ascontiguousarray(plate).tobytes())
            table.append((offset, *plate.shape[:2]))
            offset += plate.size
    pixels = np.memmap(flat, np.uint8, mode="r", shape=(offset,))
    np.save(folder / "backgrounds.npy", pixels)
    np.save(folder / "background_table.npy", np.asarray(table, np.int64))
    flat.unlink()


def _read_photograph(path: Path) -> np.ndarray:
    """Read display-encoded RGB and shrink it to the pool's limit."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ImageFileError(f"{path} should be a photograph but cannot be read; remove it or fetch it again.")
    scale = _LONGEST_SIDE / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
