"""What can go wrong after hours is looked at before: samples that cannot be split, too small a disk or memory."""

import shutil
from pathlib import Path

import torch
from torch import nn

from lfpnet.errors import ConfigurationError, DeviceError, OutputError
from lfpnet.training.config import TrainingConfig
from lfpnet.training.free_memory import free_device_bytes
from lfpnet.training.memory import step_memory
from lfpnet.training.precision import training_precision
from lfpnet.training.processes import Processes
from lfpnet.training.snapshots import STATE

#: Copies of the weights in a state: network, average and two moments of the optimiser.
_COPIES = 4
#: A state is written beside the one before it.
_STATES = 2


def check_run(config: TrainingConfig, network: nn.Module, folder: Path, processes: Processes) -> None:
    """See whether a run can come to its end.

    Args:
        config: of the run.
        network: that is trained.
        folder: of the run.
        processes: that share every step.

    Raises:
        ConfigurationError: the samples of a step cannot be split evenly.
        OutputError: the disk has no room for the run's state.
    """
    for number, phase in enumerate(config.phases, start=1):
        turns = phase.accumulation * processes.count
        if phase.batch_size % turns:
            raise ConfigurationError(
                f"Expected a batch_size of phase {number} that {processes.count} processes with accumulation "
                f"{phase.accumulation} can share, a multiple of {turns}, got {phase.batch_size}; change one of them."
            )
    states = 1 if (folder / STATE).exists() else _STATES
    nbytes = sum(value.numel() * value.element_size() for value in network.state_dict().values())
    if processes.leads:
        check_room(folder, _COPIES * states * nbytes, "the state of the run")


def check_room(folder: Path, nbytes: int, what: str) -> None:
    """See whether a disk has room.

    Args:
        folder: on the disk, there already.
        nbytes: that are needed.
        what: they are for, as a part of the sentence.

    Raises:
        OutputError: it has not.
    """
    free = shutil.disk_usage(folder).free
    if free < nbytes:
        raise OutputError(
            f"Expected {nbytes / 2**20:.0f} MiB for {what} in {folder}, but {free / 2**20:.0f} MiB are free; make room "
            "or choose another disk."
        )


def check_memory(config: TrainingConfig, device: torch.device, processes: int = 1) -> None:
    """See whether a step of each phase can fit into the memory that is free now.

    What is counted is the least that a step takes, so that nothing is refused that might work.

    Args:
        config: of the run.
        device: that computes.
        processes: that share the samples of a step.

    Raises:
        DeviceError: a phase cannot fit.
    """
    free = free_device_bytes(device)
    if free is None:
        return
    scale = 1.0 if training_precision(config.precision, device) == torch.float32 else 0.5
    seen: set[tuple[object, ...]] = set()
    for number, phase in enumerate(config.phases, start=1):
        share = max(1, phase.batch_size // (phase.accumulation * processes))
        kind = (share, phase.crop_sizes or phase.inner_size, phase.trains, phase.minimises)
        if kind in seen:
            continue
        seen.add(kind)
        step = step_memory(config.network, phase, share)
        needed = int(step.kept * scale) + step.weights
        if needed > free:
            size = max(phase.crop_sizes or (phase.inner_size,))
            raise DeviceError(
                f"Expected at least {needed / 2**30:.1f} GiB of free memory on {device} for phase {number} ({share} "
                f"samples of {size} pixels at once), got {free / 2**30:.1f} GiB; lower batch_size or inner_size, "
                "raise accumulation, or end other programs."
            )
