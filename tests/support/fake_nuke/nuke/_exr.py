"""Real EXR files in and out, as Nuke's reader and writer treat windows, channel names and black outside.

Source: public files of Nuke's EXR reader and writer: the data window is the whole bounding box, less the black pixel
that black outside added; the reader adds that pixel again when data and display window differ. Channels R, G, B, A are
rgba; `layer.R` or `layer.red` is red of `layer`. Unless told to write no metadata, the writer
notes a hash of the graph.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR

from . import _channels
from ._formats import Box, Format
from ._pictures import Picture

COMPRESSIONS = {
    "none": OpenEXR.NO_COMPRESSION,
    "Zip (1 scanline)": OpenEXR.ZIPS_COMPRESSION,
    "Zip (16 scanlines)": OpenEXR.ZIP_COMPRESSION,
    "PIZ Wavelet (32 scanlines)": OpenEXR.PIZ_COMPRESSION,
    "RLE": OpenEXR.RLE_COMPRESSION,
    "B44": OpenEXR.B44_COMPRESSION,
    "B44A": OpenEXR.B44A_COMPRESSION,
    "DWAA": OpenEXR.DWAA_COMPRESSION,
    "DWAB": OpenEXR.DWAB_COMPRESSION,
}
LONG_NAMES = {"r": "red", "g": "green", "b": "blue", "a": "alpha"}
SHORT_NAMES = {"rgba.red": "R", "rgba.green": "G", "rgba.blue": "B", "rgba.alpha": "A"}


def read(path: Path) -> Picture:
    """Read a file; its layers become layers of the script."""
    with OpenEXR.File(str(path), separate_channels=True) as file:
        header = file.parts[0].header
        (left, top), (right, bottom) = header["dataWindow"]
        (x0, y0), (x1, y1) = header["displayWindow"]
        pixels = {name: np.asarray(one.pixels, np.float32) for name, one in file.parts[0].channels.items()}
    size = Format(int(x1 - x0 + 1), int(y1 - y0 + 1), float(header.get("pixelAspectRatio", 1.0)))
    box = Box(int(left - x0), int(y1 - bottom), int(right + 1 - x0), int(y1 + 1 - top))
    channels = {}
    for name, one in pixels.items():
        layer, channel = _channel_name(name)
        _channels.add_layer(layer, [f"{layer}.{channel}"])
        channels[f"{layer}.{channel}"] = one
    picture = Picture(size, box, channels)
    is_whole = (left, top, right, bottom) == (x0, y0, x1, y1)
    return picture if is_whole else picture.padded()


def _channel_name(name: str) -> tuple[str, str]:
    layer, _, channel = name.rpartition(".")
    if not layer and channel == "Z":
        return "depth", "Z"
    return layer or "rgba", LONG_NAMES.get(channel.lower(), channel)


def write(
    path: Path, picture: Picture, channels: list[str], *, is_half: bool, compression: str, node_hash: str = ""
) -> None:
    """Write the bounding box of a picture."""
    box = picture.box
    if picture.is_black_outside:
        trim_x, trim_y = int(box.x() + 2 < box.r()), int(box.y() + 2 < box.t())
        box = Box(box.x() + trim_x, box.y() + trim_y, box.r() - trim_x, box.t() - trim_y)
    height = picture.format.height()
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": COMPRESSIONS[compression],
        "dataWindow": (
            np.array([box.x(), height - box.t()], np.int32),
            np.array([box.r() - 1, height - box.y() - 1], np.int32),
        ),
        "displayWindow": (np.zeros(2, np.int32), np.array([picture.format.width() - 1, height - 1], np.int32)),
        "pixelAspectRatio": float(picture.format.pixelAspect()),
    }
    if node_hash:
        header["nuke/node_hash"] = node_hash
    kind = np.float16 if is_half else np.float32
    pixels = {SHORT_NAMES.get(name, name): picture.on(box, name).astype(kind) for name in channels}
    with OpenEXR.File(header, pixels) as file:
        file.write(str(path))
