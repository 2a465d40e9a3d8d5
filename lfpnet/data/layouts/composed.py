"""Parts instead of plates: fg/, alpha/ and bg/ of equal names, composed when they are read; trimap*/ if there.

The plate is alpha x foreground + (1 - alpha) x background in the encoding of the files, rounded to 8 bits where they
are display-encoded, as a plate in a file would be. Source: paper, equation 1.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lfpnet.data.layouts.case import Case, EvaluationCase
from lfpnet.data.layouts.equal_names import cases_of_equal_names
from lfpnet.data.layouts.folders import OnSkip, folder_named, folder_starting_with
from lfpnet.errors import ImageFileError

_LEVELS = np.float32(255)


@dataclass(frozen=True, eq=False)
class ComposedCase(Case):
    """A case whose plate lies in no file; `plate` names the foreground."""

    def read(self) -> EvaluationCase:
        """Read the parts and compose the plate.

        Raises:
            ImageFileError: a file is missing or unreadable.
            SizeMismatchError: the parts differ in size.
            ConfigurationError: the band is negative.
        """
        parts = super().read()
        assert parts.foreground is not None
        assert parts.background is not None
        alpha = parts.alpha[..., None]
        plate = alpha * parts.foreground + (1 - alpha) * parts.background
        if not parts.is_linear:
            plate = np.rint(plate * _LEVELS) / _LEVELS
        return EvaluationCase(
            name=parts.name,
            plate=plate.astype(np.float32),
            is_linear=parts.is_linear,
            trimap=parts.trimap,
            alpha=parts.alpha,
            foreground=parts.foreground,
            background=parts.background,
            trimap_origin=parts.trimap_origin,
        )


def matches(folder: Path) -> bool:
    """Whether the folder looks like this."""
    has_plates = folder_named(folder, "plate", "plates", "image", "images", "merged") is not None
    return not has_plates and all(_part(folder, name) is not None for name in ("fg", "alpha", "bg"))


def find(folder: Path, trimap: str | None, on_skip: OnSkip | None) -> list[Case]:
    """Every case; of several folders of trimaps the first by name, or that called `trimap`.

    Raises:
        ImageFileError: a foreground lacks its alpha or its background.
    """
    foregrounds, alphas, backgrounds = (_part(folder, name) for name in ("fg", "alpha", "bg"))
    assert foregrounds is not None
    assert alphas is not None
    cases = cases_of_equal_names(
        foregrounds,
        alphas,
        trimaps=folder_starting_with(folder, "trimap", trimap),
        foregrounds=foregrounds,
        backgrounds=backgrounds,
        on_skip=on_skip,
    )
    return [_composed(case) for case in cases if _has_background(case, backgrounds, on_skip)]


def _has_background(case: Case, backgrounds: Path | None, on_skip: OnSkip | None) -> bool:
    if case.background is not None:
        return True
    sentence = f"{case.plate} has no background in {backgrounds}"
    if on_skip is None:
        raise ImageFileError(f"{sentence}; add it or skip this foreground.")
    on_skip(f"{sentence}.")
    return False


def _composed(case: Case) -> ComposedCase:
    return ComposedCase(case.name, case.plate, case.alpha, case.trimap, case.foreground, case.background)


def _part(folder: Path, name: str) -> Path | None:
    other = {"fg": "foreground", "bg": "background", "alpha": "alphas"}[name]
    return folder_named(folder, name, other)
