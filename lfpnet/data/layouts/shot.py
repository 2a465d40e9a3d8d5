"""A studio's shot: frames of plate and approved alpha as EXR, joined by their frame numbers, scene-linear.

    SHOT/plate/anything.1001.exr      SHOT/alpha/anything_else.1001.exr      and trimap/, fg/, bg/ likewise

A folder of such folders holds several shots. Alphas need not exist for every plate: a frame is a case once its alpha is
approved. An alpha without its plate is refused.
"""

import re
from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with, pictures_in
from lfpnet.errors import ImageFileError

#: The frame number is the last group of digits before the ending, after a dot or an underscore: name.1001.exr.
_FRAME = re.compile(r"(?:^|[._])(-?\d+)$")


def matches(folder: Path) -> bool:
    """Whether the folder is a shot or holds shots."""
    return bool(_shots(folder))


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every frame with an approved alpha, in order of shots and frames."""
    cases = []
    for shot in _shots(folder):
        prefix = "" if shot == folder else f"{shot.name}/"
        cases += _cases_of_shot(shot, prefix, trimap, on_skip)
    return cases


def _cases_of_shot(shot: Path, prefix: str, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    plates, alphas = _frames(_plate_folder(shot)), _frames(_alpha_folder(shot))
    trimaps = _frames(folder_starting_with(shot, "trimap", trimap))
    foregrounds, backgrounds = _frames(folder_named(shot, "fg")), _frames(folder_named(shot, "bg"))
    cases = []
    for frame, alpha in alphas.items():
        if frame in plates:
            partners = (trimaps.get(frame), foregrounds.get(frame), backgrounds.get(frame))
            cases.append(Case(f"{prefix}{frame:04d}", plates[frame], alpha, *partners))
            continue
        sentence = f"{alpha} has no plate of frame {frame} in {_plate_folder(shot)}"
        if on_skip is None:
            raise ImageFileError(f"{sentence}; add the plate or skip this frame.")
        on_skip(f"{sentence}.")
    return cases


def _shots(folder: Path) -> list[Path]:
    """The folder itself, or those inside it, that are shots."""
    if _is_shot(folder):
        return [folder]
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and _is_shot(path)]


def _is_shot(folder: Path) -> bool:
    return _plate_folder(folder) is not None and bool(_frames(_alpha_folder(folder)))


def _plate_folder(shot: Path) -> Path | None:
    return folder_named(shot, "plate", "plates")


def _alpha_folder(shot: Path) -> Path | None:
    return folder_named(shot, "alpha", "alphas", "matte")


def _frames(folder: Path | None) -> dict[int, Path]:
    """EXR files by frame number, in order.

    Raises:
        ImageFileError: two files have one frame number.
    """
    found: dict[int, Path] = {}
    for name, path in pictures_in(folder).items():
        number = _FRAME.search(name)
        if path.suffix.lower() != ".exr" or number is None:
            continue
        frame = int(number[1])
        if frame in found:
            raise ImageFileError(f"{found[frame]} and {path} are both frame {frame}; keep one sequence in a folder.")
        found[frame] = path
    return dict(sorted(found.items()))
