"""A farm job, without Nuke, of what a node exported: the words that make it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .settings import Settings
from .sidecar.shots.frames import format_frames
from .sidecar.shots.identity import Owner
from .sidecar.shots.report import FrameTask


def exported_pattern(result: str, role: str) -> str:
    """Return the pattern of the exported pictures of a role."""
    pattern = Path(result)
    return (pattern.parent / "export" / role / pattern.name).as_posix()


def farm_command(settings: Settings, tasks: Sequence[FrameTask], owner: Owner) -> list[str]:
    """Return the words of `lfpnet farm template` that ask for what the node asks for, in the node's name."""
    files = {role: exported_pattern(settings.result, role) for role in ("plate", *settings.roles)}
    words = ["lfpnet", "farm", "template", files["plate"]]
    words += [files[role] for role in ("trimap", "roto") if role in files]
    for role in ("core", "edge"):
        words += [f"--{role}", files[role]] if role in files else []
    words += ["-o", settings.result, "--frames", format_frames({task.frame for task in tasks})]
    if "%v" in settings.result.lower():
        words += ["--views", ",".join(dict.fromkeys(task.view for task in tasks))]
    return [*words, *settings.request.command_words(), "--owner", owner.text(), "--to", "matte.job.json"]
