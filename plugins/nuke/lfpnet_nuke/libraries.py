"""Makes pyzmq and msgpack importable: Nuke's own copies first, else the wheels that the bundle unpacked per Python."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

from .errors import PluginError

VENDOR = Path(__file__).parent / "vendor"


def make_importable(vendor: Path = VENDOR) -> None:
    """Add the folder of this Python's wheels at the end of the path, only if something is missing.

    Raises:
        PluginError: no wheel of the bundle fits this Python.
    """
    if not _missing():
        return
    for folder in wheel_folders(vendor):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    importlib.invalidate_caches()
    missing = _missing()
    if missing:
        python = f"Python {sys.version_info[0]}.{sys.version_info[1]} on {platform_name()}"
        raise PluginError(
            f"Expected {' and '.join(missing)} for {python} in {vendor}, got none: build the plugin with its wheels."
        )


def wheel_folders(vendor: Path = VENDOR) -> list[Path]:
    """Return the existing folders that suit this Python, such as `vendor/cp311-linux`."""
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return [folder for folder in (vendor / f"{tag}-{platform_name()}", vendor / "any") if folder.is_dir()]


def platform_name() -> str:
    """`linux`, `windows` or `macos`."""
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


def _missing() -> list[str]:
    return [name for name in ("zmq", "msgpack") if importlib.util.find_spec(name) is None]
