"""Pictures for the Nuke scenarios: made and judged with OpenEXR alone, never with Nuke or the plugin.

Nuke's own Python has neither numpy nor OpenEXR, so acceptance.py runs this file with another Python:
`python nuke_pictures.py make|describe|difference JSON` prints JSON.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

WIDTH, HEIGHT = 96, 64
#: left, top, right, bottom of a picture with overscan, inclusive, y downwards.
OVERSCAN = [-8, -5, 103, 67]
FORMAT = [0, 0, WIDTH - 1, HEIGHT - 1]
ROLES = ("plate", "trimap", "roto", "core", "edge")


def make(folder: str, frames: list[int], view: str = "main", window: list[int] | None = None, seed: int = 0) -> dict:
    """Write plate, trimap, roto, core and edge of each frame; return the pattern of each for Nuke."""
    import numpy as np

    left, top, right, bottom = window or FORMAT
    rows, columns = np.mgrid[top : bottom + 1, left : right + 1].astype(np.float32)
    patterns = {role: f"{folder}/{role}.%V.%04d.exr" for role in ROLES}
    Path(folder).mkdir(parents=True, exist_ok=True)
    for frame in frames:
        chance = np.random.default_rng([seed, frame % 2**32, *view.encode()])
        plate = (chance.random((*rows.shape, 3), np.float32) * 3).astype(np.float16).astype(np.float32)
        distance = np.hypot(columns - WIDTH / 2 - frame % 7, rows - HEIGHT / 2) - 18
        soft = np.clip(0.5 - distance / 6, 0, 1).astype(np.float32)
        trimap = np.where(distance < -6, 1.0, np.where(distance > 6, 0.0, 0.5)).astype(np.float32)
        pictures = {
            "plate": {"RGB": plate},
            "trimap": {"RGBA": np.stack([trimap] * 4, axis=-1)},
            "roto": {"RGBA": np.stack([soft] * 4, axis=-1)},
            "core": {"A": (distance < -6).astype(np.float32)},
            "edge": {"A": (distance < 6).astype(np.float32)},
        }
        for role, channels in pictures.items():
            _write(Path(f"{folder}/{role}.{view}.{frame:04d}.exr"), channels, [left, top, right, bottom])
    return patterns


def describe(path: str) -> dict[str, Any]:
    """Windows, working space, compression and, for each channel, its kind, range and a digest of its pixels."""
    import numpy as np

    header, channels = _read(path)
    about = {
        name: {
            "kind": str(pixels.dtype),
            "range": [float(np.min(pixels)), float(np.max(pixels))],
            "levels": len(np.unique(pixels)),
            "digest": hashlib.blake2b(np.ascontiguousarray(pixels).tobytes(), digest_size=8).hexdigest(),
        }
        for name, pixels in channels.items()
    }
    windows = {
        name: [int(edge) for corner in header[name] for edge in corner] for name in ("dataWindow", "displayWindow")
    }
    space = str(header.get("lfpnet/workingSpace", ""))
    return {
        **windows,
        "workingSpace": space,
        "compression": str(header["compression"]).rpartition(".")[2],
        "channels": about,
    }


def difference(first: str, second: str, pairs: list[list[str]]) -> float:
    """The largest difference of channels (one of the first file, one of the second) where the first file has pixels.

    The second file must have at least these pixels.
    """
    import numpy as np

    (one, channels), (two, others) = _read(first), _read(second)
    (left, top), (right, bottom) = one["dataWindow"]
    (x, y), (r, b) = two["dataWindow"]
    if x > left or y > top or r < right or b < bottom:
        raise ValueError(f"{second} has {[x, y, r, b]}, which does not hold {[left, top, right, bottom]}")
    cut = np.s_[top - y : bottom - y + 1, left - x : right - x + 1]
    found = 0.0
    for name, other in pairs:
        there = np.asarray(others[other], np.float32)[cut]
        found = max(found, float(np.max(np.abs(np.asarray(channels[name], np.float32) - there))))
    return found


def _write(path: Path, channels: dict, window: list[int]) -> None:
    import numpy as np
    import OpenEXR

    left, top, right, bottom = window
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIPS_COMPRESSION,
        "dataWindow": (np.array([left, top], np.int32), np.array([right, bottom], np.int32)),
        "displayWindow": (np.zeros(2, np.int32), np.array([WIDTH - 1, HEIGHT - 1], np.int32)),
    }
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))


def _read(path: str) -> tuple[dict, dict]:
    import OpenEXR

    with OpenEXR.File(path, separate_channels=True) as file:
        part = file.parts[0]
        return dict(part.header), {name: channel.pixels.copy() for name, channel in part.channels.items()}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](**json.loads(sys.argv[2]))))
