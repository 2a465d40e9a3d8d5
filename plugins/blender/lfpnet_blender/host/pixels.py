# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of a plain image without a render: the short way, some hundred times faster than a File Output node.

Only where the values are certain to be those that the compositor would see; everything else is captured.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from ..errors import ShotProblem
from .tree import working_space
from .upstream import Upstream, image_file

_LINEAR, _ENCODED = "Linear Rec.709", "sRGB"
_PREMULTIPLIED, _AS_STORED = ("PREMUL",), ("CHANNEL_PACKED", "NONE")


def read_plain(upstream: Upstream, frame: int) -> np.ndarray | None:
    """The colours of a plain image at a frame of the scene.

    Returns:
        Float32 (h, w, 4), linear and premultiplied as the compositor sees them, lowest row first; None where the
        socket shows anything else and has to be captured.

    Raises:
        ShotProblem: the file of this frame is missing.
    """
    if upstream.socket.identifier != "Image":
        return None
    with _image_at(upstream, frame) as image:
        return _linear(image) if image is not None and _is_certain(image) else None


def read_plain_mask(upstream: Upstream, frame: int) -> np.ndarray | None:
    """The values of a plain image at a frame, as the compositor sees them: at every bit depth by its colour space.

    Returns:
        Float32 (h, w), lowest row first: the mean of the colours, or alpha where that socket is linked; None as in
        `read_plain`.

    Raises:
        ShotProblem: the file of this frame is missing.
    """
    if upstream.socket.identifier != "Alpha":
        colours = read_plain(upstream, frame)
        return None if colours is None else colours[..., :3].mean(axis=-1, dtype=np.float32)
    with _image_at(upstream, frame) as image:
        return None if image is None else np.ascontiguousarray(read_stored(image)[..., 3])


@contextmanager
def _image_at(upstream: Upstream, frame: int) -> Iterator[Any]:
    """The single-layer image that a socket shows, or None; a frame of a sequence is loaded for the while."""
    node, image = upstream.node, getattr(upstream.node, "image", None)
    is_plain = node.type == "IMAGE" and not node.mute and image is not None and not image.is_multiview
    if not is_plain or image.source not in ("FILE", "SEQUENCE", "GENERATED"):
        yield None
        return
    if image.source != "SEQUENCE":
        yield image if image.size[0] and image.type != "MULTILAYER" else None
        return
    path = image_file(node, frame)
    if not path.exists():
        raise ShotProblem(f"The footage {path.name} of frame {frame} is missing in {path.parent}: matte other frames.")
    copy = bpy.data.images.load(str(path), check_existing=False)
    try:
        copy.colorspace_settings.name = image.colorspace_settings.name
        copy.alpha_mode = image.alpha_mode
        yield copy if copy.size[0] and copy.type != "MULTILAYER" else None
    finally:
        bpy.data.images.remove(copy)


def _is_certain(image: Any) -> bool:
    """Whether the compositor's values follow from the stored ones by what `_linear` does."""
    space = image.colorspace_settings.name
    if image.is_float:
        return space == working_space() and image.alpha_mode in (*_PREMULTIPLIED, *_AS_STORED)
    return space == _ENCODED and working_space() == _LINEAR and image.alpha_mode in ("STRAIGHT", *_AS_STORED)


def read_stored(image: Any) -> np.ndarray:
    """Float32 (h, w, 4) as Blender holds them, lowest row first.

    Raises:
        ShotProblem: the image has no pixels.
    """
    width, height = image.size
    if not width or (not image.has_data and not len(image.pixels)):
        raise ShotProblem(f"The image {image.name} has no pixels, perhaps its file is missing: reload it.")
    pixels = np.empty(width * height * 4, np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(height, width, 4)


def _linear(image: Any) -> np.ndarray:
    pixels = read_stored(image)
    if image.is_float:
        return pixels
    levels = np.rint(pixels[..., :3] * 255).astype(np.uint8)
    pixels[..., :3] = _DECODED[levels]
    if image.alpha_mode == "STRAIGHT":
        pixels[..., :3] *= pixels[..., 3:]
    return pixels


def _decode_table() -> np.ndarray:
    """Linear values of the 256 levels. Source: IEC 61966-2-1."""
    encoded = np.arange(256) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4).astype(np.float32)


_DECODED = _decode_table()
