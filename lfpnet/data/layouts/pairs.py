"""Ready pairs: plates and alphas of equal names in two folders, with trimaps, foregrounds and backgrounds if any."""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with


def matches(folder: Path) -> bool:
    """Whether the folder looks like this."""
    return _plates(folder) is not None and _alphas(folder) is not None


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case; of several folders of trimaps the first by name, or that called `trimap`."""
    plates, alphas = _plates(folder), _alphas(folder)
    assert plates is not None
    assert alphas is not None
    return cases_of_equal_names(
        plates,
        alphas,
        trimaps=folder_starting_with(folder, "trimap", trimap),
        foregrounds=folder_named(folder, "fg", "foreground"),
        backgrounds=folder_named(folder, "bg", "background"),
        on_skip=on_skip,
    )


def _plates(folder: Path) -> Path | None:
    return folder_named(folder, "plate", "plates", "image", "images", "merged")


def _alphas(folder: Path) -> Path | None:
    return folder_named(folder, "alpha", "alphas", "gt")
