"""Pixels of a foreground from a folder: straight, display-encoded colour and its alpha."""

from pathlib import Path

import numpy as np
from jaxtyping import Float32

from lfpnet.colour import display_encode
from lfpnet.data.foreground_files.find import ForegroundFile
from lfpnet.errors import ImageFileError, SizeMismatchError
from lfpnet.images import align, read_mask, read_plate
from lfpnet.images.channel_names import layers_of
from lfpnet.images.colour_layer import find_colour
from lfpnet.images.exr_file import read_exr
from lfpnet.images.finite import replace_non_finite
from lfpnet.images.raster_file import read_raster
from lfpnet.images.source_file import DEFAULT_BYTE_LIMIT, picture_kind

_SMALLEST_ALPHA = 1e-4
_THIN, _BRIGHT, _ABOVE, _FEW = (0.02, 0.4), 0.1, 0.02, 0.005

Colour = Float32[np.ndarray, "h w 3"]
Coverage = Float32[np.ndarray, "h w"]


def read_foreground(file: ForegroundFile) -> tuple[Colour, Coverage]:
    """Read one foreground.

    Returns:
        Unpremultiplied display-encoded colour and alpha, both 0 to 1; the colour is as the file has it where nothing
        is covered.

    Raises:
        ImageFileError: a file is unreadable, has no alpha channel, or its alpha cuts nothing out.
        SizeMismatchError: colour and alpha differ in size.
    """
    return straight(file, *read_stored(file))


def read_stored(file: ForegroundFile) -> tuple[Colour, Coverage, bool]:
    """Colour as it is in the file, alpha of 0 to 1, and whether the colour is scene-linear; raises as above."""
    colour, alpha, is_linear = _of_one(file.colour) if file.alpha is None else _of_two(file.colour, file.alpha)
    replace_non_finite(alpha)
    alpha = np.clip(alpha, 0, 1)
    if alpha.max() == 0 or alpha.min() == 1:
        raise ImageFileError(
            f"Expected {file.alpha or file.colour} to cut something out, but its alpha is {alpha.flat[0]:g} "
            "everywhere; take it away or give it an alpha."
        )
    return colour, alpha, is_linear


def straight(file: ForegroundFile, colour: Colour, alpha: Coverage, is_linear: bool) -> tuple[Colour, Coverage]:
    """Divide what was multiplied, then encode what is linear."""
    if file.is_premultiplied:
        colour = colour / np.maximum(alpha, np.float32(_SMALLEST_ALPHA))[..., None]
    return display_encode(colour) if is_linear else np.clip(colour, 0, 1), alpha


def looks_premultiplied(colour: Colour, alpha: Coverage) -> bool:
    """Whether a subject that is not dark gets as dark as its alpha where it is thin; straight colours seldom do."""
    brightest = colour.max(axis=2)
    thin = brightest[is_thin := (alpha > _THIN[0]) & (alpha < _THIN[1])]
    solid = brightest[alpha > 0.95]
    if thin.size < 16 or solid.size == 0 or np.median(solid) < _BRIGHT:
        return False
    return float((thin > alpha[is_thin] + _ABOVE).mean()) < _FEW


def _of_one(path: Path) -> tuple[Colour, Coverage, bool]:
    """Colour, alpha and whether they are scene-linear, from an RGBA picture."""
    kind = picture_kind(path)
    if kind == "exr":
        return *_of_exr(path), True
    raster = read_raster(path, kind, DEFAULT_BYTE_LIMIT)
    if not {"R", "G", "B", "A"} <= set(raster.names):
        raise _no_alpha(path)
    red, green, blue, alpha = (raster.samples[..., raster.names.index(name)] for name in "RGBA")
    colour = np.stack([red, green, blue], axis=2)
    replace_non_finite(colour)
    return colour, np.ascontiguousarray(alpha), raster.is_linear


def _of_exr(path: Path) -> tuple[Colour, Coverage]:
    """The colour layer that a plate would have, and the alpha of the same layer."""
    part, layer, names = find_colour(read_exr(path, DEFAULT_BYTE_LIMIT), None, path)
    channels = layers_of(part)[layer]
    if "A" not in channels:
        raise _no_alpha(path)
    planes = [part.channels[names[index % len(names)]] for index in range(3)]
    colour = np.stack(planes, axis=2).astype(np.float32)
    replace_non_finite(colour)
    return colour, part.channels[channels["A"]].astype(np.float32)


def _of_two(colour_path: Path, alpha_path: Path) -> tuple[Colour, Coverage, bool]:
    """Colour from one picture and alpha from another."""
    colour = read_plate(colour_path)
    try:
        alpha = align(read_mask(alpha_path), colour)
    except SizeMismatchError as error:
        raise SizeMismatchError(f"{colour_path} and {alpha_path} do not match: {error}") from error
    return colour.pixels, alpha.copy(), colour.is_linear


def _no_alpha(path: Path) -> ImageFileError:
    return ImageFileError(
        f"Expected {path} to have an alpha channel, but it has colour alone; save it as RGBA, or put foregrounds and "
        "alphas of equal names into folders fg and alpha."
    )
