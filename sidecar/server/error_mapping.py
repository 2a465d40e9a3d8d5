"""The one place where foreign errors become codes of the protocol."""

import errno

from lfpnet import errors
from sidecar.wire.errors import SidecarError


class Cancelled(errors.CancelledError):
    """The job was asked to stop between two steps."""


#: lfpnet's classes, most special first -> code on the wire.
LFPNET_CODES: tuple[tuple[type[errors.LfpnetError], str], ...] = (
    (errors.ImageFileError, "bad_image"),
    (errors.SizeMismatchError, "size_mismatch"),
    (errors.TrimapError, "bad_image"),
    (errors.WeightsError, "model_unavailable"),
    (errors.ConfigurationError, "bad_option"),
    (errors.InputError, "bad_option"),
    (errors.OutputError, "output_failed"),
    (errors.DeviceError, "device"),
    (errors.CancelledError, "cancelled"),
)


def translate(problem: BaseException) -> SidecarError:
    """Give any exception of a job its code and sentence."""
    if isinstance(problem, SidecarError):
        return problem
    for kind, code in LFPNET_CODES:
        if isinstance(problem, kind):
            first, _, rest = str(problem).partition("\n")
            return SidecarError(code, first, detail=rest, retryable=problem.retryable)
    if isinstance(problem, MemoryError):
        return SidecarError(
            "out_of_memory", "The machine has too little free memory for this frame: use smaller tiles."
        )
    if isinstance(problem, OSError):
        is_full = problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        what = "The disk is full or the file may not grow" if is_full else "The system refused"
        return SidecarError("output_failed", f"{what} ({problem}): make room or choose another folder.")
    return SidecarError(
        "internal",
        f"The sidecar failed in an unforeseen way ({type(problem).__name__}: {str(problem)[:300]}): its log says more.",
    )
