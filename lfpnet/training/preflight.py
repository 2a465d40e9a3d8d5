"""What can go wrong after hours is looked at before: samples that cannot be split, a disk that is too small."""

import shutil
from pathlib import Path

from torch import nn

from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.training.config import TrainingConfig
from lfpnet.training.processes import Processes

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
    needed = _COPIES * _STATES * sum(value.numel() * value.element_size() for value in network.state_dict().values())
    free = shutil.disk_usage(folder).free
    if processes.leads and free < needed:
        raise OutputError(
            f"Expected {needed / 2**20:.0f} MiB for the state of the run in {folder}, but {free / 2**20:.0f} MiB are "
            "free; make room or choose another disk."
        )
