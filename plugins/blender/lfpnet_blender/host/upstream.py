# SPDX-License-Identifier: GPL-3.0-or-later
"""What is linked into an input of the matte node: followed back through reroutes, with its size and its files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..errors import ShotProblem
from ..exr import read_header
from ..sequence import ImageUser, file_number, numbered

#: Nodes that make Blender render the scene's objects.
RENDERING = ("R_LAYERS", "CRYPTOMATTE", "CRYPTOMATTE_V2")


class Upstream(NamedTuple):
    """The output socket that feeds an input."""

    node: Any
    socket: Any


def upstream_of(node: Any, name: str) -> Upstream | None:
    """What feeds the node's input of that name, or None where nothing is linked."""
    found = node.inputs.get(name)
    while found is not None:
        links = [link for link in found.links if link.is_valid and not link.is_muted]
        if not links:
            return None
        socket = links[0].from_socket
        if socket.node.bl_idname != "NodeReroute":
            return Upstream(socket.node, socket)
        found = socket.node.inputs[0]
    return None


def nodes_above(*sockets: Any) -> list[Any]:
    """All nodes that the sockets depend on, nearest first."""
    found, names, line = [], set(), [socket.node for socket in sockets]
    while line:
        node = line.pop(0)
        if node.name in names:
            continue
        names.add(node.name)
        found.append(node)
        line += [link.from_node for socket in node.inputs for link in socket.links]
    return found


def needs_render(nodes: list[Any]) -> bool:
    """Whether these nodes, or those in their groups, want the scene's objects rendered."""
    return any(node.type in RENDERING for node in nodes) or any(
        needs_render(list(node.node_tree.nodes)) for node in nodes if node.type == "GROUP" and node.node_tree
    )


def picture_size(scene: bpy.types.Scene, socket: Any, frame: int) -> tuple[int, int]:
    """Width and height of the nearest footage above a socket, else of the scene's renders."""
    for node in nodes_above(socket):
        if node.type == "MOVIECLIP" and node.clip is not None and node.clip.size[0]:
            return int(node.clip.size[0]), int(node.clip.size[1])
        if node.type == "IMAGE" and node.image is not None:
            return _image_size(node, frame)
    share = scene.render.resolution_percentage / 100
    return max(1, int(scene.render.resolution_x * share)), max(1, int(scene.render.resolution_y * share))


def image_user(node: Any) -> ImageUser:
    """What an Image node says about its sequence."""
    return ImageUser(node.frame_start, node.frame_duration, node.frame_offset, node.use_cyclic)


def image_file(node: Any, frame: int) -> Path:
    """The file that an Image node shows at a frame of the scene."""
    path = Path(bpy.path.abspath(node.image.filepath, library=node.image.library))
    return numbered(path, file_number(frame, image_user(node))) if node.image.source == "SEQUENCE" else path


def source_files(socket: Any, frame: int) -> Iterator[Path]:
    """The files on disk that a socket shows at a frame."""
    for node in nodes_above(socket):
        if node.type == "IMAGE" and node.image is not None and node.image.source in ("FILE", "SEQUENCE", "MOVIE"):
            yield image_file(node, frame)
        elif node.type == "MOVIECLIP" and node.clip is not None:
            yield _clip_file(node.clip, frame)


def _image_size(node: Any, frame: int) -> tuple[int, int]:
    width, height = node.image.size
    if width and height:
        return int(width), int(height)
    path = image_file(node, frame)  # a multi-layer image says 0 x 0
    if path.suffix.lower() != ".exr" or not path.exists():
        raise ShotProblem(f"The image {node.image.name} has no size, perhaps {path} is missing: reload it.")
    return read_header(path).size


def _clip_file(clip: Any, frame: int) -> Path:
    path = Path(bpy.path.abspath(clip.filepath, library=clip.library))
    if clip.source != "SEQUENCE":
        return path
    digits = "".join(character for character in path.stem[::-1].split(".")[0][::-1] if character.isdigit())
    return numbered(path, int(digits or 0) + frame - clip.frame_start + clip.frame_offset)
