"""8-bit pictures out: PNG or JPEG by the name's ending, written atomically."""

from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, OutputError

_JPEG_QUALITY = 92


def write_preview(path: Path | str, pixels: UInt8[np.ndarray, "h w 3"]) -> None:
    """Write an 8-bit RGB picture.

    Args:
        path: ends in .png, .jpg or .jpeg.
        pixels: display-encoded RGB.

    Raises:
        ConfigurationError: another ending.
        OutputError: the file cannot be written; nothing is left under its name.
    """
    write_8_bit(Path(path), np.ascontiguousarray(pixels[..., ::-1]))


def write_8_bit(path: Path, samples: np.ndarray) -> None:
    """Encode grey or BGR samples by the name's ending and write them.

    Raises:
        ConfigurationError: unknown ending.
        OutputError: the samples cannot be encoded or the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".png", ".jpg", ".jpeg"):
        raise ConfigurationError(f"A preview is written as PNG or JPEG, but {path} ends otherwise; rename it.")
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if suffix != ".png" else []
    try:
        is_encoded, encoded = cv2.imencode(suffix, samples, options)
    except (cv2.error, MemoryError) as error:
        raise OutputError(f"{path} cannot be encoded at this size; free memory or choose PNG.") from error
    if not is_encoded:
        raise OutputError(f"{path} cannot be encoded at this size; choose PNG.")
    with atomic_file(path) as stream:
        stream.write(encoded.tobytes())
