"""A frame belongs to the run that computes it: two runs over one range share it, and none of its frames is made twice.

A claim is a lock of the kernel on a file beside the record, as the sidecar's own lock is. The kernel frees it however
the run ends, kill -9 included, at once and without anybody's clock; a lease with a heartbeat would have to guess from
silence, and lapse too late or too early. NFS and SMB carry such locks between machines. On a disk without locks, or
in a folder that this user cannot write, there is no claim and two runs may make a frame twice: both get it right.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ..runtime.lock import try_lock
from .record import RECORD_FOLDER


class FrameClaim:
    """One frame that this run computes, until `release` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Hold the lock; use `take`."""
        self._path, self._descriptor = path, descriptor

    @classmethod
    def take(cls, result: Path) -> FrameClaim | None:
        """Claim the frame of a result; None while another run has it.

        Raises:
            OSError: the folder of the records cannot be written, or its disk has no locks.
        """
        path = claim_path(result)
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                if not try_lock(descriptor, is_shared=False):
                    os.close(descriptor)
                    return None
                if _is_still_there(path, descriptor):
                    return cls(path, descriptor)
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)  # its last holder removed it between our two calls

    def release(self) -> None:
        """Let the frame go and remove the file; a second call does nothing."""
        if self._descriptor < 0:
            return
        # Where an open file can be removed, it is removed while it is locked, so that nobody locks a removed one.
        with suppress(OSError):
            self._path.unlink()
        os.close(self._descriptor)
        self._descriptor = -1
        if os.name == "nt":
            with suppress(OSError):  # another run has opened it
                self._path.unlink()


def claim_path(result: Path) -> Path:
    """Where the claim of a result lies."""
    return result.parent / RECORD_FOLDER / f"{result.name}.claim"


def _is_still_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
