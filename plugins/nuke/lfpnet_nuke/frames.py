"""Which frames and views are to be matted, and where each result lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import knobs
from .errors import PluginError
from .settings import Scene
from .sidecar.shots.frames import parse_frames
from .sidecar.shots.identity import Owner, default_result_folder
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.report import FrameTask


def chosen_frames(values: Mapping[str, Any], scene: Scene) -> list[int]:
    """Return the frames that the knobs ask for.

    Raises:
        PluginError: no frame, or a text that names none.
    """
    choice = values["lfp_range"]
    if choice == knobs.CURRENT:
        return [scene.frame]
    if choice == knobs.CUSTOM:
        text = str(values["lfp_frames"] or "").strip()
        try:
            frames = parse_frames(text) if text else []
        except ValueError as problem:
            raise PluginError(str(problem)) from problem
        if not frames:
            raise PluginError("Expected frames such as 1001-1010x2,1020 in 'custom', got nothing: name them.")
        return frames
    first, last = scene.input_range if choice == knobs.INPUT else scene.global_range
    return list(range(first, last + 1))


def chosen_views(values: Mapping[str, Any], scene: Scene) -> list[str]:
    """Return the views that the knob names, all of the script's if it names none.

    Raises:
        PluginError: a view that the script does not have.
    """
    named = str(values["lfp_views"] or "").replace(",", " ").split()
    unknown = [view for view in named if view not in scene.views]
    if unknown:
        raise PluginError(f"Expected views out of {', '.join(scene.views)}, got '{unknown[0]}': correct 'views'.")
    return named or list(scene.views)


def plan_tasks(pattern: str, frames: Sequence[int], views: Sequence[str]) -> list[FrameTask]:
    """Return every frame of every view with its file.

    Raises:
        PluginError: several frames or views would share one file.
    """
    result = FramePattern(pattern)
    if len(frames) > 1 and not result.is_sequence:
        raise PluginError(f"Expected %04d in 'result' for {len(frames)} frames, got '{pattern}': add it.")
    if len(views) > 1 and "%v" not in pattern.lower():
        raise PluginError(f"Expected %V in 'result' for the views {', '.join(views)}, got '{pattern}': add it.")
    return [FrameTask(frame, view, result.path(frame, view)) for frame in frames for view in views]


def default_pattern(script: str, node: str, owner: Owner, home: str) -> str:
    """Return where a new node keeps its results: beside the script, or in a folder of its own while it has none."""
    folder = default_result_folder(script, node, owner, unsaved=Path(home) / "lfpnet" / "unsaved")
    return (folder / f"{folder.name}.%V.%04d.exr").as_posix()
