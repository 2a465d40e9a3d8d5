"""What all propagation has in common: alpha of the unknown pixels as the solution of a sparse linear system."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from lfpnet.types import FOREGROUND, UNKNOWN, AlphaPixels, TrimapPixels

#: The network corrects what is left: more accuracy costs time and gains nothing.
TOLERANCE = 1e-5
MOST_ITERATIONS = 400
#: Where every pixel is held to a value, so that few iterations suffice.
NEAR_TOLERANCE = 1e-4
#: Added to the diagonal, so that a pixel without neighbours has a solution.
LEAST_DIAGONAL = 1e-7
#: Of a matrix that has no incomplete Cholesky factor as it is.
SHIFTS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)

#: Asked now and then during long work; it raises to end it.
Check = Callable[[], None]


@dataclass(frozen=True)
class LinearSystem:
    """Alpha is what `matrix @ alpha == right_side` says of the unknown pixels; both may be scaled and added.

    Attributes:
        matrix: symmetric, sparse, (u, u) for u unknown pixels in reading order.
        right_side: what the known foreground contributes to them.
    """

    matrix: Any
    right_side: Float64[np.ndarray, " u"]

    @classmethod
    def of_rows(cls, rows: Any, trimap: TrimapPixels) -> "LinearSystem":
        """Split the rows of a Laplacian into what is asked and what is known.

        Args:
            rows: sparse, (u, h * w): one for each unknown pixel.
            trimap: 0, 128 or 255.
        """
        flat = trimap.ravel()
        columns = rows.tocsc()
        return cls(columns[:, unknown_pixels(trimap)].tocsr(), -(rows @ (flat == FOREGROUND).astype(np.float64)))

    def plus(self, other: "LinearSystem", weight: float) -> "LinearSystem":
        """Both systems in one, the other at a weight."""
        return LinearSystem((self.matrix + weight * other.matrix).tocsr(), self.right_side + weight * other.right_side)

    def solved(
        self, pymatting: ModuleType, trimap: TrimapPixels, *, has_factor: bool, check: Check | None = None
    ) -> AlphaPixels:
        """Solve by conjugate gradients.

        Args:
            pymatting: the library.
            trimap: 0, 128 or 255.
            has_factor: whether to precondition by an incomplete Cholesky factor, which pays where the matrix is hard;
                else by its diagonal.
            check: called at every iteration; what it raises ends the work.

        Returns:
            (h, w), 0 to 1, known pixels as the trimap has them.
        """
        from scipy.sparse import identity
        from scipy.sparse.linalg import cg

        matrix = (self.matrix + LEAST_DIAGONAL * identity(len(self.right_side))).tocsr()
        factor = _factor(pymatting, matrix) if has_factor else None
        factor = pymatting.jacobi(matrix) if factor is None else factor
        preconditioner = _operator(factor, matrix.shape)
        values, _ = cg(
            matrix,
            self.right_side,
            rtol=TOLERANCE,
            maxiter=MOST_ITERATIONS,
            M=preconditioner,
            callback=None if check is None else lambda _values: check(),
        )
        alpha = (trimap == FOREGROUND).astype(np.float32)
        alpha[trimap == UNKNOWN] = np.nan_to_num(np.clip(values, 0, 1), nan=0.5)
        return alpha

    def solved_near(
        self, values: Float64[np.ndarray, " u"], weights: Float64[np.ndarray, " u"]
    ) -> Float64[np.ndarray, " u"]:
        """Solve with every unknown pixel held to a value.

        Args:
            values: 0 to 1.
            weights: of each value's squared error beside the system's own; more than 0.

        Returns:
            Alpha of the unknown pixels, 0 to 1.
        """
        from scipy.sparse import diags
        from scipy.sparse.linalg import cg

        matrix = (self.matrix + diags(weights)).tocsr()
        found, _ = cg(
            matrix, self.right_side + weights * values, x0=values, rtol=NEAR_TOLERANCE, maxiter=MOST_ITERATIONS
        )
        return np.clip(np.where(np.isfinite(found), found, values), 0, 1)


def unknown_pixels(trimap: TrimapPixels) -> Int64[np.ndarray, " u"]:
    """Indices of the unknown pixels in reading order."""
    return np.flatnonzero(trimap.ravel() == UNKNOWN)


def _operator(factor: Any, shape: tuple[int, int]) -> Any:
    """Preconditioners of pymatting are functions; scipy takes operators."""
    import scipy.sparse.linalg

    operator: Any = scipy.sparse.linalg.LinearOperator  # scipy's stub knows the base class's constructor only
    return operator(shape, matvec=factor, dtype=np.float64)


def _factor(pymatting: ModuleType, matrix: Any) -> Any:
    """An incomplete Cholesky factor, or None when even a large shift gives none."""
    for shift in SHIFTS:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints advice for its own users
                return pymatting.ichol(matrix.tocsc(), discard_threshold=1e-4, shifts=(shift,))
        except ValueError:
            continue
    return None
