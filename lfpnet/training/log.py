"""What a run says while it goes on: a line of JSON a step, and TensorBoard where it is installed."""

import json
from pathlib import Path
from typing import Any

import numpy as np


class TrainingLog:
    """Writes `log.jsonl` and, with tensorboard installed, event files beside it."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "log.jsonl").open("a", buffering=1)
        self._board = _board(folder)

    def write(self, step: int, values: dict[str, Any]) -> None:
        """Record numbers of one step."""
        rounded = {name: float(f"{value:.6g}") for name, value in values.items()}
        self._file.write(json.dumps({"step": step, **rounded}) + "\n")
        if self._board is not None:
            for name, value in rounded.items():
                self._board.add_scalar(name, value, step)

    def picture(self, step: int, name: str, pixels: np.ndarray) -> None:
        """Record a picture (h, w, 3), 8-bit."""
        if self._board is not None:
            self._board.add_image(name, pixels, step, dataformats="HWC")

    def close(self) -> None:
        """Finish the files."""
        self._file.close()
        if self._board is not None:
            self._board.close()


def _board(folder: Path) -> Any:  # tensorboard is optional and untyped
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
