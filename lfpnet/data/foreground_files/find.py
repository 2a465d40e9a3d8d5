"""Which foregrounds a folder holds: RGBA pictures, folders fg and alpha of equal names, or shots with fg."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from lfpnet.data.layouts import shot
from lfpnet.data.layouts.folders import folder_named, pictures_in
from lfpnet.errors import ImageFileError

_FRAME = re.compile(r"\.-?\d+$")
#: Who writes straight colours that are defined on every pixel.
_OWN = ("lfpnet data render", "lfpnet data synthesize")


@dataclass(frozen=True)
class ForegroundFile:
    """One foreground in one file, or in two.

    Attributes:
        name: with its folder, as the provenance calls it.
        group: pictures of one group are never split between training and validation: frames of a sequence or a shot.
        colour: RGBA, or colour alone.
        alpha: the picture of its alpha, None where `colour` has it.
        is_premultiplied: whether the colour is multiplied by alpha in the file.
        is_whole: whether the colour is known to be defined everywhere, beyond the alpha too.
        licence: where a JSON beside the picture says so.
    """

    name: str
    group: str
    colour: Path
    alpha: Path | None = None
    is_premultiplied: bool = False
    is_whole: bool = False
    licence: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """One or two."""
        return (self.colour,) if self.alpha is None else (self.colour, self.alpha)


def find_foregrounds(folder: Path, *, is_premultiplied: bool = False) -> list[ForegroundFile]:
    """Find every foreground of a folder by name; no picture is opened.

    Args:
        folder: with RGBA pictures, with folders fg and alpha, or with shots.
        is_premultiplied: how the colours are stored, but in sets of our own, which are straight.

    Raises:
        ImageFileError: the folder is missing or holds none, or a foreground lacks its alpha.
    """
    if not folder.is_dir():
        raise ImageFileError(f"Expected a folder of foregrounds at {folder}, found none; check the path.")
    colours, alphas = folder_named(folder, "fg", "foreground"), folder_named(folder, "alpha", "alphas", "gt", "mask")
    if shot.matches(folder):
        found = _of_shots(folder, is_premultiplied=is_premultiplied)
    elif colours is not None and alphas is not None:
        found = _of_pairs(colours, alphas, is_premultiplied=is_premultiplied)
    else:
        found = [_of_picture(path, is_premultiplied=is_premultiplied) for path in pictures_in(folder).values()]
    if not found:
        raise ImageFileError(
            f"Expected foregrounds in {folder}, found none; put RGBA pictures there, or foregrounds and alphas of "
            "equal names into folders fg and alpha."
        )
    return found


def _of_picture(path: Path, *, is_premultiplied: bool) -> ForegroundFile:
    """An RGBA picture; what its JSON says, if that is ours."""
    about: dict[str, object] = {}
    record = path.with_suffix(".json")
    if record.is_file():
        try:
            told = json.loads(record.read_text())
        except (OSError, ValueError):
            told = {}  # somebody else's file
        about = told if isinstance(told, dict) else {}
    is_own = about.get("made_by") in _OWN
    return ForegroundFile(
        name=f"{path.parent.name}/{path.name}",
        group=_FRAME.sub("", path.stem),
        colour=path,
        is_premultiplied=is_premultiplied and not is_own,
        is_whole=is_own,
        licence=str(about.get("licence", "")),
    )


def _of_pairs(colours: Path, alphas: Path, *, is_premultiplied: bool) -> list[ForegroundFile]:
    """Equal names in two folders."""
    alpha_of, found = pictures_in(alphas), []
    for stem, path in pictures_in(colours).items():
        if stem not in alpha_of:
            raise ImageFileError(f"{path} has no alpha in {alphas}; add it or take the foreground away.")
        name = f"{colours.parent.name}/{colours.name}/{path.name}"
        group = _FRAME.sub("", stem)
        found.append(ForegroundFile(name, group, path, alpha_of[stem], is_premultiplied=is_premultiplied))
    return found


def _of_shots(folder: Path, *, is_premultiplied: bool) -> list[ForegroundFile]:
    """Every frame of every shot that has alpha and foreground."""
    return [
        ForegroundFile(
            name=f"{case.foreground.parents[1].name}/{case.foreground.parent.name}/{case.foreground.name}",
            group=case.foreground.parents[1].name,
            colour=case.foreground,
            alpha=case.alpha,
            is_premultiplied=is_premultiplied,
        )
        for case in shot.find(folder, None, None)
        if case.foreground is not None
    ]
