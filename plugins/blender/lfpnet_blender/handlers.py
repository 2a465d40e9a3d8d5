# SPDX-License-Identifier: GPL-3.0-or-later
"""Around Blender's own events: gaps are closed before a render, the frame's state follows the time line."""

import logging
from typing import Any

import bpy
from bpy.app.handlers import persistent

from . import ownership
from .errors import ShotProblem
from .host.quiet import is_quiet
from .results import REFUSE
from .sentences import Said
from .session import session
from .shot import Shot, find_shots
from .sidecar.shots.frames import format_frames

log = logging.getLogger(__name__)


@persistent
def on_render(scene: bpy.types.Scene, *_: Any) -> None:
    """Close gaps, or say what is missing, before the scene renders."""
    if is_quiet():
        return
    if bpy.app.background:
        ownership.separate_copies()
    for shot in find_shots(scene):
        try:
            _prepare(shot)
        except (ShotProblem, OSError) as problem:
            session().said[shot.name] = Said(str(problem), "error")


@persistent
def on_frame_change(scene: bpy.types.Scene, *_: Any) -> None:
    """The inputs of the present frame can be known now."""
    if not is_quiet() and not bpy.app.background:
        session().look_up_present(scene)
        session().is_touched = True  # a preview follows


@persistent
def on_change(*_: Any) -> None:
    """A node, a mask or footage may have changed; the timer looks, as this is called at every move of the mouse."""
    if not is_quiet() and not bpy.app.background:
        session().is_touched = True


@persistent
def on_load(*_: Any) -> None:
    """Another file was opened: its shots may have results."""
    session().forget()
    session().pause_preview()  # one that an older version has saved
    ownership.on_file()
    if bpy.app.background:
        return
    for shot in find_shots(bpy.context.scene):
        session().look_up_states(shot)


@persistent
def before_save(path: Any = "", *_: Any) -> None:
    """Results of a file that gets its first name move beside it; a preview is no part of a file."""
    if not is_quiet():
        session().pause_preview()
    try:
        ownership.before_save(path if isinstance(path, str) else "")
    except OSError as problem:
        log.warning("The mattes stay in the cache, they cannot be moved beside %s (%s).", path, problem)


@persistent
def after_save(*_: Any) -> None:
    """After Save As the nodes are other ones."""
    ownership.after_save()
    if not is_quiet():
        session().resume_preview()


@persistent
def on_append(*_: Any) -> None:
    """Nodes of another file came in: they get an identity of their own."""
    if not is_quiet():
        ownership.separate_copies()


@persistent
def on_undo(*_: Any) -> None:
    """Undo and redo take the results out of the nodes, for they came by no step of the artist: show them again."""
    for scene in bpy.data.scenes:
        for shot in find_shots(scene):
            session().close_gaps(shot)


def _prepare(shot: Shot) -> None:
    results, how = shot.results(), shot.settings.missing_frames
    missing = results.missing(shot.usual_frames()) if how == REFUSE else []
    if missing:
        raise ShotProblem(missing_sentence(shot, missing))
    span = results.close_gaps(how)
    if (
        span is not None and bpy.app.background
    ):  # with windows a render has a thread of its own, which may change no node
        shot.show(span)


def missing_sentence(shot: Shot, missing: list[int]) -> str:
    """What is missing and what to do."""
    return f"{shot.title} has no matte for frames {format_frames(missing)}: matte them, or let gaps be held."


_HANDLERS = (
    (bpy.app.handlers.render_init, on_render),
    (bpy.app.handlers.frame_change_post, on_frame_change),
    (bpy.app.handlers.depsgraph_update_post, on_change),
    (bpy.app.handlers.load_post, on_load),
    (bpy.app.handlers.save_pre, before_save),
    (bpy.app.handlers.save_post, after_save),
    (bpy.app.handlers.undo_post, on_undo),
    (bpy.app.handlers.redo_post, on_undo),
)
if hasattr(bpy.app.handlers, "blend_import_post"):  # since 4.3
    _HANDLERS = (*_HANDLERS, (bpy.app.handlers.blend_import_post, on_append))


def register() -> None:
    """Listen."""
    for handlers, handler in _HANDLERS:
        handlers.append(handler)


def unregister() -> None:
    """Listen no more."""
    for handlers, handler in _HANDLERS:
        if handler in handlers:
            handlers.remove(handler)
