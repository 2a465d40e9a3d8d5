"""A case: one plate with the alpha it should have, known by its files and read when it is its turn."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lfpnet.colour import srgb_decode, srgb_encode
from lfpnet.errors import SizeMismatchError
from lfpnet.images import Plate, align, read_mask, read_plate
from lfpnet.trimap import from_alpha, from_grey
from lfpnet.types import AlphaPixels, PlatePixels, TrimapPixels

#: How far an unknown region made from alpha is widened into either side: within the radii of 1 to 17 pixels that the
#: paper draws its training trimaps with (kernels of 3 to 35).
DEFAULT_BAND_PIXELS = 10.0


@dataclass(frozen=True, eq=False)
class EvaluationCase:
    """The pixels of a case.

    Attributes:
        name: of the case.
        plate: scene-linear, or display-encoded 0 to 1.
        is_linear: whether the plate, and the colours below, are scene-linear.
        trimap: 0, 128 or 255.
        alpha: the truth, 0 to 1.
        foreground: the true unpremultiplied foreground in the plate's encoding, where the set has it.
        background: the true background in the plate's encoding, where the set has it.
        trimap_origin: a sentence's part that says where the trimap comes from.
    """

    name: str
    plate: PlatePixels
    is_linear: bool
    trimap: TrimapPixels
    alpha: AlphaPixels
    foreground: PlatePixels | None
    background: PlatePixels | None
    trimap_origin: str


@dataclass(frozen=True)
class Case:
    """The files of a case.

    Attributes:
        name: unique in its data set.
        plate: the picture to matte.
        alpha: its true alpha.
        trimap: None where the set has none; one is made from alpha then.
        foreground: the true foreground, unpremultiplied.
        background: the true background.
        band_pixels: widths of the unknown region on both sides of the soft pixels, for a trimap made from alpha.
    """

    name: str
    plate: Path
    alpha: Path
    trimap: Path | None = None
    foreground: Path | None = None
    background: Path | None = None
    band_pixels: float = DEFAULT_BAND_PIXELS

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file of the case, the plate first."""
        optional = (self.trimap, self.foreground, self.background)
        return (self.plate, self.alpha, *(path for path in optional if path is not None))

    def read(self) -> EvaluationCase:
        """Read the pixels.

        Masks are brought onto the plate's data window by their EXR windows; foreground and background must have the
        plate's own size and are brought to its encoding.

        Raises:
            ImageFileError: a file is missing or unreadable.
            SizeMismatchError: a picture does not cover the plate; both files are named.
            ConfigurationError: the band is negative.
        """
        plate = read_plate(self.plate)
        alpha = np.clip(_read_mask(self.alpha, plate), 0, 1)
        if self.trimap is not None:
            trimap, origin = from_grey(_read_mask(self.trimap, plate)), f"{self.trimap.parent.name}/{self.trimap.name}"
        else:
            trimap = from_alpha(alpha, inner_pixels=self.band_pixels, outer_pixels=self.band_pixels)
            origin = f"made from alpha, {self.band_pixels:g} pixels into either side"
        return EvaluationCase(
            name=self.name,
            plate=plate.pixels,
            is_linear=plate.is_linear,
            trimap=trimap,
            alpha=alpha,
            foreground=_read_colour(self.foreground, plate),
            background=_read_colour(self.background, plate),
            trimap_origin=origin,
        )


def _read_mask(path: Path, plate: Plate) -> AlphaPixels:
    """One mask on the plate's pixels, or a sentence that names both files."""
    try:
        return align(read_mask(path), plate)
    except SizeMismatchError as error:
        raise SizeMismatchError(f"{plate.path} and {path} do not match: {error}") from error


def _read_colour(path: Path | None, plate: Plate) -> PlatePixels | None:
    """Foreground or background in the plate's encoding."""
    if path is None:
        return None
    colour = read_plate(path)
    if colour.pixels.shape != plate.pixels.shape:
        (height, width), (plate_height, plate_width) = colour.pixels.shape[:2], plate.pixels.shape[:2]
        raise SizeMismatchError(
            f"Expected {path} at the size of {plate.path}, {plate_width} x {plate_height}, but it is "
            f"{width} x {height}; export both from the same frame."
        )
    if colour.is_linear == plate.is_linear:
        return colour.pixels
    return srgb_decode(colour.pixels) if plate.is_linear else srgb_encode(np.clip(colour.pixels, 0, 1))
