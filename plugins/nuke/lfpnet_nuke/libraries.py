"""Imports pyzmq and msgpack: another tool's copies where they work and are new enough, else the bundle's own wheels."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import PluginError

VENDOR = Path(__file__).parent / "vendor"
#: The oldest versions that the sidecar's client is tested with, as `pyproject.toml` has them.
LEAST = {"zmq": (26,), "msgpack": (1, 1)}


def make_importable(vendor: Path = VENDOR) -> list[str]:
    """Import both; a copy that cannot serve is passed over for the bundle's, and the path is left as it was.

    Returns:
        a sentence for each copy that was passed over.

    Raises:
        PluginError: neither serves; the sentence names the files at fault.
    """
    passed_over = []
    for name, least in LEAST.items():
        was_loaded = name in sys.modules
        fault = _fault_of(name, least)
        if not fault:
            continue
        if was_loaded:  # compiled modules cannot be loaded twice in one process
            raise PluginError(
                f"Expected {name} {_text(least)} or later, {fault}, and another tool has loaded it already: "
                "take that folder off PYTHONPATH and NUKE_PATH."
            )
        bundled_fault = _import_bundled(name, least, vendor)
        if bundled_fault:
            python = f"Python {sys.version_info[0]}.{sys.version_info[1]} on {platform_name()}"
            raise PluginError(
                f"Expected {name} {_text(least)} or later for {python}, {fault}; in {vendor}, {bundled_fault}: "
                "build the plugin with its wheels."
            )
        passed_over.append(f"{name}: {fault}; the plugin's own is used")
    return passed_over


def wheel_folders(vendor: Path = VENDOR) -> list[Path]:
    """Return the existing folders that suit this Python, such as `vendor/cp311-linux`."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return [folder for folder in (vendor / f"{tag}-{platform_name()}", vendor / "any") if folder.is_dir()]


def platform_name() -> str:
    """`linux`, `windows` or `macos`."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def _import_bundled(name: str, least: Sequence[int], vendor: Path) -> str:
    """Import the bundle's copy while its folder is first on the path, and say what is wrong with it."""
    before = list(sys.path)
    sys.path[:0] = [str(folder) for folder in wheel_folders(vendor)]
    importlib.invalidate_caches()
    try:
        return _fault_of(name, least)
    finally:
        sys.path[:] = before


def _fault_of(name: str, least: Sequence[int]) -> str:
    """Import a library and say why it cannot serve, with its file; nothing when it can, and then it stays loaded."""
    before = set(sys.modules)
    found = None
    try:
        found = importlib.util.find_spec(name)
        module = importlib.import_module(name)
        version = getattr(module, "__version__", None) or ".".join(map(str, getattr(module, "version", ())))
        numbers = tuple(int(part) for part in str(version).split(".")[:2] if part.isdigit())
        fault = "" if numbers >= tuple(least) else f"got {version or 'one without a version'} from {module.__file__}"
    except Exception as problem:  # whatever a foreign module raises while it is imported
        fault = "got none"
        if found is not None:
            fault = f"got {found.origin}, which cannot be imported ({type(problem).__name__}: {problem})"
    if fault:
        for left in set(sys.modules) - before:
            if left.split(".")[0] == name:
                del sys.modules[left]
    return fault


def _text(version: Sequence[int]) -> str:
    return ".".join(map(str, version))
