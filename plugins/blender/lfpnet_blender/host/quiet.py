# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders and looks that nobody but the plugin asked for: other add-ons do not hear of them, the time line stays."""

from collections.abc import Iterator
from contextlib import contextmanager

import bpy

#: What other add-ons do when the artist renders: submit, play a sound, rename files.
_RENDER = (
    "render_init",
    "render_pre",
    "render_post",
    "render_write",
    "render_stats",
    "render_complete",
    "render_cancel",
    "composite_pre",
    "composite_post",
    "composite_cancel",
)
_FRAME = ("frame_change_pre", "frame_change_post")
_is_quiet = False


def is_quiet() -> bool:
    """Whether the plugin itself renders or looks now."""
    return _is_quiet


def is_rendering() -> bool:
    """Whether Blender renders or bakes in a thread of its own: a second render meanwhile crashes it (5.2)."""
    return bpy.app.is_job_running("RENDER") or bpy.app.is_job_running("OBJECT_BAKE")


@contextmanager
def quietly(*, keeps_frame_handlers: bool) -> Iterator[None]:
    """Have no handler called, and every scene at its frame afterwards.

    Args:
        keeps_frame_handlers: whether those of a change of frame are called all the same, as where the objects of a
            scene are rendered: other add-ons may move them there.
    """
    global _is_quiet  # noqa: PLW0603 - one Blender, one main thread
    names = _RENDER if keeps_frame_handlers else _RENDER + _FRAME
    lists = [getattr(bpy.app.handlers, name) for name in names]
    kept = [list(handlers) for handlers in lists]
    frames = [(scene, scene.frame_current, scene.frame_subframe) for scene in bpy.data.scenes]
    was_quiet, _is_quiet = _is_quiet, True
    for handlers in lists:
        handlers.clear()
    try:
        yield
    finally:
        for scene, frame, subframe in frames:
            if (scene.frame_current, scene.frame_subframe) != (frame, subframe):
                scene.frame_set(frame, subframe=subframe)
        for handlers, former in zip(lists, kept, strict=True):
            handlers[:] = former
        _is_quiet = was_quiet
