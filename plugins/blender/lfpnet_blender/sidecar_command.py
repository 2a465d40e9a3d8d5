# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the sidecar is installed: what the preferences name, else the places where people install things."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_IS_WINDOWS = os.name == "nt"


def serve_command(preferred: str, idle_minutes: float, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """What starts a sidecar; empty where none is found and the client has to look by itself.

    Args:
        preferred: an `lfpnet` command or the Python of its environment, as the preferences have it; may be empty.
        idle_minutes: how long a sidecar without work stays; 0 for ever.
        environment: of this process.
    """
    idle = ("--idle-seconds", f"{idle_minutes * 60:g}")
    if preferred.strip():
        return (*_from_preference(preferred.strip()), *idle)
    if environment.get("LFPNET_COMMAND"):
        return (*shlex.split(environment["LFPNET_COMMAND"], posix=not _IS_WINDOWS), "serve", *idle)
    found = shutil.which("lfpnet", path=environment.get("PATH")) or _usual_place(environment)
    return (found, "serve", *idle) if found else ()


def _from_preference(preferred: str) -> tuple[str, ...]:
    """A Python, an `lfpnet` command with or without arguments, or the folder of a virtual environment."""
    path = Path(preferred).expanduser()
    if path.is_dir():
        folder = path / ("Scripts" if _IS_WINDOWS else "bin")
        return _as_command(folder / ("lfpnet.exe" if _IS_WINDOWS else "lfpnet"))
    if path.exists():
        return _as_command(path)
    return (*shlex.split(preferred, posix=not _IS_WINDOWS), "serve")


def _as_command(path: Path) -> tuple[str, ...]:
    if path.name.lower().startswith("python"):
        return (str(path), "-m", "sidecar.cli.serve")
    return (str(path), "serve")


def _usual_place(environment: Mapping[str, str]) -> str:
    """Blender started from a desktop has a short path, so look where installers put commands."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    if _IS_WINDOWS:
        candidates = [home / ".local" / "bin" / "lfpnet.exe", home / "lfpnet" / "Scripts" / "lfpnet.exe"]
    else:
        candidates = [home / ".local/bin/lfpnet", home / "lfpnet/bin/lfpnet", Path("/opt/lfpnet/bin/lfpnet")]
        if sys.platform == "darwin":
            candidates.append(Path("/opt/homebrew/bin/lfpnet"))
    return next((str(path) for path in candidates if path.exists()), "")
