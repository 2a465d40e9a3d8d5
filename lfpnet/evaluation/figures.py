"""The figures of one matte: SAD, MSE, Grad, Conn and, where the truth has one, the foreground's colour error."""

from dataclasses import dataclass
from typing import Any

from lfpnet.data.layouts import EvaluationCase
from lfpnet.evaluation.method import Estimate, shown
from lfpnet.evaluation.protocol import Protocol
from lfpnet.metrics import connectivity_error, foreground_colour_error, gradient_error, mse, sad


@dataclass(frozen=True)
class Figures:
    """Errors over the region of the protocol; the foreground's over the unknown region.

    Attributes:
        sad: in thousands.
        mse: 0 to 1 (tables print it in thousandths).
        grad: in thousands.
        conn: in thousands.
        foreground_mse: of display-encoded colours weighed by the true alpha, 0 to 1; None without a true foreground
            or without an estimated one.
    """

    sad: float
    mse: float
    grad: float
    conn: float
    foreground_mse: float | None


def measure(case: EvaluationCase, estimate: Estimate, protocol: Protocol) -> Figures:
    """Compare an estimate with the truth.

    Args:
        case: with its truth.
        estimate: of the same size.
        protocol: the conventions.

    Raises:
        SizeMismatchError: the estimate has another size.
        InputError: the estimate holds NaN.
    """
    alphas = (estimate.alpha, case.alpha, case.trimap)
    how: dict[str, Any] = {"region": protocol.region, "quantise": protocol.quantise}
    foreground_mse = None
    if case.foreground is not None and estimate.foreground is not None:
        truth = shown(case.foreground, is_linear=case.is_linear)
        foreground_mse = foreground_colour_error(estimate.foreground, truth, case.alpha, case.trimap)
    return Figures(
        sad=sad(*alphas, **how),
        mse=mse(*alphas, **how),
        grad=gradient_error(*alphas, **how, convention=protocol.gradient),
        conn=connectivity_error(*alphas, **how, convention=protocol.connectivity),
        foreground_mse=foreground_mse,
    )
