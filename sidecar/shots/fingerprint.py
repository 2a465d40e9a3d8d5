"""Fingerprints that tell whether an input is still the one that a result was made of: of files, bytes and pixels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..runtime.fingerprint import bytes_fingerprint, file_fingerprint

if TYPE_CHECKING:
    from ..client.request import Picture

__all__ = ["bytes_fingerprint", "file_fingerprint", "picture_fingerprint"]


def picture_fingerprint(picture: Picture) -> str:
    """Hash of a picture in any form that a client takes: a file's content, bytes, or pixels with what they mean.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(picture, (str, os.PathLike)):
        return file_fingerprint(Path(picture))
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return bytes_fingerprint(picture)  # type: ignore[arg-type] - any buffer will do
    array: Any = getattr(picture, "array", picture)
    about = [array.dtype.str, array.shape, *(getattr(picture, name, None) for name in ("colour_space", "origin"))]
    contiguous = array if array.flags.c_contiguous else array.copy(order="C")
    return bytes_fingerprint(repr(about).encode(), contiguous.data.cast("B"))  # type: ignore[arg-type] - as above
