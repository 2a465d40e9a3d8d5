"""A contact sheet of what training sees: a row for each sample with plate, trimap, alpha, foreground and background."""

import numpy as np
from jaxtyping import UInt8

from lfpnet.data.samples import SampleStream, TrainingSample

_GAP_PIXELS = 4


def contact_sheet(stream: SampleStream, count: int, *, first: int = 0, columns: int = 1) -> UInt8[np.ndarray, "h w 3"]:
    """Lay out samples for the eye.

    Args:
        stream: where samples come from.
        count: number of samples, at least 1.
        first: index of the first sample.
        columns: samples beside each other.

    Returns:
        Display-encoded sheet; the inner patch is framed in the plate.
    """
    rows = [_row(stream.sample(first + index), stream.inner_size) for index in range(count)]
    while len(rows) % columns:
        rows.append(np.zeros_like(rows[0]))
    lines = [np.concatenate(rows[at : at + columns], axis=1) for at in range(0, len(rows), columns)]
    return np.concatenate(lines, axis=0)


def _row(sample: TrainingSample, inner_size: int) -> np.ndarray:
    """Five pictures of one sample side by side."""
    plate = sample.plate.copy()
    start, stop = inner_size // 2, inner_size // 2 + inner_size - 1
    plate[[start, stop], start : stop + 1] = 255, 220, 0
    plate[start : stop + 1, [start, stop]] = 255, 220, 0
    greys = [np.repeat(grey[..., None], 3, axis=2) for grey in (sample.trimap, sample.alpha)]
    pictures = [plate, *greys, sample.foreground, sample.background]
    return np.concatenate([np.pad(p, ((0, _GAP_PIXELS), (0, _GAP_PIXELS), (0, 0))) for p in pictures], axis=1)
