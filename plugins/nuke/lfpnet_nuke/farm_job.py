"""The words of the command that makes a farm job, without Nuke, of what a node exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .frames import FrameTask
from .settings import Settings
from .sidecar.shots.frames import format_frames


def exported_pattern(result: str, role: str) -> str:
    """Return the pattern of the exported pictures of a role."""
    pattern = Path(result)
    return (pattern.parent / "export" / role / pattern.name).as_posix()


def farm_command(settings: Settings, tasks: Sequence[FrameTask]) -> list[str]:
    """Return the words of `lfpnet farm template` that ask for what the node asks for."""
    files = {role: exported_pattern(settings.result, role) for role in ("plate", *settings.roles)}
    words = ["lfpnet", "farm", "template", files["plate"]]
    words += [files[role] for role in ("trimap", "roto") if role in files]
    for role in ("core", "edge"):
        words += [f"--{role}", files[role]] if role in files else []
    words += ["-o", settings.result, "--frames", format_frames({task.frame for task in tasks})]
    words += ["--depth", settings.depth, "--plan", settings.plan, "--layer-names", "nuke", "--to", "matte.job.json"]
    if "%v" in settings.result.lower():
        words += ["--views", ",".join(dict.fromkeys(task.view for task in tasks))]
    if "roto" in files:
        words += ["--band", f"{settings.inner_pixels:g}", f"{settings.outer_pixels:g}"]
    if settings.weights != "default":
        words += ["--weights", settings.weights]
    words += ["--tile", str(settings.tile)] if settings.tile else []
    words += ["--tta"] if settings.has_augmentation else []
    return words
