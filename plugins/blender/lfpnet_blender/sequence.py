# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers of image sequences as Blender counts them: which file a node shows at a frame of the scene."""

import re
from pathlib import Path
from typing import NamedTuple

#: Blender counts with the last digits before the ending.
_DIGITS = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


class ImageUser(NamedTuple):
    """What an Image node says about its sequence."""

    frame_start: int
    frame_duration: int
    frame_offset: int
    is_cyclic: bool


def file_number(frame: int, user: ImageUser) -> int:
    """The number in the name of the file that is shown at a frame of the scene.

    Source: measured in Blender 4.2, 4.5 and 5.0; before the start the number is the offset, after the end the last one.
    """
    count = frame - user.frame_start + 1
    if user.is_cyclic and user.frame_duration > 0:
        count = (count - 1) % user.frame_duration + 1
    return min(max(count, 0), user.frame_duration) + user.frame_offset


def numbered(path: Path, number: int) -> Path:
    """The file of a sequence with another number; a name without digits is a still."""
    found = _DIGITS.match(path.stem)
    if found is None:
        return path
    before, digits, after = found.groups()
    return path.with_name(f"{before}{max(number, 0):0{len(digits)}d}{after}{path.suffix}")


def result_user(first: int, last: int) -> ImageUser:
    """Settings by which file number and frame of the scene are the same."""
    return ImageUser(first, last - first + 1, first - 1, is_cyclic=False)
