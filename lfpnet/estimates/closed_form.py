"""Closed-form matting of a small plate by pymatting; it never fails, whatever the trimap.

Source: Levin, Lischinski and Weiss, A Closed-Form Solution to Natural Image Matting; solved by pymatting's conjugate
gradients with an incomplete Cholesky factor.
"""

import contextlib
import io
from types import ModuleType
from typing import Any

import numpy as np
from jaxtyping import Float32

from lfpnet.pymatting_library import load_pymatting, threads_of_torch
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, AlphaPixels, PlatePixels, TrimapPixels

#: The network corrects what is left: a tenth of the accuracy that pymatting asks for by itself costs half the time.
TOLERANCE = 1e-5
MOST_ITERATIONS = 300
#: Added to the diagonal until the factor exists.
SHIFTS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)


def closed_form_alpha(plate_display: PlatePixels, trimap: TrimapPixels) -> AlphaPixels:
    """Solve for alpha in the unknown region.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.

    Returns:
        (h, w), 0 to 1. Where the trimap marks only one side, the unknown region is of that side; with none, one half.
    """
    alpha = np.where(trimap == UNKNOWN, np.float32(0.5), trimap / np.float32(255)).astype(np.float32)
    is_unknown = trimap == UNKNOWN
    has_background, has_foreground = (trimap == BACKGROUND).any(), (trimap == FOREGROUND).any()
    if not is_unknown.any() or not (has_background or has_foreground):
        return alpha
    if not (has_background and has_foreground) or min(trimap.shape) < 3:
        alpha[is_unknown] = float(has_foreground) if has_background != has_foreground else 0.5
        return alpha
    return _solved(plate_display, trimap, alpha)


def _solved(plate_display: PlatePixels, trimap: TrimapPixels, alpha: AlphaPixels) -> AlphaPixels:
    """The least-squares solution, cut to 0 and 1."""
    pymatting = load_pymatting("makes the closed-form estimate")  # compiles at first use
    with threads_of_torch():
        laplacian = pymatting.cf_laplacian(plate_display.astype(np.float64), is_known=(trimap != UNKNOWN).ravel())
        matrix, right_side = pymatting.make_linear_system(laplacian, alpha.astype(np.float64))[:2]
        factor = _factor(pymatting, matrix)
        solution = pymatting.cg(matrix, right_side, M=factor, rtol=TOLERANCE, maxiter=MOST_ITERATIONS)
    return _clamped(solution.reshape(trimap.shape))


def _factor(pymatting: ModuleType, matrix: Any) -> Any:
    """An incomplete Cholesky factor, or None when even a large shift gives none."""
    for shift in SHIFTS:
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # it prints advice for its own users
                return pymatting.ichol(matrix, discard_threshold=1e-4, shifts=(shift,))
        except ValueError:
            continue
    return None


def _clamped(values: np.ndarray) -> Float32[np.ndarray, "h w"]:
    return np.nan_to_num(np.clip(values, 0, 1), nan=0.5).astype(np.float32)
