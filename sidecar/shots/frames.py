"""Frame ranges as artists write them: `1001-1010x2,1020`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .errors import ShotError

#: More frames in one range are a slip of the keyboard.
MOST_FRAMES = 1_000_000
_RANGE = re.compile(r"^\s*(-?\d+)\s*(?:-\s*(-?\d+)\s*(?:[x:]\s*(\d+)\s*)?)?$")


def parse_frames(text: str) -> list[int]:
    """Frames of a range, sorted, each once.

    Args:
        text: frames and ranges `first-last` or `first-lastxstep` (`:` for `x` as Open Job Description has it),
            separated by commas or spaces.

    Raises:
        ShotError: the text is empty or no range.
    """
    frames: set[int] = set()
    for part in re.sub(r"\s*([-x:])\s*(?=\S)", r"\1", text).replace(",", " ").split():
        frames.update(_frames_of(part, text))
    if not frames:
        raise ShotError(f"Expected frames such as 1001-1010x2,1020, got '{text}'; name at least one.")
    return sorted(frames)


def format_frames(frames: Iterable[int]) -> str:
    """The shortest text that `parse_frames` turns back into `frames`; runs of three or more become ranges."""
    left = sorted(set(frames))
    parts = []
    while left:
        length, step = _run(left)
        if length < 3:
            parts.append(str(left[0]))
            left = left[1:]
            continue
        parts.append(f"{left[0]}-{left[length - 1]}" + ("" if step == 1 else f"x{step}"))
        left = left[length:]
    return ",".join(parts)


def _frames_of(part: str, text: str) -> range:
    """One frame or range."""
    found = _RANGE.match(part)
    if found is None:
        raise ShotError(f"Expected frames such as 1001-1010x2,1020, got '{part}' in '{text}'; correct it.")
    first = int(found[1])
    last, step = int(found[2] or first), int(found[3] or 1)
    if last < first or step < 1:
        raise ShotError(f"Expected a range that rises by 1 or more, got '{part}'; write the lower frame first.")
    if (last - first) // step >= MOST_FRAMES:
        raise ShotError(f"Expected at most {MOST_FRAMES} frames, got '{part}'; shorten the range.")
    return range(first, last + 1, step)


def _run(frames: list[int]) -> tuple[int, int]:
    """How many frames from the first on rise by one step, and the step."""
    if len(frames) < 2:
        return 1, 1
    step = frames[1] - frames[0]
    length = 2
    while length < len(frames) and frames[length] - frames[length - 1] == step:
        length += 1
    return length, step
