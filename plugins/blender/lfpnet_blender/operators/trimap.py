# SPDX-License-Identifier: GPL-3.0-or-later
"""Preview Trimap: the trimap as overlay colours in the backdrop, on and off."""

from typing import Any

import bpy
from bpy.props import IntProperty, StringProperty

from ..errors import ShotProblem
from ..host.preview import hide_preview, is_previewing
from ..host.tree import compositor_tree
from ..session import session
from ..shot import active_shot
from .base import ShotOperator


class LFPNET_OT_preview_trimap(ShotOperator, bpy.types.Operator):
    """Show the trimap over the plate in the backdrop: green is foreground, amber is unknown, dim is background"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.preview_trimap"
    bl_label = "Preview Trimap"

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    frame: IntProperty(name="Frame", default=-1, options={"SKIP_SAVE"})

    @classmethod
    def reason(cls, context: Any) -> str:
        """Not linked; to hide it is always possible."""
        if is_previewing(compositor_tree(context.scene)):
            return ""
        shot = active_shot(context)
        return super().reason(context) if shot is None else shot.problem()

    @classmethod
    def description(cls, context: Any, _: Any) -> str:
        """The tool-tip says what a click does now."""
        if is_previewing(compositor_tree(context.scene)):
            return "Take the trimap out of the backdrop: the viewer shows what it showed before"
        return str(cls.__doc__)

    def execute(self, context: Any) -> set[str]:
        """Show it, or hide it where it is shown."""
        tree = compositor_tree(context.scene)
        if is_previewing(tree):
            session().end_preview()
            shot = active_shot(context)
            hide_preview(tree, shot.node if shot is not None and not shot.path else None)
            return {"FINISHED"}
        try:
            session().preview(self.shot(context), context.scene.frame_current if self.frame < 0 else self.frame)
        except ShotProblem as problem:
            return self.fail(problem)
        space = context.space_data
        if space is not None and space.type == "NODE_EDITOR":
            space.show_backdrop = True
        if bpy.app.background:
            session().wait()
        return {"FINISHED"}
