"""Conjugate gradients for propagation, preconditioned by the diagonal and by the same system over blocks of pixels.

The diagonal settles what differs from pixel to pixel; what is wrong over wide parts, which would take hundreds of
iterations, a small dense system over blocks settles at once.
Source: Saad, Iterative Methods for Sparse Linear Systems, sections 9.2 and 14.3 (additive Schwarz with a coarse space).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float, Int64

#: Of the coarse system, which is solved densely.
MOST_BLOCKS = 300
MOST_ITERATIONS = 400
#: Of the coarse system's diagonal, where blocks hardly differ from one another.
_LEAST_SHARE = 1e-6
#: In place of a divisor of nothing.
_LEAST = 1e-30

Product = Callable[[np.ndarray], np.ndarray]


def conjugate_gradients(
    matrix: Any,
    residuals: Any,
    right_side: Float[np.ndarray, " u"],
    start: Float[np.ndarray, " u"],
    blocks: Int64[np.ndarray, " u"] | None,
    tolerance: float,
    check: Callable[[], None] | None = None,
) -> Float[np.ndarray, " u"]:
    """Solve `(matrix + residuals^T residuals) x == right_side`.

    Args:
        matrix: sparse (u, u), symmetric.
        residuals: sparse (n, u) or None.
        right_side: (u,).
        start: where to start from.
        blocks: for every unknown the block that it belongs to, numbered from 0; None takes the diagonal alone.
        tolerance: of the residual, as a share of the right side.
        check: called at every iteration; what it raises ends the work.
    """
    apply, diagonal = _operator(matrix, residuals)
    precondition = _preconditioner(matrix, residuals, diagonal, blocks)
    values = start.copy()
    left = right_side - apply(values)
    enough = tolerance * float(np.linalg.norm(right_side))
    direction, along = np.zeros_like(left), 1.0
    for _ in range(MOST_ITERATIONS):
        if not float(np.linalg.norm(left)) > enough:
            break
        if check is not None:
            check()
        towards = precondition(left)
        before, along = along, float(left @ towards)
        direction = towards + (along / before) * direction
        applied = apply(direction)
        step = along / max(float(direction @ applied), _LEAST)
        values += step * direction
        left -= step * applied
    return values


def _operator(matrix: Any, residuals: Any) -> tuple[Product, Float[np.ndarray, " u"]]:
    """The product with the whole matrix, and its diagonal."""
    diagonal = matrix.diagonal()
    if residuals is None:
        return lambda x: matrix @ x, diagonal
    transposed = residuals.T.tocsr()
    squares = np.bincount(residuals.indices, np.square(residuals.data), residuals.shape[1]).astype(matrix.dtype)
    return lambda x: matrix @ x + transposed @ (residuals @ x), diagonal + squares


def _preconditioner(
    matrix: Any, residuals: Any, diagonal: Float[np.ndarray, " u"], blocks: Int64[np.ndarray, " u"] | None
) -> Product:
    """Roughly the inverse of the matrix: of its diagonal, and of what it is over blocks."""
    inverse = 1 / np.maximum(diagonal, _LEAST)
    if blocks is None or len(blocks) == 0:
        return lambda left: inverse * left
    from scipy.sparse import csr_matrix

    count = int(blocks.max()) + 1
    spread = csr_matrix((np.ones(len(blocks), matrix.dtype), blocks, np.arange(len(blocks) + 1)), (len(blocks), count))
    coarse = (spread.T @ (matrix @ spread)).toarray().astype(np.float64)
    if residuals is not None:
        over_blocks = residuals @ spread
        coarse += (over_blocks.T @ over_blocks).toarray()
    coarse[np.diag_indices(count)] += _LEAST_SHARE * coarse.diagonal()
    coarse_inverse = np.linalg.inv(coarse).astype(matrix.dtype)
    coarse_inverse = (coarse_inverse + coarse_inverse.T) / 2

    def precondition(left: np.ndarray) -> np.ndarray:
        sums = np.bincount(blocks, left, count).astype(left.dtype)
        return inverse * left + (coarse_inverse @ sums)[blocks]

    return precondition
