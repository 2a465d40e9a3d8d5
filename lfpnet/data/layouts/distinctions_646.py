"""The Distinctions-646 test set: alphas in GT/, foregrounds in FG/, and the plates that its owner composed from them.

The set is handed out as foregrounds and alphas; plates come from a script of its authors and are looked for in Image/,
Merged/ or Composed/. It has no trimaps: without a folder Trimap they are made from alpha.
Source: Qiao et al., Attention-Guided Hierarchical Structure Aggregation for Image Matting, 2020.
"""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with


def matches(folder: Path) -> bool:
    """Whether the folder looks like this; GT and FG in capitals tell it from ready pairs."""
    return {"GT", "FG"} <= {path.name for path in folder.iterdir()} and _plates(folder) is not None


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case."""
    plates, alphas = _plates(folder), folder_named(folder, "gt")
    assert plates is not None
    assert alphas is not None
    return cases_of_equal_names(
        plates,
        alphas,
        trimaps=folder_starting_with(folder, "trimap", trimap),
        foregrounds=folder_named(folder, "fg"),
        backgrounds=folder_named(folder, "bg"),
        on_skip=on_skip,
    )


def _plates(folder: Path) -> Path | None:
    return folder_named(folder, "image", "images", "merged", "composed")
