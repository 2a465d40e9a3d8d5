"""One sidecar per user and machine: whoever holds this lock is it. The kernel frees it however the process dies.

Source: measured; staleness is "the lock is free" and nothing else, for guessing from silence killed live sidecars.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: What a file system says that cannot lock at all.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
#: Exit code of a server that found another one owning the lock.
EXIT_NOT_OWNER = 75


class OwnerLock:
    """An exclusive lock on a file, held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        """Remember the file; nothing is opened yet."""
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, patience_seconds: float = 0.0) -> bool:
        """Try to become the owner; patience outlasts the instant in which somebody else only probes."""
        give_up = time.monotonic() + patience_seconds
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            if try_lock(descriptor, is_shared=False):
                self._descriptor = descriptor
                return True
            os.close(descriptor)
            if time.monotonic() >= give_up:
                return False
            time.sleep(0.02)

    def release(self) -> None:
        """Give the lock up; the file stays, because removing it would let two processes own two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_free(path: Path) -> bool:
    """Say whether no living process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        return try_lock(descriptor, is_shared=True)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, *, is_shared: bool) -> bool:
    """Lock an open file without waiting; False while another open file description holds it.

    Raises:
        OSError: the file system knows no locks.
    """
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno in _NO_LOCKS:
            raise
        return False
    return True
