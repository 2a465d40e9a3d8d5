"""Write a file whole or not at all: a temporary name in the same folder, then one rename.

The file gets the user's usual permissions, which `tempfile` would not give. Whatever kills the process, the final name
never shows a part of a file.
"""

import contextlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter
from pathlib import Path

from lfpnet.errors import OutputError


@contextmanager
def atomic_file(path: Path) -> Iterator[BufferedWriter]:
    """Open a stream that becomes `path` when the block ends well, and vanishes when it does not.

    Args:
        path: final name; an existing file is replaced.

    Raises:
        OutputError: the folder is missing or not writable, the disk is full, or the name belongs to something else.
    """
    if "\0" in str(path) or not path.name:
        raise OutputError(f"{str(path)!r} cannot be the name of a file; choose another.")
    temporary = path.with_name(f".lfpnet-{uuid.uuid4().hex}.part")
    try:
        if path.exists() and not path.is_file():
            raise OutputError(f"{path} is a folder or a device and cannot become a file; choose another name.")
        if path.exists() and not path.stat().st_mode & 0o222:
            raise OutputError(f"{path} is write-protected and stays as it is; choose another name or unlock it.")
        with temporary.open("xb") as stream:
            yield stream
        temporary.replace(path)
    except OSError as error:
        raise OutputError(_sentence(path, error)) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sentence(path: Path, error: OSError) -> str:
    if not path.parent.is_dir():
        return f"{path} cannot be written because the folder {path.parent} does not exist; create it."
    return f"{path} cannot be written ({error.strerror or error}); correct the folder or free space and run again."
