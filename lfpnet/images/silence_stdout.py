"""Keep what one thread prints off standard output for a while; other threads print as ever.

OpenEXR 3.5.3 reports damaged pixels with a Python print, which would end up inside `--json` output. The caller turns
the same damage into an exception, so nothing is lost.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def silence_stdout() -> Iterator[None]:
    """Silence the calling thread's standard output inside the block."""
    _enter()
    try:
        yield
    finally:
        _leave()


class _OthersOnly:
    """A stream that drops what silenced threads write."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() in _hushed_threads else self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


_lock = threading.Lock()
_hushed_threads: set[int] = set()


def _enter() -> None:
    with _lock:
        if not _hushed_threads:
            sys.stdout = _OthersOnly(sys.stdout)
        _hushed_threads.add(threading.get_ident())


def _leave() -> None:
    with _lock:
        _hushed_threads.discard(threading.get_ident())
        if not _hushed_threads and isinstance(sys.stdout, _OthersOnly):
            sys.stdout = sys.stdout.stream
