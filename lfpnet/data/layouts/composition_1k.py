"""The Composition-1k test set (Adobe) as it is commonly laid out once composed: merged/, alpha_copy/ and trimaps/.

Source: Xu et al., Deep Image Matting, 2017; the folders that evaluation scripts of the field expect.
"""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with


def matches(folder: Path) -> bool:
    """Whether the folder looks like this."""
    return None not in _folders(folder)


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case; foregrounds and backgrounds are taken where they were copied under the plates' names."""
    plates, alphas = _folders(folder)
    assert plates is not None
    assert alphas is not None
    return cases_of_equal_names(
        plates,
        alphas,
        trimaps=folder_starting_with(folder, "trimap", trimap),
        foregrounds=folder_named(folder, "fg_copy", "fg"),
        backgrounds=folder_named(folder, "bg_copy", "bg"),
        on_skip=on_skip,
    )


def _folders(folder: Path) -> tuple[Path | None, Path | None]:
    return folder_named(folder, "merged"), folder_named(folder, "alpha_copy")
