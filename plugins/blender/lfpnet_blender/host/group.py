# SPDX-License-Identifier: GPL-3.0-or-later
"""The matte node: a node group of native nodes, so that a saved file renders without the add-on and the sidecar.

Until there is a result it hands its inputs through; then an Image node inside shows the EXR sequence of the shot.
"""

from pathlib import Path
from typing import Any

import bpy

from ..errors import ShotProblem
from ..sequence import result_user
from .tree import working_space

RESULT_NODE = "LFPNet Result"
PLATE, TRIMAP, EDGE = "Plate", "Trimap", "Edge"
_INPUTS = ((PLATE, "NodeSocketColor"), (TRIMAP, "NodeSocketFloat"))
_OUTPUTS = (
    ("Alpha", "NodeSocketFloat"),
    ("Foreground", "NodeSocketColor"),
    ("Background", "NodeSocketColor"),
    ("Premultiplied", "NodeSocketColor"),
)
#: Output of the group -> sockets of the Image node that may feed it, best first.
_RESULT_SOCKETS = {
    "Alpha": ("matte", "Alpha"),
    "Foreground": ("fg",),
    "Background": ("bg",),
    "Premultiplied": ("Combined", "Image"),
}


def new_group(name: str) -> Any:
    """Make the node group of a new shot."""
    group = bpy.data.node_groups.new(name, "CompositorNodeTree")
    for socket_name, kind in _INPUTS:
        group.interface.new_socket(name=socket_name, in_out="INPUT", socket_type=kind)
    for socket_name, kind in _OUTPUTS:
        group.interface.new_socket(name=socket_name, in_out="OUTPUT", socket_type=kind)
    entry, leave = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
    entry.location, leave.location = (-300, 0), (300, 0)
    _hand_through(group, entry, leave)
    return group


def remove_results(group: Any) -> None:
    """Show no results any more: hand the inputs through as a new node does."""
    node = group.nodes.get(RESULT_NODE)
    if node is None:
        return
    image = node.image
    group.nodes.remove(node)
    if image is not None and not image.users:
        bpy.data.images.remove(image)
    entry = next(found for found in group.nodes if found.bl_idname == "NodeGroupInput")
    _hand_through(group, entry, next(found for found in group.nodes if found.bl_idname == "NodeGroupOutput"))


def set_result_folder(group: Any, folder: Path, first_file: Path | None = None) -> None:
    """Show the same files in another folder, to which they were moved or linked."""
    node = group.nodes.get(RESULT_NODE)
    if node is None or node.image is None:
        return
    if node.image.users > 1:  # a copied group shares it with the first
        node.image = node.image.copy()
    file = first_file or folder / Path(bpy.path.abspath(node.image.filepath)).name
    node.image.filepath = _stored_path(file)
    node.image.reload()


def _hand_through(group: Any, entry: Any, leave: Any) -> None:
    group.links.new(entry.outputs[TRIMAP], leave.inputs["Alpha"])
    for name in ("Foreground", "Background", "Premultiplied"):
        group.links.new(entry.outputs[PLATE], leave.inputs[name])


def ensure_edge_input(group: Any) -> None:
    """Give the group a third input for an edge matte; it stays, so that no link is ever lost."""
    names = [item.name for item in group.interface.items_tree if getattr(item, "in_out", "") == "INPUT"]
    if EDGE not in names:
        group.interface.new_socket(name=EDGE, in_out="INPUT", socket_type="NodeSocketFloat")


def result_image(group: Any) -> Any:
    """The image that shows the group's results, or None before the first one."""
    node = group.nodes.get(RESULT_NODE)
    return None if node is None else node.image


def show_results(group: Any, first_file: Path, first: int, last: int, colour_space: str = "") -> None:
    """Show the files of frames `first` to `last`, numbered like the frames of the scene.

    Args:
        group: the shot's node group.
        first_file: the file of frame `first`; it must exist.
        first: first frame.
        last: last frame.
        colour_space: that of the files; empty takes the working space.

    Raises:
        ShotProblem: the file is no result of LFPNet.
    """
    node = group.nodes.get(RESULT_NODE)
    if node is None:
        node = group.nodes.new("CompositorNodeImage")
        node.name = node.label = RESULT_NODE
        node.location = (0, 0)
    node.image = _image(group, node.image, first_file, colour_space or working_space())
    user = result_user(first, last)
    node.frame_duration, node.frame_start, node.frame_offset = user.frame_duration, user.frame_start, user.frame_offset
    node.use_cyclic, node.use_auto_refresh = False, True
    _link(group, node)


def reload_results(group: Any) -> bool:
    """Read the files again; False where there is no result yet."""
    image = result_image(group)
    if image is None:
        return False
    image.reload()
    image.update_tag()
    # Neither makes the backdrop anew for an image inside a group; setting any property of a node does (4.3, 5.2).
    node = group.nodes[RESULT_NODE]
    node.frame_duration = node.frame_duration
    return True


def _image(group: Any, image: Any, first_file: Path, colour_space: str) -> Any:
    path = _stored_path(first_file)
    if image is None or image.users > 1:
        image = bpy.data.images.load(str(first_file), check_existing=False)
        image.name = f"{group.name.strip('.')} result"
    if image.filepath != path or image.source != "SEQUENCE":
        image.filepath = path
        image.source = "SEQUENCE"
    if image.colorspace_settings.name != colour_space:
        image.colorspace_settings.name = colour_space
    image.reload()
    return image


def _stored_path(path: Path) -> str:
    """Relative to the .blend where that is possible, so that both can move together."""
    if not bpy.data.filepath:
        return str(path)
    try:
        return bpy.path.relpath(str(path))
    except ValueError:  # another drive of Windows
        return str(path)


def _link(group: Any, node: Any) -> None:
    leave = next(found for found in group.nodes if found.bl_idname == "NodeGroupOutput")
    for name, candidates in _RESULT_SOCKETS.items():
        source = next((node.outputs[candidate] for candidate in candidates if candidate in node.outputs), None)
        if source is None:
            raise ShotProblem(
                f"{node.image.name} has no layer for {name} (it has {', '.join(node.outputs.keys())}): matte it again."
            )
        links = leave.inputs[name].links
        if not links or links[0].from_socket != source:
            group.links.new(source, leave.inputs[name])
