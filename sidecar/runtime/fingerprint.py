"""Fingerprints of files and bytes: inputs of a frame, and weights, count by what they hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

_PIECE_BYTES = 1 << 20
#: (path, size, modified) of files read before: a panel asks for hundreds of frames several times a second.
_remembered: dict[tuple[str, int, int], str] = {}
_MOST_REMEMBERED = 100_000


def file_fingerprint(path: Path) -> str:
    """Hash of a file's content; read again only when its size or time of change differs.

    Raises:
        OSError: the file cannot be read.
    """
    facts = path.stat()
    key = (str(path), facts.st_size, facts.st_mtime_ns)
    if key not in _remembered:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        digest = hashlib.blake2b(digest_size=16)
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
        _remembered[key] = digest.hexdigest()
    return _remembered[key]


def bytes_fingerprint(*parts: bytes) -> str:
    """Hash of some bytes; where one part ends counts too."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(memoryview(part).cast("B")).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()
