# SPDX-License-Identifier: GPL-3.0-or-later
"""Reload, Show in Folder, Take Over Results."""

from typing import Any

import bpy
from bpy.props import StringProperty

from ..errors import ShotProblem
from ..host.group import reload_results
from ..session import session
from ..shot import active_shot
from .base import ShotOperator


class LFPNET_OT_reload(ShotOperator, bpy.types.Operator):
    """Read the results from disk again, close gaps and look up which frames are done"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.reload"
    bl_label = "Reload"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        """Order it; with windows the news come by the timer."""
        try:
            shot = self.shot(context)
        except ShotProblem as problem:
            return self.fail(problem)
        reload_results(shot.group)
        session().close_gaps(shot)
        session().look_up_states(shot)
        if bpy.app.background:
            session().wait()
        return {"FINISHED"}


class LFPNET_OT_show_in_folder(ShotOperator, bpy.types.Operator):
    """Open the folder of this shot's mattes"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.show_in_folder"
    bl_label = "Show in Folder"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})

    @classmethod
    def reason(cls, context: Any) -> str:
        """Before the first matte there is no folder."""
        shot = active_shot(context)
        if shot is not None and not shot.folder().is_dir():
            return f"The folder {shot.folder()} does not exist yet: matte a frame first."
        return super().reason(context)

    def execute(self, context: Any) -> set[str]:
        """Ask the desktop."""
        try:
            bpy.ops.wm.path_open(filepath=str(self.shot(context).folder()))
        except (ShotProblem, RuntimeError) as problem:
            return self.fail(problem)
        return {"FINISHED"}


class LFPNET_OT_take_over(ShotOperator, bpy.types.Operator):
    """Make the results in this folder those of this node; the node that made them does not count them any more"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.take_over"
    bl_label = "Take Over Results"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> set[str]:
        """Ask first."""
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: Any) -> set[str]:
        """Write their records anew."""
        try:
            shot = self.shot(context)
            count = shot.results().take_over()
        except (ShotProblem, OSError) as problem:
            return self.fail(problem)
        session().said.pop(shot.name, None)
        session().close_gaps(shot)
        session().look_up_states(shot)
        if bpy.app.background:
            session().wait()
        self.report({"INFO"}, f"{count} results in {shot.folder()} belong to {shot.title} now.")
        return {"FINISHED"}
