"""Samples whose context ends earlier: beyond its reach the border is repeated, and nothing can be learnt from there."""

from dataclasses import fields, replace

import numpy as np

from lfpnet.data.samples import TrainingSample
from lfpnet.training.batches import SampleSource


class NarrowedContext:
    """A stream of narrowed samples.

    Args:
        stream: of whole samples.
        context: sides of the inner patch that the context reaches, 1 to 2.
    """

    def __init__(self, stream: SampleSource, context: float) -> None:
        self._stream, self._context = stream, context

    def sample(self, index: int) -> TrainingSample:
        """Make sample `index`."""
        return narrowed(self._stream.sample(index), self._context)


def narrowed(sample: TrainingSample, context: float) -> TrainingSample:
    """Repeat the border of what the context reaches.

    Args:
        sample: a context crop of twice the inner patch's side.
        context: sides of the inner patch that are kept, 1 to 2.
    """
    side = sample.trimap.shape[0]
    margin = round(side * (2 - context) / 4)
    if margin == 0:
        return sample
    kept = slice(margin, side - margin)
    arrays = {one.name: getattr(sample, one.name) for one in fields(sample)}
    pictures = {name: pixels for name, pixels in arrays.items() if isinstance(pixels, np.ndarray)}
    return replace(sample, **{name: _widened(pixels[kept, kept], margin) for name, pixels in pictures.items()})


def _widened(pixels: np.ndarray, margin: int) -> np.ndarray:
    return np.pad(pixels, ((margin, margin), (margin, margin), *[(0, 0)] * (pixels.ndim - 2)), mode="edge")
