"""How much memory a process may still take: of the machine, of its control group, of its GPU.

Source: proc(5), MemAvailable; the kernel's documents on control groups 1 and 2. Other systems say nothing here.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import torch

#: For each version of control groups: folder, limit, what is used, and which of it are files that make room.
_V2 = ("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file")
_V1 = ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def free_device_bytes(device: torch.device) -> int | None:
    """Return the bytes that a device can still give, or None where nobody knows."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    return free_main_bytes() if device.type == "cpu" else None


def free_main_bytes(root: Path = Path("/")) -> int | None:
    """Return the bytes of main memory that this process can still take, or None where nobody knows.

    Args:
        root: of the file system; tests bring their own.
    """
    known = [value for value in (_available(root), *_left_in_groups(root)) if value is not None]
    return max(0, min(known)) if known else None


def _available(root: Path) -> int | None:
    """What the kernel could give without swapping."""
    kilobytes = _fields(root / "proc/meminfo").get("MemAvailable:")
    return None if kilobytes is None else 1024 * kilobytes


def _left_in_groups(root: Path) -> Iterator[int]:
    """What is left below the limit of this process's control group and of each one above it."""
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory") or "memory" in controllers.split(","):
            folder, *names = _V1 if controllers else _V2
            inside = PurePosixPath(path.lstrip("/"))
            for group in (inside, *inside.parents):
                left = _left(root / folder / group, *names)
                if left is not None:
                    yield left


def _left(group: Path, limit_name: str, used_name: str, files_name: str) -> int | None:
    """What is left in one group; None where it has no limit."""
    try:
        limit = int((group / limit_name).read_text(encoding="ascii"))
        used = int((group / used_name).read_text(encoding="ascii"))
    except (OSError, ValueError):  # `max` is no number
        return None
    return limit - used + _fields(group / "memory.stat").get(files_name, 0)


def _fields(path: Path) -> dict[str, int]:
    """Numbers by the word before them."""
    try:
        words = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    except OSError:
        return {}
    return {line[0]: int(line[1]) for line in words if len(line) > 1 and line[1].isdecimal()}
