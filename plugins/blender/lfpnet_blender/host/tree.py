# SPDX-License-Identifier: GPL-3.0-or-later
"""The compositor of a scene, whose place differs between Blender 4.x and 5.x."""

import functools
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


def copy_scene(scene: bpy.types.Scene) -> tuple[bpy.types.Scene, Any]:
    """A copy of the scene with a compositor of its own; remove both with `remove_scene`."""
    copy = scene.copy()
    copy.name = ".lfpnet capture"
    if HAS_GROUP_COMPOSITOR:
        copy.compositing_node_group = scene.compositing_node_group.copy()
        return copy, copy.compositing_node_group
    return copy, copy.node_tree


def remove_scene(scene: bpy.types.Scene) -> None:
    """Remove a scene made by `copy_scene` with its compositor."""
    tree = scene.compositing_node_group if HAS_GROUP_COMPOSITOR else None
    bpy.data.scenes.remove(scene)
    if tree is not None:
        bpy.data.node_groups.remove(tree)


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
