"""Makes what came from files, folders and logs fit for a message: whatever they hold, a reply can be sent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from .limits import TEXT_LENGTH

#: Half characters (bytes of a file name that are not UTF-8), control characters, and marks that turn text around.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNPRINTABLE_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
#: Items of one map or list.
_ITEMS = 64
_DEEPEST = 4
_INTEGER_BOUND = 1 << 53


def is_plain(text: str) -> bool:
    """Say whether a text can be sent and shown as it is."""
    return _UNPRINTABLE.search(text) is None


def plain_text(text: str, *, max_bytes: int = TEXT_LENGTH, has_lines: bool = False) -> str:
    """Return a text that can be sent and shown: what is unprintable is spelt out, the rest cut at `max_bytes` of UTF-8.

    Args:
        text: anything.
        max_bytes: of the result.
        has_lines: True keeps line ends and tabs.
    """
    found = _UNPRINTABLE_IN_LINES if has_lines else _UNPRINTABLE
    # Nobody needs to look further than what can remain.
    spelt = found.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text[:max_bytes])
    encoded = spelt.encode("utf-8")
    return spelt if len(encoded) <= max_bytes else encoded[:max_bytes].decode("utf-8", "ignore")


def sendable(value: Any, *, deepest: int = _DEEPEST) -> Any:
    """Return a value of the same meaning that a message can hold, whatever it was read from.

    Numbers that no other language holds become text or nothing, deep and long structures are cut.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_INTEGER_BOUND <= value <= _INTEGER_BOUND else "an integer beyond 53 bits"
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return plain_text(value)
    if deepest and isinstance(value, Mapping):
        items = list(value.items())[:_ITEMS]
        return {plain_text(str(key), max_bytes=128): sendable(one, deepest=deepest - 1) for key, one in items}
    if deepest and isinstance(value, (list, tuple)):
        return [sendable(one, deepest=deepest - 1) for one in value[:_ITEMS]]
    return type(value).__name__
