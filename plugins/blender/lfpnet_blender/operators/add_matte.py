# SPDX-License-Identifier: GPL-3.0-or-later
"""Add > Keying > LFPNet Matte: a matte node behind the selected footage."""

from typing import Any

import bpy
from bpy.props import StringProperty

from ..host.group import PLATE, TRIMAP, new_group
from ..host.tree import compositor_tree, ensure_compositor_tree
from ..ownership import give_identity, separate_copies
from ..session import session

#: Nodes that give a matte rather than a picture.
_MASKS = ("MASK", "COLOR_MATTE", "CHROMA_MATTE", "DIFF_MATTE", "DISTANCE_MATTE", "CHANNEL_MATTE", "LUMA_MATTE")


class LFPNET_OT_add_matte(bpy.types.Operator):
    """Add a matte node behind the selected footage; select a mask as well to link both"""  # noqa: D415 - a tool-tip

    bl_idname = "lfpnet.add_matte"
    bl_label = "LFPNet Matte"
    bl_options = {"REGISTER", "UNDO"}  # noqa: RUF012 - Blender reads it from the class

    plate: StringProperty(name="Plate", description="Name of the node that gives the plate")
    trimap: StringProperty(name="Trimap", description="Name of the node that gives the mask")

    @classmethod
    def poll(cls, context: Any) -> bool:
        """In the compositor itself, not inside one of its groups."""
        space = context.space_data
        if space is None or space.type != "NODE_EDITOR":
            return True
        if space.tree_type != "CompositorNodeTree":
            cls.poll_message_set("This is not the compositor: open it in the node editor.")
            return False
        tree = compositor_tree(context.scene)
        if space.edit_tree is not None and tree is not None and space.edit_tree != tree:
            cls.poll_message_set("The matte node works in the compositor itself: leave the group with Tab.")
            return False
        return True

    def invoke(self, context: Any, event: Any) -> set[str]:
        """Remember where the mouse is: a node without footage goes there."""
        space, region = context.space_data, context.region
        if space is not None and space.type == "NODE_EDITOR" and region is not None and region.type == "WINDOW":
            space.cursor_location_from_region(event.mouse_region_x, event.mouse_region_y)
        return self.execute(context)

    def execute(self, context: Any) -> set[str]:
        """Make group and node, link what is selected."""
        separate_copies()
        tree = ensure_compositor_tree(context.scene)
        selected = [node for node in tree.nodes if node.select]
        plate = tree.nodes.get(self.plate) if self.plate else _first(selected, is_mask=False)
        mask = tree.nodes.get(self.trimap) if self.trimap else _first(selected, is_mask=True)
        node = _add_node(tree, _shot_name(plate))
        _place(node, plate, context)
        if plate is not None:
            tree.links.new(plate.outputs[0], node.inputs[PLATE])
        if mask is not None:
            tree.links.new(mask.outputs[0], node.inputs[TRIMAP])
        session().connect()
        return {"FINISHED"}


def _first(nodes: list[Any], *, is_mask: bool) -> Any:
    fitting = [node for node in nodes if node.outputs and (node.type in _MASKS) == is_mask]
    return fitting[0] if fitting else None


def _shot_name(plate: Any) -> str:
    """Call the shot like its footage."""
    footage = getattr(plate, "image", None) or getattr(plate, "clip", None)
    stem = footage.name.split(".")[0] if footage is not None else ""
    return f"LFPNet {stem}".strip()


def _add_node(tree: Any, name: str) -> Any:
    group = new_group(f".{name}")  # hidden: Add > Group would offer the group of this shot to another one
    group.lfpnet.is_shot = True
    node = tree.nodes.new("CompositorNodeGroup")
    node.node_tree = group
    node.name = name
    node.label = node.name
    node.width = 220
    give_identity(group, node)
    return node


def _place(node: Any, plate: Any, context: Any) -> None:
    tree = node.id_data
    for other in tree.nodes:
        other.select = other == node
    tree.nodes.active = node
    if plate is not None:
        node.location = (plate.location[0] + plate.width + 80, plate.location[1])
    elif context.space_data is not None and context.space_data.type == "NODE_EDITOR":
        node.location = context.space_data.cursor_location
