"""The state of a run on disk: written to a temporary name, renamed, read back exactly."""

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import OutputError, WeightsError

#: Name of the file in the folder of a run.
STATE = "state.pt"


@dataclass
class Snapshot:
    """Everything that a run needs to go on as if it had not stopped."""

    step: int
    seconds: float
    config: dict[str, Any]
    network: dict[str, Any]
    average: dict[str, Any]
    optimiser: dict[str, Any]
    scaler: dict[str, Any] = field(default_factory=dict)  # of fp16
    processes: int = 1
    threads: int = 0  # of each process; 0 in states of older releases, which do not say


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write atomically.

    Raises:
        OutputError: the folder or the disk refuses.
    """
    try:
        with atomic_file(path) as stream:
            torch.save(vars(snapshot), stream)
    except RuntimeError as error:  # torch's word for a full disk
        raise OutputError(
            f"Expected to write the training state to {path}, got '{error}'; make room on the disk and run again."
        ) from error


def read_snapshot(path: Path) -> Snapshot:
    """Read what `write_snapshot` wrote.

    Raises:
        WeightsError: the file is damaged.
    """
    try:
        return Snapshot(**torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, TypeError, KeyError) as error:
        raise WeightsError(
            f"Expected the state of a training run at {path}, got '{str(error).partition(chr(10))[0]}'; remove the "
            "file to start anew."
        ) from error
