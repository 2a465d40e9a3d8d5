"""A picture file before anything is decoded: does it exist, which kind is it by its first bytes, is it too large.

The name's ending is not asked, files are renamed more often than they are converted; but for TGA, which says nothing.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lfpnet.errors import ImageFileError
from lfpnet.regular_file import open_regular

Kind = Literal["exr", "png", "jpeg", "tiff", "webp", "bmp", "tga", "hdr"]

#: Room for one plate of 16384 x 16384 in float RGBA (4 GiB). A hostile EXR of 9 kB can ask for more than that.
DEFAULT_BYTE_LIMIT = 16384 * 16384 * 4 * 4


@dataclass(frozen=True)
class DeclaredSize:
    """What a header announces; `bytes_per_pixel` is an upper bound for the decoded picture."""

    height: int
    width: int
    bytes_per_pixel: int


def picture_kind(path: Path) -> Kind:
    """The kind of a picture file.

    Args:
        path: file to look at.

    Raises:
        ImageFileError: missing, not a regular file, unreadable, empty, or of a kind that is not read here.
    """
    return _checked_kind(path, _read(path, 16))


def picture_bytes(path: Path, kind: Kind, byte_limit: int) -> bytes:
    """The whole file, opened once and without blocking; decoders get these bytes and never the path.

    A file that is replaced meanwhile, a pipe in its place or a network mount that hangs can then hold up the thread
    that reads it and nothing else.

    Args:
        path: the file.
        kind: what `picture_kind` said; whatever replaced it since must be of this kind too.
        byte_limit: largest size of the file in bytes.

    Raises:
        ImageFileError: as `picture_kind`, or larger than the limit.
    """
    data = _read(path, byte_limit + 1)
    if len(data) > byte_limit:
        raise ImageFileError(f"{path} is larger than the limit of {byte_limit} bytes; raise the byte limit.")
    if _checked_kind(path, data[:16]) != kind:
        raise ImageFileError(f"{path} became another kind of picture while it was read; try again.")
    return data


def _read(path: Path, most: int) -> bytes:
    """The first bytes of a regular file."""
    try:
        with open_regular(path) as stream:
            # Asked for more than there is, `read` would take memory for all that was asked for.
            return stream.read(min(most, os.fstat(stream.fileno()).st_size + 1))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageFileError(f"{path} does not exist; check the name and the folder.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ImageFileError(f"{path} cannot be read ({reason}); check the name and its permissions.") from error
    except MemoryError as error:
        raise ImageFileError(f"{path} is too large for the free memory; crop it or drop channels.") from error


def _checked_kind(path: Path, start: bytes) -> Kind:
    """The kind that the first bytes announce."""
    if not start:
        raise ImageFileError(f"{path} is empty (0 bytes); write or copy it again.")
    kind = _kind_of(start) or ("tga" if path.suffix.lower() == ".tga" and _is_targa(start) else None)
    if kind is None:
        raise ImageFileError(
            f"{path} was expected to be EXR, PNG, TIFF, JPEG, WebP, BMP, TGA or HDR, but starts like none of "
            "them; convert it."
        )
    return kind


def check_byte_limit(path: Path, pictures: Sequence[DeclaredSize], byte_limit: int) -> None:
    """Refuse a file whose decoded pixels would take more than `byte_limit` bytes.

    Args:
        path: the file, for the sentence.
        pictures: what its header announces; several for an EXR of several parts.
        byte_limit: most bytes that all of them together may take.

    Raises:
        ImageFileError: too large, or a picture without any pixel.
    """
    for picture in pictures:
        if picture.height < 1 or picture.width < 1:
            raise ImageFileError(f"{path} says it is {picture.width} x {picture.height} pixels; write it again.")
    needed = sum(picture.height * picture.width * picture.bytes_per_pixel for picture in pictures)
    if needed > byte_limit:
        largest = max(pictures, key=lambda picture: picture.height * picture.width)
        raise ImageFileError(
            f"{path} would take {needed / 2**30:.1f} GiB decoded ({largest.width} x {largest.height}), more than the "
            f"limit of {byte_limit / 2**30:.1f} GiB; crop it, drop channels, or raise the byte limit."
        )


def _kind_of(start: bytes) -> Kind | None:
    """The kind that the first 16 bytes announce."""
    if start.startswith(b"RIFF"):
        return "webp" if start[8:12] == b"WEBP" else None
    signatures: dict[bytes, Kind] = {
        b"\x76\x2f\x31\x01": "exr",
        b"\x89PNG\r\n\x1a\n": "png",
        b"\xff\xd8\xff": "jpeg",
        b"II*\x00": "tiff",
        b"MM\x00*": "tiff",
        b"II+\x00": "tiff",
        b"MM\x00+": "tiff",
        b"BM": "bmp",
        b"#?RADIANCE": "hdr",
        b"#?RGBE": "hdr",
    }
    return next((kind for signature, kind in signatures.items() if start.startswith(signature)), None)


def _is_targa(start: bytes) -> bool:
    """Whether these may begin a TGA, which has no signature: palette flag and a known type of picture."""
    return len(start) == 16 and start[1] <= 1 and start[2] in (1, 2, 3, 9, 10, 11)
