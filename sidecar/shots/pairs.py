"""Training pairs of a shot, in the folders that `lfpnet finetune --shots` reads.

FOLDER/NAME/plate/NAME.1001.exr and FOLDER/NAME/alpha/NAME.1001.exr make a pair; trimap/ likewise.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from .errors import ShotError

_FRAME = re.compile(r"\.(-?\d+)\.exr$")


def add_training_pair(
    folder: Path, name: str, frame: int, plate: Path, alpha: Path, trimap: Path | None = None
) -> None:
    """Copy a plate and its approved alpha into a shot; an older pair of that frame is replaced.

    Args:
        folder: of all shots.
        name: of the shot.
        frame: number of the frame.
        plate: EXR, scene-linear.
        alpha: EXR with the approved alpha.
        trimap: EXR, optional.

    Raises:
        ShotError: a file is missing or no EXR, or the name cannot be one of a folder.
        OSError: the folder cannot be written.
    """
    if not re.fullmatch(r"[\w.-]+", name) or name.startswith("."):
        raise ShotError(f"Expected a shot name of letters, digits, '.', '-' and '_', got '{name}'; rename it.")
    parts = {"trimap": trimap, "plate": plate, "alpha": alpha}  # the alpha last: it makes the pair
    for role, source in parts.items():
        if source is not None and (source.suffix.lower() != ".exr" or not source.is_file()):
            raise ShotError(f"Expected an EXR file as {role}, got {source}; render it first.")
    for role, source in parts.items():
        if source is not None:
            _copy(source, folder / name / role / f"{name}.{frame:04d}.exr")


def training_pairs(folder: Path) -> dict[str, list[int]]:
    """Frames with plate and alpha by shot, both sorted; nothing when the folder does not exist."""
    shots = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    found = {shot.name: sorted(_frames(shot / "plate") & _frames(shot / "alpha")) for shot in shots}
    return {name: frames for name, frames in found.items() if frames}


def _frames(folder: Path) -> set[int]:
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return {int(match[1]) for match in map(_FRAME.search, names) if match}


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
