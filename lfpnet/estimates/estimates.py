"""The estimates of one plate, held at a reduced size and enlarged under a tile along the plate's own edges.

Memory and time are bounded whatever the plate: it is halved until it is small enough (`reduced.py`).
Source: He, Sun and Tang, Guided Image Filtering; He and Sun, Fast Guided Filter, for the enlargement.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from lfpnet.estimates.colours import estimated_colours
from lfpnet.estimates.likelihood import colour_likelihood
from lfpnet.estimates.linear_system import Check
from lfpnet.estimates.propagation import PROPAGATED, propagate
from lfpnet.estimates.reduced import reduce_plate, reduction_of
from lfpnet.estimates.refinement import refine_alpha
from lfpnet.types import BACKGROUND, FOREGROUND, AlphaPixels, PlatePixels, TrimapPixels

#: How many alphas there are: the propagated ones, colour likelihood.
ALPHAS = PROPAGATED + 1
#: Those, and the colours of foreground and background.
PLANES = ALPHAS + 6
#: Regularization of the guided filter for each alpha: the propagated ones follow the plate already.
GUIDE_EPSILONS = (1e-5,) * PROPAGATED + (1e-4,)
_WINDOW = (3, 3)


class Estimates:
    """Estimates of alpha, foreground and background over a plate.

    Args:
        plate_display: the reduced plate, display-encoded, 0 to 1.
        trimap: the reduced trimap, 0, 128 or 255.
        reduction: plate pixels per side of a reduced pixel.
        check: called now and then; what it raises ends the work.
    """

    def __init__(
        self, plate_display: PlatePixels, trimap: TrimapPixels, reduction: int, check: Check | None = None
    ) -> None:
        self.reduction = reduction
        propagation = propagate(plate_display, trimap, check)
        self._system, self._trimap = propagation.closed_form, trimap
        alphas = [*np.moveaxis(propagation.alphas, 2, 0), colour_likelihood(plate_display, trimap)]
        lines = [_guided(plate_display, alpha, e) for alpha, e in zip(alphas, GUIDE_EPSILONS, strict=True)]
        #: For each alpha three slopes and an offset: alpha is slopes . plate + offset; then the colours.
        self._layers = np.concatenate([*lines, estimated_colours(plate_display, alphas[0])], axis=2)

    @classmethod
    def of_plate(
        cls, plate: PlatePixels, trimap: TrimapPixels, *, is_linear: bool, check: Check | None = None
    ) -> "Estimates":
        """Estimate alpha over a whole plate, reduced as far as its size needs.

        Args:
            plate: scene-linear of any range, or display-encoded 0 to 1.
            trimap: 0, 128 or 255.
            is_linear: whether the plate is scene-linear.
            check: called now and then; what it raises ends the work.
        """
        reduction = reduction_of(*trimap.shape)
        return cls(*reduce_plate(plate, trimap, reduction, is_linear=is_linear), reduction, check)

    def over(
        self, plate_display: PlatePixels, trimap: TrimapPixels, top: int, left: int, pixel_size: int = 1
    ) -> Float32[np.ndarray, "10 h w"]:
        """The estimates over part of the plate.

        Args:
            plate_display: pixels of that part.
            trimap: of that part.
            top: row of the plate at the part's upper border; parts may reach beyond the plate.
            left: column of the plate at the part's left border.
            pixel_size: plate pixels per side of one pixel of the part.

        Returns:
            The alphas, 0 to 1, known pixels as the trimap has them, then foreground and background, display-encoded.
        """
        height, width = trimap.shape
        part, across, down = self._under(top, left, height, width, pixel_size)
        values = np.empty((PLANES, height, width), np.float32)
        channels = [np.ascontiguousarray(plate_display[..., channel]) for channel in range(3)]
        term = np.empty((height, width), np.float32)
        for index, alpha in enumerate(values[:ALPHAS]):
            _enlarge(part[4 * index + 3], across, down, alpha)
            for slope, channel in zip(part[4 * index :], channels, strict=False):
                _enlarge(slope, across, down, term)
                np.add(alpha, np.multiply(term, channel, out=term), out=alpha)
            np.clip(alpha, 0, 1, out=alpha)
            alpha[trimap == BACKGROUND] = 0
            alpha[trimap == FOREGROUND] = 1
        for colour, plane in zip(part[4 * ALPHAS :], values[ALPHAS:], strict=True):
            _enlarge(colour, across, down, plane)
        return values

    def refine(self, alpha: AlphaPixels, trimap: TrimapPixels) -> None:
        """Draw an alpha of the whole plate along the plate's own edges, in place; see `refine_alpha`.

        Args:
            alpha: 0 to 1.
            trimap: 0, 128 or 255, what the estimates were made of.
        """
        if self._system is not None:
            refine_alpha(alpha, trimap, self._system, self._trimap, self.reduction)

    def _under(
        self, top: int, left: int, height: int, width: int, pixel_size: int
    ) -> tuple[Float32[np.ndarray, "k r c"], Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
        """The layers that a part needs, and where its pixels lie among theirs."""
        y = ((top + (np.arange(height) + 0.5) * pixel_size) / self.reduction - 0.5).astype(np.float32)
        x = ((left + (np.arange(width) + 0.5) * pixel_size) / self.reduction - 0.5).astype(np.float32)
        rows, columns = (
            np.clip(np.floor(along), 0, length - 1)
            for along, length in zip((y, x), self._layers.shape[:2], strict=True)
        )
        first_row, first_column = int(rows[0]), int(columns[0])
        part = self._layers[first_row : int(rows[-1]) + 2, first_column : int(columns[-1]) + 2]
        across, down = np.meshgrid(x - first_column, y - first_row)
        return np.ascontiguousarray(part.transpose(2, 0, 1)), across, down


def _enlarge(layer: np.ndarray, across: np.ndarray, down: np.ndarray, out: np.ndarray) -> None:
    """Interpolate one layer at the pixels of a part; beyond the border the nearest value."""
    cv2.remap(layer, across, down, cv2.INTER_LINEAR, dst=out, borderMode=cv2.BORDER_REPLICATE)


def _guided(plate: PlatePixels, alpha: AlphaPixels, epsilon: float) -> Float32[np.ndarray, "h w 4"]:
    """Slopes and offset that explain alpha by the plate around every pixel."""
    plate = np.ascontiguousarray(plate, np.float32)
    means, mean = _box(plate), _box(alpha)
    with_alpha = _box(plate * alpha[..., None]) - means * mean[..., None]
    covariance = {
        (i, j): (_box(plate[..., i] * plate[..., j]) - means[..., i] * means[..., j]).astype(np.float64)
        + (epsilon if i == j else 0)
        for i in range(3)
        for j in range(i, 3)
    }
    slopes = _solved(covariance, with_alpha).astype(np.float32)
    offset = mean - (slopes * means).sum(axis=2)
    return np.concatenate([_box(slopes), _box(offset)[..., None]], axis=2)


def _solved(
    matrix: Mapping[tuple[int, int], Float64[np.ndarray, "h w"]], right: Float32[np.ndarray, "h w 3"]
) -> Float64[np.ndarray, "h w 3"]:
    """Solve a symmetric system of three for every pixel, by Cramer's rule, in half the time of LAPACK's loop.

    In double: where colours vary along one direction the cofactors are small differences.
    """
    a, b, c, d, e, f = (matrix[at] for at in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)))
    first, second, third = d * f - e * e, c * e - b * f, b * e - c * d
    scale = 1 / (a * first + b * second + c * third)
    x, y, z = (right[..., channel] * scale for channel in range(3))
    middle, last, low = a * f - c * c, b * c - a * e, a * d - b * b
    solved = first * x + second * y + third * z, second * x + middle * y + last * z, third * x + last * y + low * z
    return np.stack(solved, axis=2)


def _box(values: np.ndarray) -> np.ndarray:
    """Mean over 3 x 3 pixels."""
    return cv2.blur(values, _WINDOW, borderType=cv2.BORDER_REPLICATE)
