"""PNG, TIFF, JPEG, WebP and BMP in, through OpenCV; never EXR, which opencv-python 5 cannot read.

Pixels come as stored: no colour management, no EXIF rotation (hosts draw their roto over the stored orientation).
"""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float32

from lfpnet.errors import ImageFileError
from lfpnet.images.declared_size import declared_size
from lfpnet.images.source_file import Kind, check_byte_limit, picture_bytes

RasterDepth = Literal["uint8", "uint16", "float"]


def read_raster(path: Path, kind: Kind, byte_limit: int) -> tuple[Float32[np.ndarray, "h w c"], RasterDepth]:
    """Decode one picture.

    Args:
        path: an existing file.
        kind: what its signature says.
        byte_limit: largest size of the file and of the decoded picture, in bytes.

    Returns:
        Pixels of 1 (grey), 3 (RGB) or 4 (RGBA) channels, integers scaled to [0, 1] by one correctly rounded division
        (so 128 of 255 is exactly float32(128 / 255)), floats as they are; and the depth of the file.

    Raises:
        ImageFileError: truncated, damaged, too large, or of a depth that is not read here.
    """
    encoded = picture_bytes(path, kind, byte_limit)
    try:
        size = declared_size(encoded, kind)
    except ValueError as error:
        raise ImageFileError(f"{path} is damaged ({error}); write or copy it again.") from error
    # Integers become floats, so that is what the decoded picture takes.
    channels = min(size.bytes_per_pixel, 4)
    check_byte_limit(path, [replace(size, bytes_per_pixel=max(size.bytes_per_pixel, 4 * channels))], byte_limit)
    return _to_float(path, _decode(path, encoded))


def _decode(path: Path, encoded: bytes) -> np.ndarray:
    """Samples as stored, in RGB order, (h, w, c)."""
    try:
        stored = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED)
    except (cv2.error, MemoryError) as error:
        raise ImageFileError(f"{path} cannot be decoded, it is damaged or too large; write it again.") from error
    if stored is None:
        raise ImageFileError(f"{path} cannot be decoded, it is damaged or cut short; write or copy it again.")
    stored = stored.reshape(*stored.shape[:2], -1)
    if stored.shape[2] == 3:
        return np.ascontiguousarray(stored[..., ::-1])
    if stored.shape[2] == 4:
        return np.ascontiguousarray(stored[..., [2, 1, 0, 3]])
    if stored.shape[2] == 1:
        return stored
    raise ImageFileError(f"{path} was expected to have 1, 3 or 4 channels, but has {stored.shape[2]}; convert it.")


def _to_float(path: Path, samples: np.ndarray) -> tuple[Float32[np.ndarray, "h w c"], RasterDepth]:
    """Integers to [0, 1]; floats keep their range."""
    if samples.dtype == np.uint8:
        return np.divide(samples, np.float32(255), dtype=np.float32), "uint8"
    if samples.dtype == np.uint16:
        return np.divide(samples, np.float32(65535), dtype=np.float32), "uint16"
    if samples.dtype in (np.float32, np.float64):
        with np.errstate(over="ignore"):  # a double beyond float becomes infinite and is then replaced and counted
            return samples.astype(np.float32, copy=False), "float"
    raise ImageFileError(f"{path} was expected in 8 or 16 bit or float, but holds {samples.dtype}; convert it.")
