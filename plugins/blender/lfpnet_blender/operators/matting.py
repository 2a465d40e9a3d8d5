# SPDX-License-Identifier: GPL-3.0-or-later
"""Matte Frame, Matte Range, Cancel: modal with windows, synchronous in background and from Python."""

from collections.abc import Sequence
from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ..errors import ShotProblem
from ..run import Run
from ..session import redraw, session
from ..shot import Shot, active_shot
from ..sidecar.shots.frames import parse_frames
from .base import ShotOperator

TIMER_SECONDS = 0.1


class _MatteOperator(ShotOperator):
    """Runs frames of a shot; subclasses say which."""

    node: StringProperty(name="Node", options={"SKIP_SAVE"})

    @classmethod
    def reason(cls, context: Any) -> str:
        """Not linked, or under way already."""
        shot = active_shot(context)
        if shot is None:
            return super().reason(context)
        if shot.name in session().runs:
            return "Frames of this shot are being matted: wait, or cancel."
        return shot.problem()

    def wanted(self, context: Any, shot: Shot) -> Sequence[int]:
        """The frames to matte."""
        raise NotImplementedError

    def begin(self, context: Any) -> Run:
        """Start the run.

        Raises:
            ShotProblem: something about the shot has to change first.
        """
        shot = self.shot(context)
        frames = self.wanted(context, shot)
        if not frames:
            raise ShotProblem("There are no frames to matte: set a range.")
        return session().matte(shot, frames, is_forced=shot.settings.is_forced, is_urgent=len(frames) == 1)

    def execute(self, context: Any) -> set[str]:
        """Matte and wait."""
        try:
            run = self.begin(context)
        except ShotProblem as problem:
            return self.fail(problem)
        session().wait()
        return self.end(run)

    def invoke(self, context: Any, _: Any) -> set[str]:
        """Matte while Blender stays usable."""
        if bpy.app.background or context.window is None:
            return self.execute(context)
        try:
            self.run = self.begin(context)
        except ShotProblem as problem:
            return self.fail(problem)
        manager = context.window_manager
        self.timer = manager.event_timer_add(TIMER_SECONDS, window=context.window)
        manager.progress_begin(0, 100)
        manager.modal_handler_add(self)
        session().is_modal = True
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        """Drain the news at each tick; Esc cancels."""
        if event.type == "ESC" and event.value == "PRESS":
            self.run.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        session().pump()
        percent = int(100 * self.run.share)
        context.window_manager.progress_update(percent)
        context.workspace.status_text_set(f"LFPNet: {percent} % of {self.run.total} frames (Esc cancels)")
        redraw()
        if not self.run.is_over:
            return {"PASS_THROUGH"}
        self.cancel(context)
        return self.end(self.run)

    def cancel(self, context: Any) -> None:
        """Clean up, also when Blender ends the operator."""
        session().is_modal = False
        context.window_manager.event_timer_remove(self.timer)
        context.window_manager.progress_end()
        context.workspace.status_text_set(None)

    def end(self, run: Run) -> set[str]:
        """Report what happened."""
        if run.failed or run.problem:
            return self.fail(run.sentence())
        self.report({"WARNING" if run.is_cancelled else "INFO"}, run.sentence())  # type: ignore[attr-defined]
        return {"CANCELLED"} if run.is_cancelled else {"FINISHED"}


class LFPNET_OT_matte_frame(_MatteOperator, bpy.types.Operator):
    """Matte the present frame"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.matte_frame"
    bl_label = "Matte Frame"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    frame: IntProperty(name="Frame", default=-1, options={"SKIP_SAVE"})

    def wanted(self, context: Any, _: Shot) -> Sequence[int]:
        """One frame."""
        return [context.scene.frame_current if self.frame < 0 else self.frame]


class LFPNET_OT_matte_range(_MatteOperator, bpy.types.Operator):
    """Matte all frames of the shot; frames that are done are skipped"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.matte_range"
    bl_label = "Matte Range"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    frames: StringProperty(name="Frames", description="Such as 1001-1010", options={"SKIP_SAVE"})

    def wanted(self, _: Any, shot: Shot) -> Sequence[int]:
        """Those named here, else in the node, else the scene's."""
        if not self.frames.strip():
            return shot.frames()
        try:
            return parse_frames(self.frames)
        except ValueError as problem:
            raise ShotProblem(str(problem)) from problem


class LFPNET_OT_cancel(bpy.types.Operator):
    """Cancel the mattes under way; frames that are done stay"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.cancel"
    bl_label = "Cancel"

    @classmethod
    def poll(cls, _: Any) -> bool:
        """Only while something is under way."""
        if not session().runs:
            cls.poll_message_set("Nothing is being matted.")
        return bool(session().runs)

    def execute(self, _: Any) -> set[str]:
        """Cancel and return; the operators that wait report it."""
        session().cancel()
        return {"FINISHED"}
