"""What a piece of work costs: CPU seconds of all threads, wall seconds, and the peak of resident memory."""

import re
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system, all threads) and wall seconds."""

    cpu_seconds: float
    wall_seconds: float


class Stopwatch:
    """Runs from its making."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def read(self) -> Cost:
        """The cost since the start."""
        return Cost(time.process_time() - self._cpu, time.perf_counter() - self._wall)


def best_of(repeats: int, work: Callable[[], object]) -> Cost:
    """The cheapest of some runs by CPU seconds: what disturbs a run only ever adds to it."""
    costs = []
    for _ in range(repeats):
        watch = Stopwatch()
        work()
        costs.append(watch.read())
    return cheapest(costs)


def cheapest(costs: list[Cost]) -> Cost:
    """The cost with the fewest CPU seconds."""
    return min(costs, key=lambda cost: cost.cpu_seconds)


def forget_peak_memory() -> None:
    """Let the peak begin anew from what is resident now, where the system can (Linux)."""
    if _CLEAR_REFS.exists():
        _CLEAR_REFS.write_text("5")


def resident_bytes() -> int:
    """Memory of this process that is resident now; its peak where the system does not tell."""
    return _status_bytes("VmRSS") if _STATUS.exists() else peak_memory_bytes()


def peak_memory_bytes() -> int:
    """The most memory of this process that was resident at a time.

    Linux hands `ru_maxrss` down from parent to child; the kernel's VmHWM is the process's own.
    """
    if _STATUS.exists():
        return _status_bytes("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _status_bytes(name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    assert match is not None, f"/proc/self/status has no {name}"
    return int(match[1]) * 1024
