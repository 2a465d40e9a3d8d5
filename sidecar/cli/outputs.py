"""Before the work: no input is ever an output, and whatever would keep a file from being written is said.

A link is written through: the link stays, and the file that it leads to is replaced. A write-protected file is refused,
for somebody protected it; so are a folder that cannot be written and an output that is the same file as any input,
however both are spelt. Files are replaced by a rename, so that another hard link to an old result keeps that.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from lfpnet.errors import OutputError

#: Device and number of a file: the same for every name of it, on disks that ignore case too.
_Identity = tuple[int, int]


def check_outputs(outputs: Mapping[Path, str], inputs: Mapping[Path, str]) -> None:
    """Refuse outputs that are inputs, or cannot be written.

    Args:
        outputs: file -> how sentences call it, such as `the matte` or `the preview`.
        inputs: file -> how sentences call it, such as `the plate`; those that do not exist are nobody's.

    Raises:
        OutputError: one sentence with the first one that cannot be.
    """
    known = _identities(inputs)
    seen: dict[object, str] = {}
    folders: set[Path] = set()
    for path, name in outputs.items():
        target = Path(os.path.realpath(path))
        identity = _identity(path)
        if identity in known:
            raise OutputError(f"{path} is {known[identity]} itself and will not be overwritten; choose another name.")
        other = seen.setdefault(identity or target, name)
        if other != name:
            raise OutputError(f"Expected files of their own for {other} and {name}, got {path} for both; rename one.")
        if target.is_dir():
            raise OutputError(f"Expected a file name for the output, got the folder {path}; name a file in it.")
        if target.parent not in folders:
            _check_folder(path, target.parent)
            folders.add(target.parent)
        _check_protection(path, target)


def check_matte_name(path: Path) -> None:
    """Refuse a matte that is no EXR.

    Raises:
        OutputError: its name ends otherwise.
    """
    if path.suffix.lower() != ".exr":
        raise OutputError(f"Expected an output that ends in .exr, got {path.name}; name it so.")


def links_sentence(outputs: Iterable[Path]) -> str:
    """What is said of outputs that are links; nothing where there are none."""
    links = [path for path in outputs if path.is_symlink()]
    if not links:
        return ""
    others = f" (and {len(links) - 1} more)" if len(links) > 1 else ""
    return f"{links[0]}{others} is a link: {Path(os.path.realpath(links[0]))} is written, the link stays."


def _check_folder(path: Path, folder: Path) -> None:
    if not folder.is_dir():
        raise OutputError(f"Expected an existing folder for {path}, got none at {folder}; make it first.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"Expected a folder that can be written for {path}, got {folder}; choose another one.")


def _check_protection(path: Path, target: Path) -> None:
    try:
        mode = target.stat().st_mode
    except OSError:
        return
    if not mode & 0o222:
        raise OutputError(
            f"{path} is write-protected (mode {mode & 0o777:o}) and will not be replaced; choose another name, or make "
            "it writable first."
        )


def _identities(paths: Mapping[Path, str]) -> dict[_Identity, str]:
    found = ((_identity(path), name) for path, name in paths.items())
    return {identity: name for identity, name in found if identity is not None}


def _identity(path: Path) -> _Identity | None:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_dev, facts.st_ino
