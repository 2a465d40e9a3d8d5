"""AIM-500: natural photographs in original/, alphas in mask/ and trimaps in trimap/, all of equal names.

Source: Li et al., Deep Automatic Natural Image Matting, 2021; the folders of its archive.
"""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with


def matches(folder: Path) -> bool:
    """Whether the folder looks like this."""
    return None not in _folders(folder)


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case."""
    plates, alphas = _folders(folder)
    assert plates is not None
    assert alphas is not None
    trimaps = folder_starting_with(folder, "trimap", trimap)
    return cases_of_equal_names(plates, alphas, trimaps=trimaps, on_skip=on_skip)


def _folders(folder: Path) -> tuple[Path | None, Path | None]:
    return folder_named(folder, "original"), folder_named(folder, "mask")
