"""What is written down about a training run, so that the next server finds it when this one is killed."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from sidecar.runtime.small_file import read_small
from sidecar.server.process_identity import start_mark

RECORD_FILE = "training.json"
RECORD_BYTES = 1 << 20


@dataclass(frozen=True)
class TrainingRecord:
    """One run.

    Attributes:
        pid: its process, which leads a group of its own.
        start: when that process started, see `start_mark`; empty where the system does not tell.
        command: with its arguments.
        log: its log file.
        is_stopped: whether it was asked to stop.
        exit_code: None while it runs, or when nobody saw it end.
    """

    pid: int
    start: str
    command: tuple[str, ...]
    log: str
    is_stopped: bool = False
    exit_code: int | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the very process still runs; another one that got its number does not count."""
        return bool(self.start) and start_mark(self.pid) == self.start


def write_record(folder: Path, record: TrainingRecord) -> None:
    """Write it down, whole or not at all.

    Raises:
        OutputError: the folder refuses.
    """
    with atomic_file(folder / RECORD_FILE) as stream:
        stream.write(json.dumps(asdict(record)).encode())


def read_record(folder: Path) -> TrainingRecord | None:
    """Return the run that was written down last, or None where there is none or it makes no sense."""
    try:
        values = json.loads(read_small(folder / RECORD_FILE, max_bytes=RECORD_BYTES))
        record = TrainingRecord(**{**values, "command": tuple(values["command"])})
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    is_sensible = (
        _is_number(record.pid)
        and record.pid > 1
        and isinstance(record.start, str)
        and isinstance(record.log, str)
        and (record.exit_code is None or _is_number(record.exit_code))
    )
    return record if is_sensible else None


def _is_number(value: object) -> bool:
    """Say whether this can be a process or an exit code."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 31
