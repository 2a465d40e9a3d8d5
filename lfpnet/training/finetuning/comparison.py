"""How good weights are on whole frames, as a user would matte them."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lfpnet.data.layouts import Case
from lfpnet.inference import MatteOptions, Predictor
from lfpnet.metrics import gradient_error, mse, sad
from lfpnet.model.checkpoint import Provenance
from lfpnet.model.network import LFPNet
from lfpnet.types import AlphaPixels


@dataclass(frozen=True, eq=False)
class FrameFigures:
    """One frame's matte and its errors over the unknown region.

    Attributes:
        name: of the frame.
        alpha: of the matte.
        mse: 0 to 1.
        sad: in thousands.
        grad: in thousands.
    """

    name: str
    alpha: AlphaPixels
    mse: float
    sad: float
    grad: float


def matte_frames(
    network: LFPNet,
    provenance: Provenance,
    cases: Sequence[Case],
    *,
    device: str = "auto",
    progress: Callable[[], None] | None = None,
) -> list[FrameFigures]:
    """Matte frames with a copy of a network and compare the alphas with the approved ones.

    Args:
        network: not changed.
        provenance: of it.
        cases: frames.
        device: `auto`, `cpu`, `cuda:0` or `mps`.
        progress: called after every frame.

    Raises:
        InputError: a frame cannot be used.
        DeviceError: the smallest tile does not fit into the device's memory.
    """
    predictor = Predictor(copy.deepcopy(network), provenance, device=device)
    figures = []
    for case in cases:
        frame = case.read()
        matte = predictor.matte(frame.plate, frame.trimap, is_linear=frame.is_linear, options=MatteOptions())
        alphas = (matte.alpha, frame.alpha, frame.trimap)
        figures.append(
            FrameFigures(case.name, matte.alpha, *(float(figure(*alphas)) for figure in (mse, sad, gradient_error)))
        )
        if progress is not None:
            progress()
    return figures


def mean_figures(frames: Sequence[FrameFigures]) -> dict[str, float]:
    """Means over frames, each counting the same."""
    return {name: sum(getattr(frame, name) for frame in frames) / len(frames) for name in ("mse", "sad", "grad")}
