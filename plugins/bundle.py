"""Builds the plugins: their sources, copies of the sidecar's client beside them, and the wheels that it needs.

    python plugins/bundle.py nuke --to build/nuke --platform linux --platform windows --platform macos
    python plugins/bundle.py blender --to build/blender --platform linux --platform windows --platform macos
                                                        --platform macos-intel

Vendored copies are never committed; a test compares their bytes with the sources.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: The sidecar's package: beside the plugins in a checkout, around them in an installed wheel.
SIDECAR = HERE.parent if HERE.parent.name == "sidecar" else HERE.parent / "sidecar"
VENDORED = ("wire", "runtime", "client", "shots")
#: Pythons of Nuke 14 (3.9), 15 (3.10), 16 (3.11) and what may follow.
NUKE_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
#: Pythons of Blender 4.2 to 5.0 (3.11), 5.1 (3.13) and Debian's 5.2 (3.14).
BLENDER_PYTHONS = ("3.11", "3.13", "3.14")
REQUIREMENTS = ("pyzmq", "msgpack")
#: Name of a platform in the plugin's vendor folder -> tags that pip knows, the oldest system first.
PLATFORMS = {
    "linux": ("manylinux2014_x86_64", "manylinux_2_28_x86_64"),
    "windows": ("win_amd64",),
    "macos": ("macosx_10_15_universal2", "macosx_11_0_universal2", "macosx_11_0_arm64"),
    "macos-intel": (
        "macosx_10_9_x86_64",
        "macosx_10_13_x86_64",
        "macosx_10_15_x86_64",
        "macosx_10_15_universal2",
    ),
}
#: The same platforms as Blender calls them.
BLENDER_PLATFORMS = {
    "linux": "linux-x64",
    "windows": "windows-x64",
    "macos": "macos-arm64",
    "macos-intel": "macos-x64",
}


class BundleError(Exception):
    """The plugin cannot be built; one sentence says why."""


def build_nuke(
    to: Path,
    *,
    wheels: Path | None = None,
    platforms: Sequence[str] = (),
    pythons: Sequence[str] = NUKE_PYTHONS,
) -> None:
    """Write the folder for NUKE_PATH.

    Args:
        to: an empty or missing folder.
        wheels: a folder of wheels; None downloads them.
        platforms: which wheels to unpack; none leaves the plugin without.
        pythons: versions of Python to unpack them for.

    Raises:
        BundleError: no wheel fits, or the folder is not empty.
    """
    _copy(HERE / "nuke", to)
    _vendor(to / "lfpnet_nuke" / "sidecar")
    for platform in platforms:
        for python in pythons:
            folder = to / "lfpnet_nuke" / "vendor" / f"cp{python.replace('.', '')}-{platform}"
            _unpack_wheels(folder, python, platform, wheels)


def build_blender(
    to: Path,
    *,
    wheels: Path | None = None,
    platforms: Sequence[str] = (),
    pythons: Sequence[str] = BLENDER_PYTHONS,
) -> None:
    """Write the sources of the extension, which Blender's own tool makes a zip of.

    Args:
        to: an empty or missing folder.
        wheels: a folder of wheels; None downloads them.
        platforms: which wheels to add, so that Blender offers the extension there only; none leaves it without.
        pythons: versions of Python to add them for.

    Raises:
        BundleError: no wheel fits.
    """
    _copy(HERE / "blender" / "lfpnet_blender", to)
    shutil.copy2(HERE / "blender" / "LICENSE", to)
    _vendor(to / "sidecar")
    folder = to / "wheels"
    for platform in platforms:
        for python in pythons:
            with tempfile.TemporaryDirectory(prefix="lfpnet-wheels-") as temporary:
                _download_wheels(Path(temporary), python, platform, wheels)
                folder.mkdir(exist_ok=True)
                for wheel in Path(temporary).glob("*.whl"):
                    shutil.copy2(wheel, folder)
    if folder.is_dir():
        manifest = to / "blender_manifest.toml"
        names = "".join(f'    "./wheels/{wheel.name}",\n' for wheel in sorted(folder.glob("*.whl")))
        before, table, after = manifest.read_text(encoding="utf-8").partition("\n[permissions]")
        systems = ", ".join(f'"{BLENDER_PLATFORMS[platform]}"' for platform in platforms)
        lists = f"platforms = [{systems}]\nwheels = [\n{names}]\n"
        manifest.write_text(f"{before}{lists}{table}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Build one plugin and return the exit code."""
    parser = argparse.ArgumentParser(description="Build a plugin from its sources.")
    parser.add_argument("host", choices=("blender", "nuke"))
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder to make anew")
    parser.add_argument("--wheels", type=Path, metavar="DIR", help="folder of wheels; default: pip downloads them")
    parser.add_argument(
        "--platform",
        action="append",
        default=[],
        choices=tuple(PLATFORMS),
        help="add wheels for it; may be repeated",
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.to.exists():
            shutil.rmtree(asked.to)
        build = build_nuke if asked.host == "nuke" else build_blender
        build(asked.to, wheels=asked.wheels, platforms=asked.platform)
    except (BundleError, OSError) as problem:
        print(f"bundle: {problem}", file=sys.stderr)
        return 2
    print(asked.to)
    return 0


def _vendor(to: Path) -> None:
    """Copy the parts of the sidecar that hosts load."""
    to.mkdir(parents=True)
    shutil.copy2(SIDECAR / "__init__.py", to)
    for part in VENDORED:
        _copy(SIDECAR / part, to / part)


def _copy(source: Path, to: Path) -> None:
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), dirs_exist_ok=True)


def _unpack_wheels(folder: Path, python: str, platform: str, wheels: Path | None) -> None:
    """Unpack the wheels of one Python and platform; their files are importable as they lie in a wheel."""
    with tempfile.TemporaryDirectory(prefix="lfpnet-wheels-") as temporary:
        _download_wheels(Path(temporary), python, platform, wheels)
        for wheel in sorted(Path(temporary).glob("*.whl")):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)


def _download_wheels(folder: Path, python: str, platform: str, wheels: Path | None) -> None:
    """Have pip fetch the wheels of one Python and platform."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--no-deps"]
    command += ["--implementation", "cp", "--python-version", python, "--dest", str(folder)]
    for tag in PLATFORMS[platform]:
        command += ["--platform", tag]
    if wheels is not None:
        command += ["--no-index", "--find-links", str(wheels)]
    done = subprocess.run([*command, *REQUIREMENTS], capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["pip gave no reason"]
        raise BundleError(f"No wheels of {' and '.join(REQUIREMENTS)} for Python {python} on {platform}: {reason[0]}")


if __name__ == "__main__":
    sys.exit(main())
