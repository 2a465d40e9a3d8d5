# SPDX-License-Identifier: GPL-3.0-or-later
"""The compositor of a scene, whose place differs between Blender 4.x and 5.x."""

import functools
from collections.abc import Sequence
from typing import Any

import bpy

from .version import HAS_GROUP_COMPOSITOR


def compositor_tree(scene: bpy.types.Scene) -> Any:
    """The scene's compositor, or None where there is none."""
    if HAS_GROUP_COMPOSITOR:
        return scene.compositing_node_group
    return scene.node_tree if scene.use_nodes else None


def ensure_compositor_tree(scene: bpy.types.Scene) -> Any:
    """The scene's compositor, made with an output that shows what the camera sees where there is none."""
    tree = compositor_tree(scene)
    if tree is not None:
        return tree
    if not HAS_GROUP_COMPOSITOR:
        scene.use_nodes = True
        return scene.node_tree
    tree = bpy.data.node_groups.new(f"{scene.name} Compositor", "CompositorNodeTree")
    tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    layers, output = tree.nodes.new("CompositorNodeRLayers"), tree.nodes.new("NodeGroupOutput")
    output.location = (600, 0)
    tree.links.new(layers.outputs["Image"], output.inputs[0])
    scene.compositing_node_group = tree
    return tree


class SceneCopy:
    """A copy of a scene with a compositor of its own, in which anything may be changed; end it with `remove`.

    Attributes:
        scene: the copy.
        tree: its compositor.
    """

    def __init__(self, scene: bpy.types.Scene) -> None:
        """Copy it; groups inside of the compositor are shared until `own` is called."""
        self._original = scene
        self._groups: list[Any] = []
        self.scene = scene.copy()
        self.scene.name = ".lfpnet capture"
        if HAS_GROUP_COMPOSITOR:
            self.scene.compositing_node_group = scene.compositing_node_group.copy()
            self.tree = self.scene.compositing_node_group
            self._groups.append(self.tree)
        else:
            self.tree = self.scene.node_tree

    def node(self, names: Sequence[str]) -> Any:
        """The copy of a node, by the names of the groups around it and its own; those groups become copies too."""
        tree = self.tree
        for name in names[:-1]:
            tree = self._own(tree.nodes[name])
        return tree.nodes[names[-1]]

    def output(self, names: Sequence[str], index: int) -> Any:
        """An output socket in the compositor itself that gives what an output of a node gives."""
        node = self.node(names)
        socket = node.outputs[index]
        for depth in range(len(names) - 1, 0, -1):
            socket = _lead_out(self.node(names[:depth]), socket)
        return socket

    def adopt(self, node: Any) -> None:
        """Have a node that renders the scene render the copy, or Blender sets the artist's scene to its frame."""
        if getattr(node, "scene", None) == self._original:
            node.scene = self.scene

    def empty(self) -> None:
        """Take the objects out, so that they need not be evaluated."""
        for child in list(self.scene.collection.children):
            self.scene.collection.children.unlink(child)
        for thing in list(self.scene.collection.objects):
            self.scene.collection.objects.unlink(thing)

    def remove(self) -> None:
        """Remove the copy and everything that was made for it."""
        bpy.data.scenes.remove(self.scene)
        for group in reversed(self._groups):
            bpy.data.node_groups.remove(group)

    def _own(self, node: Any) -> Any:
        if node.node_tree not in self._groups:
            node.node_tree = node.node_tree.copy()
            self._groups.append(node.node_tree)
        return node.node_tree


def _lead_out(group_node: Any, socket: Any) -> Any:
    """Make an output of a group, which is a copy, that gives what a socket inside gives."""
    tree = group_node.node_tree
    kind = "NodeSocketFloat" if socket.type == "VALUE" else "NodeSocketColor"
    item = tree.interface.new_socket(name="LFPNet capture", in_out="OUTPUT", socket_type=kind)
    leaves = [found for found in tree.nodes if found.bl_idname == "NodeGroupOutput"]
    leave = next((found for found in leaves if found.is_active_output), None) or tree.nodes.new("NodeGroupOutput")
    tree.links.new(socket, next(found for found in leave.inputs if found.identifier == item.identifier))
    return next(found for found in group_node.outputs if found.identifier == item.identifier)


def working_space() -> str:
    """The name of the scene-linear space that the compositor works in."""
    colourspace = getattr(bpy.data, "colorspace", None)
    return _fixed_working_space() if colourspace is None else colourspace.working_space


@functools.cache
def _fixed_working_space() -> str:
    """That of 4.x, the same for every file; asked once, as the asking counts as a change of the file."""
    probe = bpy.data.images.new(".lfpnet", 1, 1, float_buffer=True)  # 4.x names the space only on a float image
    try:
        return probe.colorspace_settings.name
    finally:
        bpy.data.images.remove(probe)
