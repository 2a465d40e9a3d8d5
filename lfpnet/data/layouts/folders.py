"""What the layouts share: folders by one of several names, their pictures by name, and partners of equal names."""

from collections.abc import Callable
from pathlib import Path

from lfpnet.errors import ImageFileError

#: Told the sentence of every case that is left out.
OnSkip = Callable[[str], None]

_SUFFIXES = frozenset({".exr", ".png", ".tif", ".tiff", ".jpg", ".jpeg", ".webp", ".bmp"})


def folder_named(parent: Path, *names: str) -> Path | None:
    """The first of the named folders that exists in `parent`, whatever the case of its letters."""
    folders = {path.name.lower(): path for path in sorted(parent.iterdir(), reverse=True) if path.is_dir()}
    return next((folders[name.lower()] for name in names if name.lower() in folders), None)


def folder_starting_with(parent: Path, beginning: str, chosen: str | None) -> Path | None:
    """The folder whose name is `chosen`, or the first that starts with `beginning`.

    Raises:
        ImageFileError: there is no folder of the chosen name.
    """
    folders = sorted(path for path in parent.iterdir() if path.is_dir() and path.name.lower().startswith(beginning))
    if chosen is None:
        return folders[0] if folders else None
    for path in folders:
        if path.name.lower() == chosen.lower():
            return path
    there = ", ".join(path.name for path in folders) or "none"
    raise ImageFileError(f"Expected a folder {chosen} of trimaps in {parent}, found {there}; name one that is there.")


def pictures_in(folder: Path | None) -> dict[str, Path]:
    """Every picture of a folder by its name without ending, in order of names; nothing for no folder.

    Raises:
        ImageFileError: two pictures share a name, so that nothing says which is meant.
    """
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()) if folder is not None else ():
        if path.suffix.lower() not in _SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        if path.stem in found:
            raise ImageFileError(f"{found[path.stem]} and {path} have one name; keep the one that is meant.")
        found[path.stem] = path
    return found


def with_partners(
    plates: dict[str, Path], partners: dict[str, Path], *, what: str, where: Path, on_skip: OnSkip | None
) -> list[str]:
    """Names of the plates that have a partner.

    Args:
        plates: by name.
        partners: by name.
        what: the partner as the sentence calls it, for example `alpha`.
        where: folder in which partners are looked for.
        on_skip: told of every plate without a partner; None refuses them.

    Raises:
        ImageFileError: plates lack a partner, and `on_skip` is None.
    """
    missing = [plate for name, plate in plates.items() if name not in partners]
    if missing and on_skip is None:
        named = ", ".join(str(plate) for plate in missing[:5]) + (" and more" if len(missing) > 5 else "")
        raise ImageFileError(
            f"Expected in {where} {what} for every plate, but {len(missing)} of {len(plates)} have none ({named}); add "
            "the files or skip these plates."
        )
    for plate in missing:
        assert on_skip is not None
        on_skip(f"{plate} has no {what} in {where}.")
    return [name for name in plates if name in partners]
