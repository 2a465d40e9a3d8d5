"""PNG, TIFF, JPEG, WebP, BMP, TGA and HDR in, through OpenImageIO; EXR has a reader of its own.

Colours come as stored: alpha that is kept beside them is neither multiplied in nor divided out. Pictures are turned
upright where they say that they lie otherwise, in every format, and the reader says so.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import OpenImageIO as oiio  # noqa: N813 - the name that its own documents use
from jaxtyping import Float32

from lfpnet.errors import ImageFileError
from lfpnet.images.declared_size import declared_size, has_jpeg_end
from lfpnet.images.orientation import turned_upright
from lfpnet.images.source_file import DeclaredSize, Kind, check_byte_limit, picture_bytes

RasterDepth = Literal["uint8", "uint16", "uint32", "half", "float"]

#: OpenImageIO's names of the kinds, and the endings by which it tries the right reader first.
_READERS: dict[Kind, tuple[str, str]] = {
    "png": ("png", ".png"), "jpeg": ("jpeg", ".jpg"), "tiff": ("tiff", ".tif"), "webp": ("webp", ".webp"),
    "bmp": ("bmp", ".bmp"), "tga": ("targa", ".tga"), "hdr": ("hdr", ".hdr"),
}  # fmt: skip
#: Kinds whose size our own parser reads before any library sees the file; OpenImageIO's header has to do for the rest.
_SIZED = ("png", "jpeg", "tiff", "webp", "bmp")
_DEPTHS: dict[str, RasterDepth] = {
    "uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "float16": "half", "float32": "float", "float64": "float"
}  # fmt: skip
#: Of TIFF: white is zero, black is zero, RGB, palette, YCbCr. Inks, Lab and sensor mosaics need a conversion.
#: Source: TIFF 6.0, PhotometricInterpretation.
_PHOTOMETRICS_READ, _WHITE_IS_ZERO = (0, 1, 2, 3, 6), 0


class Raster(NamedTuple):
    """A decoded picture: (h, w, c) samples, the file's depth, a name for every channel and what there is to say."""

    samples: Float32[np.ndarray, "h w c"]
    depth: RasterDepth
    names: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_linear(self) -> bool:
        """Whether the samples are light: floating point is, integers are display-encoded."""
        return self.depth in ("half", "float")

    @property
    def colour_names(self) -> tuple[str, ...]:
        """The channels that are the colour: R, G and B, or the only one, or the grey beside an alpha."""
        return ("R", "G", "B") if {"R", "G", "B"} <= set(self.names) else self.names[:1]


def read_raster(path: Path, kind: Kind, byte_limit: int) -> Raster:
    """Decode one picture.

    Args:
        path: an existing file.
        kind: what its signature says.
        byte_limit: largest size of the file and of the decoded picture, in bytes.

    Returns:
        All channels; integers scaled to [0, 1] by one correctly rounded division (so 128 of 255 is exactly
        float32(128 / 255)), floats as they are.

    Raises:
        ImageFileError: truncated, damaged, too large, or stored in a way that is not read here.
    """
    encoded = picture_bytes(path, kind, byte_limit)
    if kind in _SIZED:
        try:
            size = declared_size(encoded, kind)
        except ValueError as error:
            raise ImageFileError(f"{path} is damaged ({error}); write or copy it again.") from error
        # Integers become floats, so that is what the decoded picture takes.
        channels = min(size.bytes_per_pixel, 4)
        check_byte_limit(path, [replace(size, bytes_per_pixel=max(size.bytes_per_pixel, 4 * channels))], byte_limit)
    if kind == "jpeg" and not has_jpeg_end(encoded):
        raise ImageFileError(f"{path} is cut short: the end of the JPEG is missing; write or copy it again.")
    with _private_copy(path, encoded, _READERS[kind][1]) as copy:
        spec, stored = _decode(path, copy, _READERS[kind][0], byte_limit)
    if kind == "tiff" and spec.get_int_attribute("tiff:PhotometricInterpretation", 1) == _WHITE_IS_ZERO:
        stored = _blackened(stored)
    samples, notes = turned_upright(stored, spec.get_int_attribute("Orientation", 1), path)
    return Raster(*_to_float(path, samples), names=_channel_names(spec), notes=notes)


