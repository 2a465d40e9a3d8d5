"""Small files written whole or not at all: another name in the same folder, then one rename (standard library only)."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` so that nobody ever sees a part of it; a link is written where it points to.

    Raises:
        OSError: the folder cannot be written or the disk is full; what was there before is still there.
    """
    target = written_file(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def written_file(path: Path) -> Path:
    """The file that writing to `path` would replace: the name itself, or where a symbolic link leads in the end."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path
