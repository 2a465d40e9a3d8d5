"""The models that can be asked for, looked up anew each time, so that new and replaced weights are there at once."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from lfpnet.errors import WeightsError
from lfpnet.weights import default_weights, packaged_weights
from lfpnet.weights.header import read_header
from sidecar.runtime.fingerprint import file_fingerprint
from sidecar.wire.sendable import is_plain, plain_text

log = logging.getLogger(__name__)
DEFAULT = "default"
#: Longer names and licences are cut in lists, so that these fit into a message.
SHOWN_BYTES = 96


@dataclass(frozen=True)
class ModelFile:
    """Weights at one moment; equal ones hold the same network.

    Attributes:
        path: None for the weights that ship with lfpnet.
        modified_ns: when the file was written last.
        nbytes: its size.
        title: what the weights call themselves.
        licence: of the weights.
        fingerprint: hash of the file's content, by which results know the weights that made them.
    """

    path: Path | None
    modified_ns: int = 0
    nbytes: int = 0
    title: str = ""
    licence: str = ""
    fingerprint: str = ""


#: Gives the models by name.
FindModels = Callable[[], Mapping[str, ModelFile]]


class ModelRegistry:
    """Finds `default`, the weights that ship, and every whole checkpoint in some folders by its name.

    Any thread may call it. What a file says is read once for each of its versions; files that are damaged, half written
    or not ours are left out and logged once.
    """

    def __init__(self, weights: Path | None, folders: Sequence[Path]) -> None:
        """Read nothing yet.

        Args:
            weights: behind the name `default`; None takes those that ship.
            folders: of `NAME.safetensors`; the last one wins where two hold one name.
        """
        self._weights, self._folders = weights, tuple(folders)
        self._read: dict[tuple[Path, int, int], ModelFile | None] = {}
        self._lock = Lock()

    def __call__(self) -> dict[str, ModelFile]:
        """List what there is now: `default`, the weights that ship, then the folders' newest first.

        A file in a folder hides weights of that name that ship, but none can take the name `default`.
        """
        kept = {path.stem: file for folder in self._folders for path in _paths(folder) if (file := self._look(path))}
        kept.pop(DEFAULT, None)
        shipped = {path.stem: file for path in packaged_weights() if (file := self._look(path))}
        newest = sorted(kept.items(), key=lambda item: (-item[1].modified_ns, item[0]))
        shown = {name: file for name, file in shipped.items() if name not in kept}
        return {DEFAULT: self._default()} | shown | dict(newest)

    def _default(self) -> ModelFile:
        """The default is always listed; what is wrong with its file is said when it is loaded."""
        if self._weights is None:
            shipped = self._look(default_weights())
            return ModelFile(None) if shipped is None else replace(shipped, path=None)
        return self._look(self._weights) or ModelFile(self._weights)

    def _look(self, path: Path) -> ModelFile | None:
        """Return a file as it is now, or None where it cannot be used."""
        try:
            facts = path.stat()
        except OSError:
            return None
        key = (path, facts.st_mtime_ns, facts.st_size)
        with self._lock:
            if key not in self._read:
                self._read = {known: file for known, file in self._read.items() if known[0] != path}
                self._read[key] = _read(*key)
            return self._read[key]


def _read(path: Path, modified_ns: int, nbytes: int) -> ModelFile | None:
    try:
        about = read_header(path)
        fingerprint = file_fingerprint(path)
    except (WeightsError, OSError) as problem:
        log.warning("%s is not offered: %s", path, problem)
        return None
    title, licence = (plain_text(str(about.get(key, "")), max_bytes=SHOWN_BYTES) for key in ("name", "licence"))
    return ModelFile(path, modified_ns, nbytes, title, licence, fingerprint)


def described(name: str, file: ModelFile, *, is_loaded: bool) -> dict[str, object]:
    """Give one entry of `models_reply`."""
    about = {"title": file.title, "licence": file.licence, "fingerprint": file.fingerprint}
    return {"name": name, "is_loaded": is_loaded, **{key: value for key, value in about.items() if value}}


def _paths(folder: Path) -> list[Path]:
    """List the files that may be weights; a missing folder holds none, and unsendable or hidden names do not count."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".safetensors") and entry.is_file()]
    except OSError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".") and is_plain(name)]
