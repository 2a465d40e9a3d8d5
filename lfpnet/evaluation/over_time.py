"""Mattes of a shot against its truth: the mean of every frame's metrics, and of every pair of following frames."""

from collections.abc import Iterable
from dataclasses import dataclass

from lfpnet.metrics import TimedAlpha, dtssd, messddt, motion_compensated_flicker, mse, sad


@dataclass(frozen=True)
class OverTime:
    """Means over a shot, over the true trimap's unknown region.

    Attributes:
        frames: how many were compared.
        pairs: how many followed one another; what is measured over time is None without any, or without motion.
        mse: of alpha, times 1000.
        sad: of alpha, in thousands.
        dtssd: `lfpnet.metrics.dtssd`.
        messddt: `lfpnet.metrics.messddt`.
        mcf: `lfpnet.metrics.motion_compensated_flicker`.
    """

    frames: int
    pairs: int
    mse: float
    sad: float
    dtssd: float | None
    messddt: float | None
    mcf: float | None


def measure_over_time(frames: Iterable[tuple[int, TimedAlpha]]) -> OverTime:
    """Measure a shot; only two frames are held at a time.

    Args:
        frames: number and pictures in rising order; only frames that follow one another are compared over time.

    Raises:
        InputError: the pictures cannot be compared.
    """
    each: dict[str, list[float]] = {"mse": [], "sad": [], "dtssd": [], "messddt": [], "mcf": []}
    last: tuple[int, TimedAlpha] | None = None
    pairs = 0
    for number, frame in frames:
        each["mse"].append(1000 * mse(frame.alpha, frame.truth, frame.trimap))
        each["sad"].append(sad(frame.alpha, frame.truth, frame.trimap))
        if last is not None and last[0] == number - 1:
            pairs += 1
            pair = [last[1], frame]
            each["dtssd"].append(dtssd(pair))
            if last[1].motion is not None:
                each["messddt"].append(messddt(pair))
                each["mcf"].append(motion_compensated_flicker(pair))
        last = number, frame
    means = {name: sum(values) / len(values) if values else None for name, values in each.items()}
    return OverTime(
        frames=len(each["mse"]),
        pairs=pairs,
        mse=means["mse"] or 0.0,
        sad=means["sad"] or 0.0,
        dtssd=means["dtssd"],
        messddt=means["messddt"],
        mcf=means["mcf"],
    )
