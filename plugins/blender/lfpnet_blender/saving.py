# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep in the .blend which results a node shows, so that a Blender without the extension renders them.

Several machines may matte chunks of one file: each loads what another has saved meanwhile, and replaces the file whole.
"""

import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import bpy

from .errors import ShotProblem
from .host.group import RESULT_NODE, result_image
from .shot import Shot

#: How often another machine may come first.
_MOST_TRIES = 20


class Loaded(NamedTuple):
    """The file as it was loaded.

    Attributes:
        state: time of change and size, which tell whether somebody else has saved it since.
        shown: first and last frame of the results that the node shows; None before the first.
    """

    state: tuple[int, int]
    shown: tuple[int, int] | None


def why_not_savable(path: str) -> str:
    """Why the file that is open cannot be saved, or nothing; asked before the work."""
    if not path:
        return "This file was never saved, so a render cannot find its mattes: save it first."
    if not os.access(path, os.W_OK) or not os.access(Path(path).parent, os.W_OK):
        return (
            f"{path} cannot be written, so a Blender without the extension would not render the mattes: make it "
            "writable, or say --no-save where the farm's Blender has the extension."
        )
    return ""


def loaded_file(shot: Shot) -> Loaded:
    """What is known of the open file, right after it was opened."""
    return Loaded(_file_state(), _shown(shot))


def save_shown(find: Callable[[], Shot], loaded: Loaded) -> bool:
    """Show all results there are in the node, and save the file where that changed something.

    Args:
        find: finds the shot in the file that is open.
        loaded: from `loaded_file`.

    Returns:
        Whether the file was written.

    Raises:
        ShotProblem: it cannot be written.
    """
    for _ in range(_MOST_TRIES):
        if _file_state() != loaded.state:
            bpy.ops.wm.open_mainfile(filepath=bpy.data.filepath)
            loaded = loaded_file(find())
        shot = find()
        span = shot.results().close_gaps(shot.settings.missing_frames)
        if span is None or loaded.shown == span:
            return False
        shot.show(span)
        if _replace_file(loaded.state):
            return True
    raise ShotProblem(f"{bpy.data.filepath} is saved by others again and again: save it once when they are done.")


def _file_state() -> tuple[int, int]:
    facts = Path(bpy.data.filepath).stat()
    return facts.st_mtime_ns, facts.st_size


def _shown(shot: Shot) -> tuple[int, int] | None:
    """First and last frame that the node shows of this shot's own results."""
    image = result_image(shot.group)
    if image is None:
        return None
    node = shot.group.nodes[RESULT_NODE]
    first, last = node.frame_start, node.frame_start + node.frame_duration - 1
    is_own = Path(bpy.path.abspath(image.filepath)).parent == shot.folder() and node.frame_offset == first - 1
    return (first, last) if is_own else None


def _replace_file(state: tuple[int, int]) -> bool:
    """Write beside the file, then take its place; False where somebody else has saved it meanwhile."""
    path = Path(bpy.data.filepath)
    with path.open("rb") as stream:
        is_compressed = stream.read(7) != b"BLENDER"
    temporary = path.with_name(f".{path.stem}.lfpnet-{platform.node()}-{os.getpid()}.blend")
    try:
        bpy.ops.wm.save_as_mainfile(
            filepath=str(temporary), copy=True, compress=is_compressed, relative_remap=False, check_existing=False
        )
        if _file_state() != state:
            return False
        temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except (OSError, RuntimeError) as problem:
        raise ShotProblem(
            f"{path} cannot be saved ({str(problem).strip()}): the mattes are done; save it."
        ) from problem
    finally:
        temporary.unlink(missing_ok=True)
    return True
