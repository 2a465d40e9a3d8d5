"""Masks out: a trimap or alpha as 8-bit PNG or as float EXR on the plate's windows."""

from pathlib import Path

import numpy as np
from jaxtyping import Float32, UInt8

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.images.exr_attributes import merged_attributes
from lfpnet.images.exr_stream import write_exr
from lfpnet.images.picture_file import write_8_bit
from lfpnet.images.plate import Plate
from lfpnet.images.windows import full_window, size_text, window_size


def write_mask(
    path: Path | str, mask: UInt8[np.ndarray, "h w"] | Float32[np.ndarray, "h w"], plate: Plate | None
) -> None:
    """Write a mask atomically.

    PNG is 8-bit grey; floats are clamped to [0, 1] and rounded. EXR is float with R, G, B and A all equal to the
    mask, so that hosts show it and find it as alpha; `read_mask` gives the same values back, exactly.

    Args:
        path: ends in .png or .exr.
        mask: trimap values 0, 128, 255 (or any 8-bit values), or floats, by custom in [0, 1].
        plate: gives windows and metadata to an EXR; None for a mask of its own.

    Raises:
        ConfigurationError: another ending.
        SizeMismatchError: mask and plate differ.
        OutputError: the file cannot be written; nothing is left under its name.
    """
    path = Path(path)
    expected = window_size(plate.data_window) if plate is not None else mask.shape
    if mask.shape != expected:
        raise SizeMismatchError(
            f"The mask is {size_text(*mask.shape)} but the plate is {size_text(*expected)}; align the mask first."
        )
    suffix = path.suffix.lower()
    if suffix == ".png":
        write_8_bit(path, _to_8_bit(mask))
    elif suffix == ".exr":
        _write_exr_mask(path, mask, plate)
    else:
        raise ConfigurationError(f"A mask is written as PNG or EXR, but {path} ends otherwise; rename it.")


def _to_8_bit(mask: np.ndarray) -> np.ndarray:
    if mask.dtype == np.uint8:
        return np.ascontiguousarray(mask)
    return np.rint(np.clip(mask, 0, 1) * 255).astype(np.uint8)


def _write_exr_mask(path: Path, mask: np.ndarray, plate: Plate | None) -> None:
    values = np.divide(mask, np.float32(255), dtype=np.float32) if mask.dtype == np.uint8 else mask
    window = full_window(*mask.shape)
    windows = (plate.data_window, plate.display_window) if plate is not None else (window, window)
    attributes = merged_attributes(plate.header if plate is not None else {}, {})
    with atomic_file(path) as stream:
        write_exr(
            stream,
            dict.fromkeys("RGBA", values),
            depth="float",
            compression="zips",
            windows=windows,
            attributes=attributes,
        )
