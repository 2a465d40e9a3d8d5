"""The training set of the AlphaMatting benchmark: 27 photographs with measured alphas and two trimaps each.

Source: Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, 2009; the folders of its archives.
"""

from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with


def matches(folder: Path) -> bool:
    """Whether the folder looks like this, at low or high resolution."""
    return _size(folder) is not None


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case; the narrow trimaps (Trimap1) unless `trimap` says Trimap2."""
    size = _size(folder)
    plates, alphas, both = (folder_named(folder, f"{part}_training_{size}") for part in ("input", "gt", "trimap"))
    assert plates is not None
    assert alphas is not None
    trimaps = folder_starting_with(both, "trimap", trimap) if both is not None else None
    return cases_of_equal_names(plates, alphas, trimaps=trimaps or both, on_skip=on_skip)


def _size(folder: Path) -> str | None:
    """The size of which photographs and alphas are there."""
    for size in ("lowres", "highres"):
        if folder_named(folder, f"input_training_{size}") and folder_named(folder, f"gt_training_{size}"):
            return size
    return None
