# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture in the compositor's backdrop for a while: an image node in front of the viewer, taken away again."""

from typing import Any

import bpy
import numpy as np

NAME = "LFPNet Trimap Preview"
_FORMER, _MADE = "lfpnet_former", "lfpnet_made"


def is_previewing(tree: Any) -> bool:
    """Whether a preview is shown."""
    return tree is not None and NAME in tree.nodes


def show_preview(tree: Any, picture: np.ndarray) -> None:
    """Show a display-encoded picture, (h, w, 4) float32 with the lowest row first, in the viewer."""
    height, width = picture.shape[:2]
    image = bpy.data.images.get(NAME)
    if image is not None and tuple(image.size) != (width, height):
        bpy.data.images.remove(image)
        image = None
    if image is None:
        image = bpy.data.images.new(NAME, width, height, alpha=True)
    image.pixels.foreach_set(np.ascontiguousarray(picture).ravel())
    image.update()
    node = tree.nodes.get(NAME) or _new_node(tree)
    node.image = image


def hide_preview(tree: Any, matte_node: Any = None) -> None:
    """Take the preview away and give the viewer back what it showed, or the matte: a viewer keeps its last picture."""
    node = tree.nodes.get(NAME)
    if node is not None:
        viewers = [link.to_node for link in node.outputs[0].links]
        name, identifier = str(node.get(_FORMER, "\n")).split("\n")
        tree.nodes.remove(node)
        former = tree.nodes.get(name)
        sockets = [] if former is None else [found for found in former.outputs if found.identifier == identifier]
        if not sockets and matte_node is not None:
            sockets = [matte_node.outputs["Premultiplied"]]
        for viewer in viewers:
            if sockets:
                tree.links.new(sockets[0], viewer.inputs["Image"])
            elif viewer.get(_MADE):
                tree.nodes.remove(viewer)
    image = bpy.data.images.get(NAME)
    if image is not None:
        bpy.data.images.remove(image)


def connect_viewer(matte_node: Any) -> None:
    """Have a viewer show the matte, where none shows anything yet."""
    tree = matte_node.id_data
    viewer = _viewer(tree)
    if viewer is None:
        viewer = tree.nodes.new("CompositorNodeViewer")
        viewer.location = (matte_node.location[0] + matte_node.width + 80, matte_node.location[1] - 120)
        viewer.select = False
    if not viewer.inputs["Image"].is_linked:
        tree.links.new(matte_node.outputs["Premultiplied"], viewer.inputs["Image"])


def _new_node(tree: Any) -> Any:
    node = tree.nodes.new("CompositorNodeImage")
    node.name = node.label = NAME
    viewer = _viewer(tree)
    if viewer is None:
        viewer = tree.nodes.new("CompositorNodeViewer")
        viewer.location = (600, -300)
        viewer[_MADE] = True
    else:
        links = viewer.inputs["Image"].links
        if links:
            node[_FORMER] = f"{links[0].from_node.name}\n{links[0].from_socket.identifier}"
    node.location = (viewer.location[0] - 250, viewer.location[1] - 150)
    tree.links.new(node.outputs["Image"], viewer.inputs["Image"])
    former = tree.nodes.active
    tree.nodes.active = viewer  # of several viewers the backdrop shows the one that was active last
    if former is not None:
        tree.nodes.active = former
    return node


def _viewer(tree: Any) -> Any:
    viewers = [node for node in tree.nodes if node.bl_idname == "CompositorNodeViewer"]
    active = tree.nodes.active
    return active if active in viewers else next(iter(viewers), None)
