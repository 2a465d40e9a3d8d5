"""One sidecar per user and machine: whoever holds this lock is it. The kernel frees it however the process dies.

Source: measured; staleness is "the lock is free" and nothing else, for guessing from silence killed live sidecars.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

from .small_file import open_regular

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

#: What a file system says that cannot lock at all.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
#: Exit code of a server that found another one owning the lock.
EXIT_NOT_OWNER = 75


class OwnerLock:
    """An exclusive lock on a file and, where the system can, on its folder: it holds when the file is deleted."""

    def __init__(self, path: Path) -> None:
        """Remember the file; nothing is opened yet."""
        self.path = path
        self._descriptor: int | None = None
        self._folder: int | None = None

    def acquire(self, *, patience_seconds: float = 0.0) -> bool:
        """Try to become the owner; patience outlasts the instant in which somebody else only probes.

        Whoever owns the folder may put a damaged lock file right.
        """
        give_up = time.monotonic() + patience_seconds
        while True:
            if self._own_folder() and self._own_file():
                return True
            if time.monotonic() >= give_up:
                self.release()
                return False
            time.sleep(0.02)

    def repair(self) -> bool:
        """Make a lock that was deleted or replaced anew; False when another process has become the owner instead.

        Raises:
            OSError: the folder or the file cannot be made.
        """
        is_folder_ours = self._folder is None or _is_at(self._folder, self.path.parent)
        if is_folder_ours and self._descriptor is not None and _is_at(self._descriptor, self.path):
            return True
        self.release()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.acquire(patience_seconds=0.3)

    def release(self) -> None:
        """Give the lock up; the file stays, because removing it would let two processes own two files of one name."""
        for descriptor in (self._descriptor, self._folder):
            if descriptor is not None:
                os.close(descriptor)
        self._descriptor = self._folder = None

    def _own_folder(self) -> bool:
        if sys.platform == "win32" or self._folder is not None:
            return True
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        if not try_lock(descriptor, is_shared=False):
            os.close(descriptor)
            return False
        self._folder = descriptor
        return True

    def _own_file(self) -> bool:
        if self.path.exists() and not self.path.is_file():
            set_aside(self.path)
        descriptor = open_regular(self.path, os.O_RDWR | os.O_CREAT)
        if try_lock(descriptor, is_shared=False) and _is_at(descriptor, self.path):
            self._descriptor = descriptor
            return True
        os.close(descriptor)
        return False


def set_aside(path: Path) -> None:
    """Give another name to something that is in the way; nothing is deleted."""
    path.rename(path.with_name(f".{path.name}.damaged-{time.time_ns()}"))


def _is_at(descriptor: int, path: Path) -> bool:
    """Say whether a path still leads to what was opened."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def is_free(path: Path) -> bool:
    """Say whether no living process holds the lock."""
    try:
        descriptor = open_regular(path, os.O_RDWR)
    except OSError:
        return True  # there is none, or it is no lock: a server that starts will put that right
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
