"""Finished results by content, least recently used first out, bounded in bytes."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Blob:
    """Bytes that a client can fetch, and the image reference that describes them."""

    data: memoryview
    image: dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """The encoded output of a job: blobs to fetch, or the bytes of the file that was written.

    Attributes:
        blobs: an EXR, or arrays.
        warnings: what was repaired on the way.
        facts: how the matte was made; see `result` in docs/protocol.md.
    """

    blobs: tuple[Blob, ...]
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes that keeping this costs."""
        return sum(blob.data.nbytes for blob in self.blobs)


class ResultCache:
    """Thread-safe map from content digest to finished results."""

    def __init__(self, max_bytes: int) -> None:
        """Keep at most `max_bytes` of results."""
        self._max_bytes = max_bytes
        self._entries: OrderedDict[str, Finished] = OrderedDict()
        self._nbytes = 0
        self._lock = Lock()

    @property
    def nbytes(self) -> int:
        """Bytes held now."""
        return self._nbytes

    def get(self, key: str) -> Finished | None:
        """Return a result and mark it as used."""
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
            return found

    def put(self, key: str, finished: Finished) -> None:
        """Keep a result if it fits, dropping the longest unused ones."""
        if finished.nbytes > self._max_bytes:
            return
        with self._lock:
            replaced = self._entries.pop(key, None)
            self._nbytes += finished.nbytes - (replaced.nbytes if replaced else 0)
            self._entries[key] = finished
            while self._nbytes > self._max_bytes:
                _, dropped = self._entries.popitem(last=False)
                self._nbytes -= dropped.nbytes
