"""Find the cases of a folder, in whichever layout it is."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

from lfpnet.data.layouts import aim_500, alphamatting, composed, composition_1k, distinctions_646, pairs, shot
from lfpnet.data.layouts.case import DEFAULT_BAND_PIXELS, Case
from lfpnet.data.layouts.folders import OnSkip
from lfpnet.errors import ConfigurationError, ImageFileError

#: In the order in which a folder is tried; ready pairs last, because other layouts may look like them.
_LAYOUTS: dict[str, ModuleType] = {
    "alphamatting": alphamatting,
    "composition-1k": composition_1k,
    "distinctions-646": distinctions_646,
    "aim-500": aim_500,
    "shot": shot,
    "composed": composed,
    "pairs": pairs,
}
LAYOUT_NAMES = tuple(_LAYOUTS)


def find_cases(
    folder: Path,
    layout: str = "auto",
    *,
    trimap: str | None = None,
    band_pixels: float = DEFAULT_BAND_PIXELS,
    on_skip: OnSkip | None = None,
) -> list[Case]:
    """Find every case of a data set; no picture is opened.

    Args:
        folder: the data set.
        layout: one of `LAYOUT_NAMES`, or `auto` to recognise it by the folders inside.
        trimap: which folder of trimaps where there are several, for example `Trimap2`; None takes the first by name.
        band_pixels: for trimaps that must be made from alpha.
        on_skip: told the sentence of every case that lacks a file; None refuses the data set instead.

    Returns:
        The cases by name; at least one.

    Raises:
        ImageFileError: the folder is missing or empty, is laid out otherwise, or a plate lacks a file.
        ConfigurationError: no layout has that name.
    """
    if layout == "auto":
        layout = recognise(folder)
    elif layout not in _LAYOUTS:
        raise ConfigurationError(
            f"Expected a layout among auto, {', '.join(LAYOUT_NAMES)}, got '{layout}'; choose one of them."
        )
    elif not folder.is_dir() or not _LAYOUTS[layout].matches(folder):
        raise ImageFileError(
            f"{folder} does not have the folders of the layout {layout}; it has {_content(folder)}; name the folder "
            "that holds them or another layout."
        )
    cases: list[Case] = _LAYOUTS[layout].find(folder, trimap, on_skip)
    if not cases:
        raise ImageFileError(f"{folder} has the folders of the layout {layout} but no complete case; add its pictures.")
    return [replace(case, band_pixels=band_pixels) for case in cases]


def recognise(folder: Path) -> str:
    """The name of the layout of a folder.

    Raises:
        ImageFileError: the folder is missing, or laid out in no known way.
    """
    if not folder.is_dir():
        raise ImageFileError(f"Expected the folder of a data set at {folder}, found none; check the path.")
    for name, layout in _LAYOUTS.items():
        if layout.matches(folder):
            return name
    raise ImageFileError(
        f"{folder} is laid out like none of {', '.join(LAYOUT_NAMES)}; it has {_content(folder)}; put plates and "
        "alphas of equal names into folders plate and alpha."
    )


def _content(folder: Path) -> str:
    """The first names in a folder, for a sentence."""
    if not folder.is_dir():
        return "nothing, for it does not exist"
    names = sorted(path.name for path in folder.iterdir())
    return ", ".join(names[:8]) + (" and more" if len(names) > 8 else "") if names else "nothing in it"
