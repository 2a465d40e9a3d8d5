"""What a trimap holds, whether a plate can be matted with it, and the sentences a user should read first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lfpnet.errors import TrimapError
from lfpnet.trimap.sizes import require_same_size
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN

NO_UNKNOWN = (
    "The trimap has no unknown pixel, so alpha is the trimap itself; give an edge matte or a band in pixels to have "
    "edges matted."
)
NO_FOREGROUND = (
    "The trimap has no foreground pixel, so the network cannot see what the subject looks like; mark some of it as "
    "foreground unless it is transparent throughout."
)
NO_BACKGROUND = (
    "The trimap has no background pixel, so the network cannot see what lies behind the subject; mark some of it as "
    "background if any is in frame."
)
NOTHING_KNOWN = (
    "Every pixel of the trimap is unknown, so the matte is a guess; mark what is surely subject white and what is "
    "surely not black."
)


class Box(NamedTuple):
    """Rows top to bottom and columns left to right, in pixels; bottom and right are the first ones outside."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class TrimapSummary:
    """What a usable trimap holds.

    Attributes:
        background_pixels: number of background pixels.
        unknown_pixels: number of unknown pixels.
        foreground_pixels: number of foreground pixels.
        unknown_box: smallest box that holds every unknown pixel; None where there is none.
        warnings: sentences for the user: the trimap works, but perhaps not as meant.
    """

    background_pixels: int
    unknown_pixels: int
    foreground_pixels: int
    unknown_box: Box | None
    warnings: tuple[str, ...]

    @property
    def unknown_share(self) -> float:
        """Unknown pixels as a share of all, 0 to 1."""
        return self.unknown_pixels / (self.background_pixels + self.unknown_pixels + self.foreground_pixels)


def inspect(trimap: np.ndarray, plate_shape: Sequence[int]) -> TrimapSummary:
    """Check a trimap against its plate and summarise it.

    Args:
        trimap: uint8 (h, w) of 0, 128 and 255.
        plate_shape: height and width of the plate; further axes are ignored.

    Returns:
        Counts, the box of the unknown region, and warnings. A trimap without foreground, without background, without
        unknown pixels or with nothing else is usable and has a warning.

    Raises:
        SizeMismatchError: the trimap does not have the plate's size.
        TrimapError: it is not uint8 (h, w), holds other values, or is empty.
    """
    _require_canonical_form(trimap)
    require_same_size("plate", plate_shape, "trimap", trimap.shape)
    background, unknown, foreground = (int(np.count_nonzero(trimap == v)) for v in (BACKGROUND, UNKNOWN, FOREGROUND))
    _require_canonical_values(trimap, background + unknown + foreground)
    empties = ((unknown, NO_UNKNOWN), (foreground, NO_FOREGROUND), (background, NO_BACKGROUND))
    warnings = tuple(sentence for pixels, sentence in empties if pixels == 0)
    if unknown == trimap.size:
        warnings = (NOTHING_KNOWN,)
    return TrimapSummary(background, unknown, foreground, _box_of(trimap == UNKNOWN), warnings)


def _require_canonical_form(trimap: np.ndarray) -> None:
    if trimap.dtype != np.uint8 or trimap.ndim != 2 or trimap.size == 0:
        raise TrimapError(
            f"A trimap must be uint8 of shape (h, w) with at least one pixel, but it is {trimap.dtype} of shape "
            f"{trimap.shape}; make it with lfpnet.trimap.from_grey."
        )


def _require_canonical_values(trimap: np.ndarray, canonical_pixels: int) -> None:
    others = trimap.size - canonical_pixels
    if others:
        first = int(trimap[~np.isin(trimap, (BACKGROUND, UNKNOWN, FOREGROUND))][0])
        raise TrimapError(
            f"A trimap must hold only {BACKGROUND}, {UNKNOWN} and {FOREGROUND}, but {others} pixels hold other values "
            f"such as {first}; make it with lfpnet.trimap.from_grey, which takes all greys between as unknown."
        )


def _box_of(is_inside: np.ndarray) -> Box | None:
    rows, columns = np.flatnonzero(is_inside.any(axis=1)), np.flatnonzero(is_inside.any(axis=0))
    if rows.size == 0:
        return None
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
