# SPDX-License-Identifier: GPL-3.0-or-later
"""What all operators share: a grey button always says why, and an error is a sentence."""

from typing import Any

from ..errors import ShotProblem
from ..ownership import separate_copies
from ..shot import Shot, active_shot, find_shot, find_shots

NO_SHOT = "There is no matte node here: add one with Add > Keying > LFPNet Matte."
NOT_CHOSEN = "There are several matte nodes: select one."


class ShotOperator:
    """Mixed into operators that work on a shot; such an operator has a property `node`."""

    bl_options = {"REGISTER"}  # noqa: RUF012 - Blender reads it from the class

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Whether it can be used now; where not, the tool-tip says why."""
        reason = cls.reason(context)
        if reason:
            cls.poll_message_set(reason)  # type: ignore[attr-defined] - of bpy.types.Operator
        return not reason

    @classmethod
    def reason(cls, context: Any) -> str:
        """Why not, or nothing. A script may name one of several nodes, so not to have chosen is no reason yet."""
        return "" if find_shots(context.scene) else NO_SHOT

    def shot(self, context: Any) -> Shot:
        """The shot that is meant.

        Raises:
            ShotProblem: there is none, or it is not clear which.
        """
        separate_copies()
        name = getattr(self, "node", "")
        if name:
            found = find_shot(context.scene, name)
            if found is None:
                raise ShotProblem(f"There is no matte node called {name} in {context.scene.name}: check the name.")
            return found
        found = active_shot(context)
        if found is None:
            raise ShotProblem(NOT_CHOSEN if find_shots(context.scene) else NO_SHOT)
        return found

    def fail(self, problem: Exception | str) -> set[str]:
        """Report a sentence and end."""
        self.report({"ERROR"}, str(problem))  # type: ignore[attr-defined] - of bpy.types.Operator
        return {"CANCELLED"}
