"""Reads files that may have been replaced by anything: never waits for a pipe or device, never takes too much."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read_small(path: Path, *, max_bytes: int) -> bytes:
    """Return a whole file.

    Raises:
        OSError: it is missing, no regular file, or larger than `max_bytes`.
    """
    with os.fdopen(open_regular(path), "rb") as stream:
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise OSError(f"{path} has more than {max_bytes} bytes")
    return data


def read_tail(path: Path, *, max_bytes: int) -> bytes:
    """Return the end of a file.

    Raises:
        OSError: it is missing or no regular file.
    """
    with os.fdopen(open_regular(path), "rb") as stream:
        stream.seek(max(0, stream.seek(0, os.SEEK_END) - max_bytes))
        return stream.read(max_bytes)


def open_regular(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a regular file, without waiting for the other end of a pipe.

    Raises:
        OSError: there is none, or its name cannot be one.
    """
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0), 0o600)
    except ValueError as problem:  # a zero byte in the name
        raise OSError(f"{path!r} is no file name") from problem
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no regular file")
    return descriptor
