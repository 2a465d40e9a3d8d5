"""A farm job, without Nuke, of what a node exported: the words that make it, and the records that it leaves.

Records of `lfpnet matte --frames` name roles and options as the command line does; a test compares both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .frames import FrameTask
from .settings import Settings
from .sidecar.shots.frames import format_frames
from .sidecar.shots.request import MatteRequest


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


def farm_inputs(fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return the `inputs` of a farm job's record: roles are those of the node."""
    return dict(fingerprints)


def farm_recipe(settings: Settings) -> dict[str, Any]:
    """Return the `recipe` of the record that a farm job with these settings leaves."""
    return MatteRequest(
        masks=("core", "edge") if "core" in settings.roles else tuple(settings.roles),
        inner_pixels=settings.inner_pixels,
        outer_pixels=settings.outer_pixels,
        model=settings.weights,
        model_fingerprint=settings.weights_used.get("weights", ""),
        plan=settings.plan,
        tile=settings.tile,
        tta=settings.has_augmentation,
        depth=settings.depth,
        layers="nuke",
    ).record()
