# SPDX-License-Identifier: GPL-3.0-or-later
"""What is linked into an input of the matte node: followed back through reroutes, with its size and its files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import bpy

from ..errors import ShotProblem
from ..exr import read_header
from ..sequence import ImageUser, file_number, numbered

#: Nodes that make Blender render the scene's objects.
RENDERING = ("R_LAYERS", "CRYPTOMATTE", "CRYPTOMATTE_V2")
#: Nodes that move or scale their picture, or give it another size.
_RESIZING = frozenset(
    {
        "CompositorNodeCornerPin",
        "CompositorNodeCrop",
        "CompositorNodeLensdist",
        "CompositorNodeMapUV",
        "CompositorNodeMovieDistortion",
        "CompositorNodePlaneTrackDeform",
        "CompositorNodeRotate",
        "CompositorNodeScale",
        "CompositorNodeStabilize",
        "CompositorNodeTransform",
        "CompositorNodeTranslate",
    }
)


class Upstream(NamedTuple):
    """An output socket, and the group nodes that it lies in, the outermost first."""

    node: Any
    socket: Any
    path: tuple[Any, ...] = ()


class Placed(NamedTuple):
    """A node, and the group nodes that it lies in, the outermost first."""

    node: Any
    path: tuple[Any, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """What the node is found by in a copy of the compositor."""
        return (*(group.name for group in self.path), self.node.name)


def upstream_of(node: Any, name: str, path: tuple[Any, ...] = ()) -> Upstream | None:
    """What feeds the node's input of that name, or None where nothing is linked."""
    found = node.inputs.get(name)
    while found is not None:
        fed = _feeding(found, path)
        if fed is None:
            return None
        if fed.node.bl_idname != "NodeReroute":
            return fed
        found, path = fed.node.inputs[0], fed.path
    return None


def nodes_above(*sources: Upstream) -> list[Placed]:
    """All nodes that the sockets depend on, nearest first, those in groups and around a group included."""
    found: dict[tuple[str, ...], Placed] = {}
    line, seen = list(sources), set()
    while line:
        source = line.pop(0)
        placed = Placed(source.node, source.path)
        key = (*placed.names, source.socket.identifier)
        if key in seen:
            continue
        seen.add(key)
        found.setdefault(placed.names, placed)
        line += _fed_by(source)
    return list(found.values())


def needs_render(nodes: list[Placed]) -> bool:
    """Whether these nodes want the scene's objects rendered."""
    return any(placed.node.type in RENDERING for placed in nodes)


def picture_size(scene: bpy.types.Scene, source: Upstream, frame: int) -> tuple[int, int]:
    """Width and height of the picture at a socket.

    That of the footage above it. Where nodes between scale or move it, or footage of several sizes meets, it is that of
    the scene's renders: there the picture is placed as the artist sees it.
    """
    above = nodes_above(source)
    sizes = {_footage_size(placed.node, frame) for placed in above if not placed.node.mute} - {None}
    is_placed = needs_render(above) or any(
        placed.node.bl_idname in _RESIZING and not placed.node.mute for placed in above
    )
    if len(sizes) == 1 and not is_placed:
        return next(size for size in sizes if size is not None)
    share = scene.render.resolution_percentage / 100
    return max(1, int(scene.render.resolution_x * share)), max(1, int(scene.render.resolution_y * share))


def frame_span(source: Upstream) -> tuple[int, int] | None:
    """First and last frame of the scene that the footage above a socket has; None where it has no end of its own."""
    spans = []
    for node, _ in nodes_above(source):
        if node.type == "MOVIECLIP" and node.clip is not None:
            spans.append((node.clip.frame_start, node.clip.frame_start + max(1, node.clip.frame_duration) - 1))
        elif node.type == "IMAGE" and node.image is not None and node.image.source in ("SEQUENCE", "MOVIE"):
            if node.use_cyclic:
                return None
            spans.append((node.frame_start, node.frame_start + max(1, node.frame_duration) - 1))
        elif node.type in RENDERING:
            return None
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def is_still(sources: Iterable[Upstream]) -> bool:
    """Whether nothing above the sockets can change from frame to frame: stills, and nodes without a key."""
    return not any(_moves(placed) for placed in nodes_above(*sources))


def image_user(node: Any) -> ImageUser:
    """What an Image node says about its sequence."""
    return ImageUser(node.frame_start, node.frame_duration, node.frame_offset, node.use_cyclic)


def image_file(node: Any, frame: int) -> Path:
    """The file that an Image node shows at a frame of the scene."""
    path = Path(bpy.path.abspath(node.image.filepath, library=node.image.library))
    return numbered(path, file_number(frame, image_user(node))) if node.image.source == "SEQUENCE" else path


def source_files(source: Upstream, frame: int) -> Iterator[Path]:
    """The files on disk that a socket shows at a frame."""
    for node, _ in nodes_above(source):
        if node.type == "IMAGE" and node.image is not None and node.image.source in ("FILE", "SEQUENCE", "MOVIE"):
            yield image_file(node, frame)
        elif node.type == "MOVIECLIP" and node.clip is not None:
            yield _clip_file(node.clip, frame)


def _feeding(socket: Any, path: tuple[Any, ...]) -> Upstream | None:
    """The output that is linked into a socket; the input of a group is looked up outside of it."""
    while True:
        links = [link for link in socket.links if link.is_valid and not link.is_muted]
        if not links:
            return None
        source = links[0].from_socket
        if source.node.bl_idname != "NodeGroupInput" or not path:
            return Upstream(source.node, source, path)
        socket = next((found for found in path[-1].inputs if found.identifier == source.identifier), None)
        path = path[:-1]
        if socket is None:
            return None


def _fed_by(source: Upstream) -> Iterator[Upstream]:
    """What an output socket depends on directly: in a group that one output of it, else every input of the node."""
    node, path = source.node, source.path
    inputs = list(node.inputs)
    if node.type == "GROUP" and node.node_tree is not None and not node.mute:
        path = (*path, node)
        leaves = [found for found in node.node_tree.nodes if found.bl_idname == "NodeGroupOutput"]
        leave = next((found for found in leaves if found.is_active_output), None)
        inputs = [] if leave is None else [at for at in leave.inputs if at.identifier == source.socket.identifier]
    for socket in inputs:
        fed = _feeding(socket, path)
        if fed is not None:
            yield fed


def _footage_size(node: Any, frame: int) -> tuple[int, int] | None:
    if node.type == "MOVIECLIP" and node.clip is not None and node.clip.size[0]:
        return int(node.clip.size[0]), int(node.clip.size[1])
    if node.type == "IMAGE" and node.image is not None:
        return _image_size(node, frame)
    return None


def _moves(placed: Placed) -> bool:
    node = placed.node
    if node.type in RENDERING or node.type == "TIME":
        return True
    if node.type == "IMAGE" and node.image is not None:
        return node.image.source in ("SEQUENCE", "MOVIE")
    if node.type == "MOVIECLIP":
        return True
    return has_keys(node.id_data) or (node.type == "MASK" and node.mask is not None and has_keys(node.mask))


def has_keys(block: Any) -> bool:
    """Whether anything of a datablock may change from frame to frame by keys or drivers."""
    data = block.animation_data
    return data is not None and (data.action is not None or bool(data.drivers) or bool(data.nla_tracks))


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
