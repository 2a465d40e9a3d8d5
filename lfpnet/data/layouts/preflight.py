"""Look at the headers of every file of every case before hours are spent on the first ones."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lfpnet.data.layouts.case import Case
from lfpnet.data.layouts.folders import OnSkip
from lfpnet.errors import ImageFileError, InputError, SizeMismatchError
from lfpnet.images.declared_size import declared_size
from lfpnet.images.source_file import picture_kind

_HEADER_BYTES = 1 << 16


def check_cases(
    cases: Sequence[Case], *, on_skip: OnSkip | None = None, check: Callable[[Case], object] | None = None
) -> list[Case]:
    """Check that every file exists, is a picture, and has its plate's size as far as the headers tell.

    EXR files are placed by their windows when they are read, so their sizes are left for then.

    Args:
        cases: what will be read later.
        on_skip: told the sentence of every case that cannot be read; None refuses them.
        check: another look at a case, instead of the one at its headers; it raises what is wrong.

    Returns:
        The cases without those skipped.

    Raises:
        InputError: the sentence of the first case that cannot be read.
    """
    usable = []
    for case in cases:
        try:
            (check or _check_headers)(case)
        except InputError as error:
            if on_skip is None:
                raise
            on_skip(str(error))
        else:
            usable.append(case)
    return usable


def _check_headers(case: Case) -> None:
    sizes = {path: _size(path) for path in case.files}
    expected = sizes[case.plate]
    for path, size in sizes.items():
        if expected is not None and size is not None and size != expected:
            raise SizeMismatchError(
                f"Expected {path} at the size of {case.plate}, {expected[1]} x {expected[0]}, but it is "
                f"{size[1]} x {size[0]}; export both from the same frame."
            )


def _size(path: Path) -> tuple[int, int] | None:
    """Height and width by the header, None for EXR.

    Raises:
        ImageFileError: the file is missing, not a picture, or cut short.
    """
    kind = picture_kind(path)
    if kind == "exr":
        return None
    try:
        with path.open("rb") as stream:
            start = stream.read(_HEADER_BYTES)
        try:
            declared = declared_size(start, kind)
        except ValueError:  # a TIFF's directory may lie at its end, a JPEG may begin with a large profile
            declared = declared_size(path.read_bytes(), kind)
    except (OSError, ValueError) as error:
        raise ImageFileError(f"{path} cannot be read ({error}); write or copy it again.") from error
    return declared.height, declared.width
