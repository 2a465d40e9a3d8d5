"""FrameRange and FrameRanges: what texts such as `1001-1010x2 1020` name.

Source: types-nuke stubs and Foundry's reference ("1-10", "1-10x2", several separated by spaces or commas).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any


class FrameRange:
    """first, last and increment."""

    def __init__(self, first: Any = 0, last: int | None = None, increment: int = 1) -> None:
        if isinstance(first, str):
            first, last, increment = _numbers(first)
        self._first, self._last, self._step = int(first), int(first if last is None else last), int(increment)

    def first(self) -> int:
        return self._first

    def last(self) -> int:
        return self._last

    def increment(self) -> int:
        return self._step

    def frames(self) -> int:
        return len(list(self))

    def getFrame(self, n: int) -> int:
        return self._first + n * self._step

    def isInRange(self, n: int) -> bool:
        return n in list(self)

    def minFrame(self) -> int:
        return min(self)

    def maxFrame(self) -> int:
        return max(self)

    def setFirst(self, n: int) -> None:
        self._first = int(n)

    def setLast(self, n: int) -> None:
        self._last = int(n)

    def setIncrement(self, n: int) -> None:
        self._step = int(n)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._first, self._last + (1 if self._step > 0 else -1), self._step))


class FrameRanges:
    """Several ranges."""

    def __init__(self, ranges: Any = "") -> None:
        if isinstance(ranges, str):
            ranges = [FrameRange(word) for word in ranges.replace(",", " ").split()]
        self._ranges = list(ranges)

    def add(self, r: FrameRange) -> None:
        self._ranges.append(r)

    def clear(self) -> None:
        self._ranges.clear()

    def size(self) -> int:
        return len(self._ranges)

    def getRange(self, n: int) -> FrameRange:
        return self._ranges[n]

    def minFrame(self) -> int:
        return min(self.toFrameList())

    def maxFrame(self) -> int:
        return max(self.toFrameList())

    def toFrameList(self) -> list[int]:
        return sorted({frame for one in self._ranges for frame in one})

    def __iter__(self) -> Iterator[FrameRange]:
        return iter(self._ranges)


def _numbers(text: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"(-?\d+)(?:-(-?\d+))?(?:x(\d+))?", text)
    if match is None:
        raise ValueError(f"{text!r} is no frame range")
    first, last, step = match.groups()
    return int(first), int(last or first), int(step or 1)
