"""Alpha by propagation from the known regions: closed-form matting, KNN matting, and both in one system.

Closed-form follows edges and fills what no mark reaches; KNN sees through holes and loses soft edges. Their systems
added up have the smaller error of the two on most plates, for the cost of a third solution.
Source: the two methods; Aksoy, Aydin and Pollefeys, Designing Effective Inter-Pixel Information Flow for Natural Image
Matting, for the thought of one system.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from lfpnet.estimates.closed_form import closed_form_system
from lfpnet.estimates.knn import knn_system
from lfpnet.estimates.linear_system import Check, LinearSystem
from lfpnet.pymatting_library import load_pymatting, threads_of_torch
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN, PlatePixels, TrimapPixels

#: How many alphas there are: both in one, closed-form, KNN.
PROPAGATED = 3
#: Of KNN matting in the joint system: the errors of nine photographs are flat from 3e-4 to 3e-3.
JOINT_WEIGHT = 1e-3


@dataclass(frozen=True)
class Propagation:
    """What was propagated, and by what.

    Attributes:
        alphas: joint, closed-form and KNN alpha, 0 to 1, known pixels as the trimap has them. Where the trimap marks
            only one side, the unknown region is of that side; with none, one half.
        closed_form: its system, or None where there was nothing to solve.
    """

    alphas: Float32[np.ndarray, "h w 3"]
    closed_form: LinearSystem | None


def propagated_alphas(
    plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None
) -> Float32[np.ndarray, "h w 3"]:
    """The alphas of `propagate`."""
    return propagate(plate_display, trimap, check).alphas


def propagate(plate_display: PlatePixels, trimap: TrimapPixels, check: Check | None = None) -> Propagation:
    """Solve for alpha in the unknown region in three ways.

    Args:
        plate_display: display-encoded, 0 to 1.
        trimap: 0, 128 or 255.
        check: called now and then; what it raises ends the work.
    """
    is_unknown = trimap == UNKNOWN
    has_background, has_foreground = (trimap == BACKGROUND).any(), (trimap == FOREGROUND).any()
    if not is_unknown.any() or not (has_background and has_foreground) or min(trimap.shape) < 3:
        guess = 0.5 if has_background == has_foreground else float(has_foreground)
        alpha = np.where(is_unknown, np.float32(guess), trimap / np.float32(255)).astype(np.float32)
        return Propagation(np.repeat(alpha[..., None], PROPAGATED, axis=2), None)
    pymatting = load_pymatting("makes the estimates of alpha")  # compiles at first use
    with threads_of_torch():
        closed_form, knn = closed_form_system(pymatting, plate_display, trimap), knn_system(plate_display, trimap)
        joint = closed_form.plus(knn, JOINT_WEIGHT)
        alphas = [
            joint.solved(pymatting, trimap, has_factor=False, check=check),
            closed_form.solved(pymatting, trimap, has_factor=True, check=check),
            knn.solved(pymatting, trimap, has_factor=False, check=check),
        ]
    return Propagation(np.stack(alphas, axis=2), closed_form)
