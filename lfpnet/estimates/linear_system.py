"""What all propagation has in common: alpha of the unknown pixels as the solution of a sparse linear system."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

from lfpnet.estimates.conjugate_gradients import conjugate_gradients
from lfpnet.types import FOREGROUND, UNKNOWN, AlphaPixels, TrimapPixels

#: The network corrects what is left: more accuracy costs time and gains nothing.
TOLERANCE = 1e-4
#: Where some pixels are tied to others by little.
WEAK_TOLERANCE = 1e-5
#: Where every pixel is held to a value a solution this near is as good.
NEAR_TOLERANCE = 1e-4
#: Added to the diagonal, so that a pixel without neighbours has a solution.
LEAST_DIAGONAL = 1e-7

#: Asked now and then during long work; it raises to end it.
Check = Callable[[], None]


@dataclass(frozen=True)
class LinearSystem:
    """Alpha is what `(matrix + residuals^T residuals) @ alpha == right_side` says of the unknown pixels.

    Attributes:
        matrix: symmetric, sparse, (u, u) for u unknown pixels in reading order.
        right_side: what the known foreground contributes to them.
        residuals: sparse (n, u), of terms given as squares, or None: their product would have twenty times the entries.
    """

    matrix: Any
    right_side: Float[np.ndarray, " u"]
    residuals: Any = None

    @classmethod
    def of_rows(cls, rows: Any, trimap: TrimapPixels) -> "LinearSystem":
        """Split the rows of a Laplacian into what is asked and what is known.

        Args:
            rows: sparse, (u, h * w): one for each unknown pixel.
            trimap: 0, 128 or 255.
        """
        asked, known = _split(rows, trimap)
        return cls(asked, -known)

    @classmethod
    def of_residuals(cls, rows: Any, trimap: TrimapPixels) -> "LinearSystem":
        """The least squares of `rows @ alpha`.

        Args:
            rows: sparse, (n, h * w).
            trimap: 0, 128 or 255.
        """
        from scipy.sparse import csr_matrix

        asked, known = _split(rows, trimap)
        return cls(csr_matrix((asked.shape[1],) * 2, dtype=asked.dtype), -(asked.T @ known), asked)

    def times(self, weight: float) -> "LinearSystem":
        """The system at a weight."""
        residuals = None if self.residuals is None else float(np.sqrt(weight)) * self.residuals
        return LinearSystem(weight * self.matrix, weight * self.right_side, residuals)

    def plus(self, other: "LinearSystem", weight: float = 1.0) -> "LinearSystem":
        """Both systems in one, the other at a weight."""
        from scipy.sparse import vstack

        other = other.times(weight)
        parts = [system.residuals for system in (self, other) if system.residuals is not None]
        residuals = vstack(parts, format="csr") if len(parts) > 1 else (parts or [None])[0]
        return LinearSystem((self.matrix + other.matrix).tocsr(), self.right_side + other.right_side, residuals)

    def held(self, values: Float[np.ndarray, " u"], weights: Float[np.ndarray, " u"]) -> "LinearSystem":
        """The system with the squared distance to a value for each pixel, at a weight each, beside its own."""
        from scipy.sparse import diags

        matrix = (self.matrix + diags(weights)).tocsr()
        return LinearSystem(matrix, self.right_side + weights * values, self.residuals)

    def solved(self, trimap: TrimapPixels, check: Check | None = None, *, has_blocks: bool = True) -> AlphaPixels:
        """Solve by conjugate gradients, from background on: what nothing ties to a known pixel stays background.

        Args:
            trimap: 0, 128 or 255.
            has_blocks: whether to precondition over blocks of pixels too, which pays where the matrix is hard.
            check: called at every iteration; what it raises ends the work.

        Returns:
            (h, w), 0 to 1, known pixels as the trimap has them.
        """
        from scipy.sparse import identity

        # Colour mixture ties all pixels to others; what closed-form alone ties, by a millionth, is lost in single.
        kind = np.float64 if self.residuals is None else np.float32
        matrix = (self.matrix + LEAST_DIAGONAL * identity(len(self.right_side))).tocsr().astype(kind)
        right_side = self.right_side.astype(kind)
        start, blocks = np.zeros(len(right_side), kind), _blocks(trimap) if has_blocks else None
        tolerance = TOLERANCE if self.residuals is not None else WEAK_TOLERANCE
        values = conjugate_gradients(matrix, self.residuals, right_side, start, blocks, tolerance, check)
        alpha = (trimap == FOREGROUND).astype(np.float32)
        alpha[trimap == UNKNOWN] = np.nan_to_num(np.clip(values, 0, 1), nan=0.5)
        return alpha

    def solved_near(self, values: Float[np.ndarray, " u"], weights: Float[np.ndarray, " u"]) -> Float[np.ndarray, " u"]:
        """Solve with every unknown pixel held to a value.

        Args:
            values: 0 to 1.
            weights: of each value's squared error beside the system's own; more than 0.

        Returns:
            Alpha of the unknown pixels, 0 to 1.
        """
        held = self.held(values, weights)
        found = conjugate_gradients(held.matrix, held.residuals, held.right_side, values, None, NEAR_TOLERANCE)
        return np.clip(np.where(np.isfinite(found), found, values), 0, 1)


def unknown_pixels(trimap: TrimapPixels) -> Int64[np.ndarray, " u"]:
    """Indices of the unknown pixels in reading order."""
    return np.flatnonzero(trimap.ravel() == UNKNOWN)


def _split(rows: Any, trimap: TrimapPixels) -> tuple[Any, Float[np.ndarray, " n"]]:
    """The columns of the unknown pixels, and what the known foreground makes of the others."""
    column_of = np.cumsum(trimap.ravel() == UNKNOWN, dtype=np.int32) - 1
    known = rows @ (trimap.ravel() == FOREGROUND).astype(rows.dtype)
    is_asked = trimap.ravel()[rows.indices] == UNKNOWN
    before = np.concatenate([[0], np.cumsum(is_asked)]).astype(np.int32)
    parts = rows.data[is_asked], column_of[rows.indices[is_asked]], before[rows.indptr]
    return type(rows)(parts, (rows.shape[0], np.count_nonzero(trimap == UNKNOWN))), known


def _blocks(trimap: TrimapPixels) -> Int64[np.ndarray, " u"]:
    """For every unknown pixel the number of the square of pixels that it lies in, as small as few squares allow."""
    from lfpnet.estimates.conjugate_gradients import MOST_BLOCKS

    rows, columns = np.divmod(unknown_pixels(trimap), trimap.shape[1])
    side = 4
    while True:
        squares, block_of = np.unique(rows // side * trimap.shape[1] + columns // side, return_inverse=True)
        if len(squares) <= MOST_BLOCKS:
            return block_of
        side += side // 2
