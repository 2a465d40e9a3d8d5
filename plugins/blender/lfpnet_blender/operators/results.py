# SPDX-License-Identifier: GPL-3.0-or-later
"""Reload, Show in Folder."""

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
