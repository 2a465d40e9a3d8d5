# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the sidecar, open the preferences, choose weights."""

from typing import Any

import bpy
from bpy.props import StringProperty

from ..errors import ShotProblem
from ..session import session
from .base import ShotOperator


class LFPNET_OT_connect(bpy.types.Operator):
    """Find or start the sidecar, to see which weights and devices it has"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.connect"
    bl_label = "Start Sidecar"

    def execute(self, _: Any) -> set[str]:
        """Order it and return."""
        session().connect()
        return {"FINISHED"}


class LFPNET_OT_open_preferences(bpy.types.Operator):
    """Open the preferences of this extension: where the sidecar is, where mattes go, a test of the connection"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.open_preferences"
    bl_label = "LFPNet Preferences"

    def execute(self, _: Any) -> set[str]:
        """Show them in Blender's own window."""
        try:
            bpy.ops.preferences.addon_show(module=__package__.removesuffix(".operators"))
        except RuntimeError as problem:
            self.report({"ERROR"}, f"The preferences cannot be shown ({problem}): Edit > Preferences > Add-ons.")
            return {"CANCELLED"}
        return {"FINISHED"}


class LFPNET_OT_choose_weights(ShotOperator, bpy.types.Operator):
    """Use these weights for this shot"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.choose_weights"
    bl_label = "Weights"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender reads it from the class

    node: StringProperty(name="Node", options={"SKIP_SAVE"})
    model: StringProperty(name="Weights", options={"SKIP_SAVE"})

    def execute(self, context: Any) -> set[str]:
        """Set the name."""
        try:
            self.shot(context).settings.model = self.model
        except ShotProblem as problem:
            return self.fail(problem)
        return {"FINISHED"}
