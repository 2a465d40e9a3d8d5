"""Training samples as the tensors that the network and the losses take."""

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from lfpnet.data.samples import TrainingSample
from lfpnet.estimates import Estimates
from lfpnet.estimates.reduced import reduce_plate
from lfpnet.model.config import LFPNetConfig
from lfpnet.model.encoding import encode_patch, halve_patch

#: Pixels per side of a reduced pixel where a sample comes without estimates: at half its size they would cost more
#: than the step.
CROP_REDUCTION = 4


@runtime_checkable  # so that the tests can check annotations
class SampleSource(Protocol):
    """Whatever makes numbered samples, such as `lfpnet.data.samples.SampleStream`."""

    def sample(self, index: int) -> TrainingSample:
        """Make sample `index`, always the same."""
        ...


@dataclass(frozen=True)
class Batch:
    """Encoded patches and what is true of them; all (b, c, h, w), display-encoded, 0 to 1."""

    inner: Tensor
    context: Tensor
    plate: Tensor
    alpha: Tensor
    foreground: Tensor
    background: Tensor
    context_alpha: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on a device."""
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})

    @property
    def is_unknown(self) -> Tensor:
        """(b, 1, s, s), true in the unknown region."""
        return self.inner[:, 4:5] > 0.5

    @property
    def is_background(self) -> Tensor:
        """(b, 1, s, s), true in the known background."""
        return self.inner[:, 3:4] > 0.5

    @property
    def is_foreground(self) -> Tensor:
        """(b, 1, s, s), true in the known foreground."""
        return self.inner[:, 5:6] > 0.5


#: A sample by the size of its inner patch and its index.
SampleKey = tuple[int, int]
#: Makes the stream of samples for an inner size.
StreamOf = Callable[[int], SampleSource]


class EncodedSamples(Dataset[dict[str, Tensor]]):
    """Samples by inner size and index, encoded; the same key always gives the same sample."""

    def __init__(self, stream_of: StreamOf, network: LFPNetConfig) -> None:
        self.stream_of = stream_of
        self.network = network
        self._streams: dict[int, SampleSource] = {}

    def __getitem__(self, key: SampleKey) -> dict[str, Tensor]:
        """The sample that `key` names."""
        size, index = key
        if size not in self._streams:
            self._streams[size] = self.stream_of(size)
        return encode_sample(self._streams[size].sample(index), self.network)


def encode_sample(sample: TrainingSample, network: LFPNetConfig) -> dict[str, Tensor]:
    """Cut the inner patch out of a context crop and encode both."""
    side = sample.trimap.shape[0] // 2
    middle = slice(side // 2, side // 2 + side)
    plate = sample.plate.astype(np.float32) / 255
    inner_plate, inner_trimap = np.ascontiguousarray(plate[middle, middle]), sample.trimap[middle, middle]
    around, around_trimap = plate, sample.trimap
    if network.context_reduction == 2:
        around, around_trimap = halve_patch(plate, sample.trimap)
    inner = torch.from_numpy(encode_patch(inner_plate, np.ascontiguousarray(inner_trimap)))
    context = torch.from_numpy(encode_patch(around, around_trimap, network.context_reduction))
    if network.has_estimates:
        estimates = _planes(_estimates(sample))
        inner = torch.cat([inner, estimates[:, middle, middle]])
        context = torch.cat([context, nn.functional.avg_pool2d(estimates, network.context_reduction)])
    return {
        "inner": inner,
        "context": context,
        "plate": _planes(sample.plate[middle, middle]),
        "alpha": _planes(sample.alpha[middle, middle, None]),
        "foreground": _planes(sample.foreground[middle, middle]),
        "background": _planes(sample.background[middle, middle]),
        "context_alpha": _planes(sample.alpha[..., None]),
    }


def _estimates(sample: TrainingSample) -> UInt8[np.ndarray, "h w k"]:
    """Those that the sample came with, or made from the crop alone."""
    if sample.estimates is not None:
        return sample.estimates
    plate = sample.plate.astype(np.float32) / 255
    small = reduce_plate(plate, sample.trimap, CROP_REDUCTION, is_linear=False)
    estimates = Estimates(*small, CROP_REDUCTION).over(plate, sample.trimap, 0, 0)
    return np.rint(np.moveaxis(estimates, 0, 2) * 255).astype(np.uint8)


def batches(
    stream: SampleSource, network: LFPNetConfig, *, first: int, count: int, batch_size: int, workers: int
) -> Iterator[Batch]:
    """Batches of the samples `first` to `first + count`.

    Args:
        stream: where samples come from.
        network: decides how patches are encoded.
        first: index of the first sample.
        count: number of samples.
        batch_size: samples per batch.
        workers: processes that make samples; 0 makes them in this one.
    """
    starts = range(first, first + count, batch_size)
    order = ([(0, index) for index in range(at, min(at + batch_size, first + count))] for at in starts)
    return batches_of(lambda _size: stream, network, order, workers=workers)


def batches_of(
    stream_of: StreamOf, network: LFPNetConfig, order: Iterable[Sequence[SampleKey]], *, workers: int
) -> Iterator[Batch]:
    """Batches of samples by their keys.

    Args:
        stream_of: makes the stream of samples for an inner size.
        network: decides how patches are encoded.
        order: the keys of every batch, of one size each.
        workers: processes that make samples; 0 makes them in this one.
    """
    loader = DataLoader(
        EncodedSamples(stream_of, network),
        batch_sampler=order,  # type: ignore[arg-type] - it is only iterated over
        num_workers=workers,
        persistent_workers=False,
        prefetch_factor=4 if workers else None,
        worker_init_fn=_leave_signals_to_the_run,
    )
    for tensors in loader:
        yield Batch(**tensors)


def _leave_signals_to_the_run(_worker: int) -> None:
    """Ctrl-C and a farm's SIGTERM reach the whole group; the run ends its step and saves, and then ends its workers."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _planes(pixels: np.ndarray) -> Tensor:
    """Integer pixels (h, w, c) to (c, h, w), 0 to 1."""
    limit = np.iinfo(pixels.dtype).max
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)).astype(np.float32) / limit)