@contextmanager
def _private_copy(path: Path, encoded: bytes, ending: str) -> Iterator[str]:
    """The bytes under a name that nobody else can replace: OpenImageIO's Python module takes names alone."""
    try:
        descriptor, name = tempfile.mkstemp(suffix=ending, prefix="lfpnet-")
    except OSError as error:
        raise ImageFileError(f"{path} cannot be decoded: no temporary file ({error.strerror}); free space.") from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(encoded)
        yield name
    except OSError as error:
        raise ImageFileError(f"{path} cannot be decoded: no temporary file ({error.strerror}); free space.") from error
    finally:
        Path(name).unlink(missing_ok=True)


def _decode(path: Path, copy: str, reader: str, byte_limit: int) -> tuple[Any, np.ndarray]:
    """Header and samples as stored, (h, w, c)."""
    wanted = oiio.ImageSpec()
    wanted.attribute("oiio:UnassociatedAlpha", 1)  # give straight colours as they are
    picture = oiio.ImageInput.open(copy, wanted)
    if picture is None:
        raise _undecodable(path, copy, oiio.geterror())
    try:
        spec = picture.spec()
        if picture.format_name() != reader:
            raise _undecodable(path, copy, "its header is damaged")
        _check_layout(path, spec)
        size = DeclaredSize(spec.height, spec.width, 4 * spec.nchannels)
        check_byte_limit(path, [size], byte_limit)
        stored = picture.read_image(0, 0, 0, spec.nchannels, spec.format)
        if stored is None:
            raise _undecodable(path, copy, picture.geterror())
    except MemoryError as error:
        raise ImageFileError(f"{path} is too large for the free memory; crop it or drop channels.") from error
    finally:
        picture.close()
    return spec, stored.reshape(spec.height, spec.width, spec.nchannels)


def _undecodable(path: Path, copy: str, reason: str) -> ImageFileError:
    """The library's reason without the name of our copy."""
    reason = " ".join(reason.replace(copy, path.name).split()).rstrip(". ") or "no reason given"
    return ImageFileError(
        f"{path} cannot be decoded ({reason[:200]}); it is damaged, cut short or of a rare kind: write it again."
    )


def _check_layout(path: Path, spec: Any) -> None:
    """Refuse what would be read as other colours than it holds."""
    photometric = spec.get_int_attribute("tiff:PhotometricInterpretation", 1)
    inks = "CMYK" in (spec.get_string_attribute("tiff:ColorSpace"), spec.get_string_attribute("jpeg:ColorSpace"))
    if inks or photometric not in _PHOTOMETRICS_READ:
        raise ImageFileError(
            f"{path} was expected to be RGB or grey, but holds inks or Lab colours; convert it to RGB."
        )
    if spec.tile_width and spec.format == oiio.DOUBLE:  # OpenImageIO 3.2 gives memory that was never written
        raise ImageFileError(f"{path} holds tiles in double precision, which are not read; write it in float or half.")
    if spec.depth > 1 or spec.width < 1 or spec.height < 1:
        raise ImageFileError(f"{path} was expected to be one flat picture, but is a volume; write one slice of it.")


def _blackened(stored: np.ndarray) -> np.ndarray:
    """White-is-zero turned over: OpenImageIO 3.2 does so below 16 bits and leaves the rest."""
    return np.iinfo(stored.dtype).max - stored if stored.dtype in (np.uint16, np.uint32) else stored


def _channel_names(spec: Any) -> tuple[str, ...]:
    """R, G, B, A and Y as OpenImageIO calls them; a grey without a name is Y."""
    names = tuple(spec.channelnames)
    return ("Y",) if len(names) == 1 else names


def _to_float(path: Path, samples: np.ndarray) -> tuple[Float32[np.ndarray, "h w c"], RasterDepth]:
    """Integers to [0, 1]; floats keep their range."""
    depth = _DEPTHS.get(samples.dtype.name)
    if depth is None:
        raise ImageFileError(
            f"{path} was expected in 8, 16 or 32 bit without a sign or in float, but holds {samples.dtype}; convert it."
        )
    if depth == "uint32":
        return (samples / np.float64(2**32 - 1)).astype(np.float32), depth
    if depth in ("uint8", "uint16"):
        return np.divide(samples, np.float32(np.iinfo(samples.dtype).max), dtype=np.float32), depth
    with np.errstate(over="ignore"):  # a double beyond float becomes infinite and is then replaced and counted
        return samples.astype(np.float32, copy=False), depth
