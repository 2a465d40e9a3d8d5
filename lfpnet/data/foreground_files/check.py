"""Read every foreground once before hours of work depend on it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lfpnet.data.foreground_files.find import ForegroundFile
from lfpnet.data.foreground_files.read import looks_premultiplied, read_stored
from lfpnet.data.workers import mapping
from lfpnet.errors import ImageFileError, InputError

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class CheckedFile:
    """A foreground that can be read.

    Attributes:
        file: which.
        hashes: SHA-256 of each of its files.
        looks_premultiplied: although it is to be read as straight.
    """

    file: ForegroundFile
    hashes: tuple[str, ...]
    looks_premultiplied: bool = False

    @property
    def record(self) -> dict[str, object]:
        """What the provenance of a pool says of it."""
        licence = {"licence": self.file.licence} if self.file.licence else {}
        return {"file": self.file.name, "sha256": list(self.hashes), **licence}


def check_foregrounds(
    files: Sequence[ForegroundFile],
    *,
    workers: int = 1,
    on_skip: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> list[CheckedFile]:
    """Read every file as the pool will.

    Args:
        files: what was found.
        workers: processes that read.
        on_skip: told the sentence of every foreground that is left out; None refuses the first one instead.
        progress: called with (finished, total).

    Raises:
        InputError: the sentence of a foreground that cannot be used, or none can.
    """
    usable: list[CheckedFile] = []
    with mapping(workers) as apply:
        for number, result in enumerate(apply(_checked, files)):
            if isinstance(result, CheckedFile):
                usable.append(result)
            elif on_skip is None:
                raise result
            else:
                on_skip(str(result))
            if progress:
                progress(number + 1, len(files))
    if not usable:
        raise ImageFileError(f"Expected foregrounds to read, but none of the {len(files)} can be; see what was said.")
    return usable


def _checked(file: ForegroundFile) -> CheckedFile | InputError:
    """Read and hash one; an error is an answer."""
    try:
        colour, alpha, _ = read_stored(file)
    except InputError as error:
        return error
    is_suspect = not file.is_premultiplied and not file.is_whole and looks_premultiplied(colour, alpha)
    return CheckedFile(file, tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in file.files), is_suspect)
