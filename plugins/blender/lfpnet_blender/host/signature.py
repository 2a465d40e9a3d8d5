# SPDX-License-Identifier: GPL-3.0-or-later
"""A short text that changes when the nodes above a socket change, without rendering them: footage, sliders, masks.

It serves the panel; whether a frame is really done is decided by its pixels. What only a render could tell (objects of
the scene, tracking data) makes it unknown.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from .at_frame import FrameReader
from .pixels import read_stored
from .upstream import RENDERING, Placed, Upstream, has_keys, nodes_above

_SIMPLE = ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")
#: How a node looks in the editor changes no pixel.
_APPEARANCE = frozenset(
    {
        "name",
        "label",
        "location",
        "location_absolute",
        "width",
        "width_hidden",
        "height",
        "dimensions",
        "select",
        "hide",
        "color",
        "use_custom_color",
        "show_options",
        "show_preview",
        "show_texture",
        "warning_propagation",
        "parent",
        "active_preview",
        "bl_icon",
    }
)


#: Nodes that show what Python cannot look at cheaply: objects, tracking data.
_OPAQUE = frozenset(
    {
        "CompositorNodeKeyingScreen",
        "CompositorNodeMovieDistortion",
        "CompositorNodePlaneTrackDeform",
        "CompositorNodeStabilize",
        "CompositorNodeTrackPos",
    }
)
UNKNOWN = ""


class Signatures:
    """The signatures of what feeds some sockets; what does not change from frame to frame is looked at once."""

    def __init__(self, *sources: Upstream) -> None:
        """Look at nothing yet."""
        self._above = nodes_above(*sources)
        self._moving = [placed for placed in self._above if _may_move(placed)]
        self._is_known = not any(_is_opaque(placed.node) for placed in self._above)
        self._still: Any = None

    def at(self, reader: FrameReader) -> str:
        """The signature at the frame where the reader stands; `UNKNOWN` where only a render could tell."""
        if not self._is_known:
            return UNKNOWN
        if self._still is None:
            self._still = hashlib.blake2b(digest_size=12)
            _feed(self._still, _still_lines(self._above, reader))
        digest = self._still.copy()
        for placed in self._moving:
            _feed(digest, _node_lines(reader.node(placed)))
            if placed.node.type == "MASK" and placed.node.mask is not None:
                _feed_mask(digest, reader.data(placed.node.mask))
        return digest.hexdigest()


def _feed(digest: Any, lines: Iterator[str]) -> None:
    for line in lines:
        digest.update(line.encode("utf-8", "replace"))


def _may_move(placed: Placed) -> bool:
    return placed.node.type == "MASK" or has_keys(placed.node.id_data)


def _is_opaque(node: Any) -> bool:
    return node.type in RENDERING or node.bl_idname in _OPAQUE


def _still_lines(above: list[Placed], reader: FrameReader) -> Iterator[str]:
    """What holds for every frame: nodes without keys, and how all are linked."""
    for placed in above:
        node = placed.node
        yield from (f"{link.from_node.name} {link.from_socket.identifier}" for at in node.inputs for link in at.links)
        if not _may_move(placed):
            yield from _node_lines(reader.node(placed))
        if node.type == "IMAGE" and node.image is not None and _is_in_memory(node.image):
            yield _memory_line(node.image)
        if node.type == "MASK" and node.mask is not None:
            yield from _still_mask_lines(node.mask)


def _node_lines(node: Any) -> Iterator[str]:
    yield f"{node.bl_idname} {node.mute}"
    yield from _simple_values(node)
    yield from (f"{socket.identifier} {_text(getattr(socket, 'default_value', None))}" for socket in node.inputs)


def _is_in_memory(image: Any) -> bool:
    """Whether the pixels are not those of a file: painted, generated or packed."""
    return image.source == "GENERATED" or image.is_dirty or image.packed_file is not None


def _memory_line(image: Any) -> str:
    """Sums of rows and columns: every stroke of a brush changes them, and they cost little."""
    if not image.size[0]:
        return "no pixels"
    levels = read_stored(image).view(np.uint32)
    sums = [levels.sum(axis=axis, dtype=np.uint64).tobytes() for axis in (0, 1)]
    return hashlib.blake2b(b"".join(sums), digest_size=12).hexdigest()


def _simple_values(node: Any) -> Iterator[str]:
    hidden = {name for name in ("layer", "view") if not getattr(node, f"has_{name}s", True)}  # to read them would warn
    for about in node.bl_rna.properties:
        if about.is_readonly or about.identifier in _APPEARANCE | hidden or about.identifier.startswith("bl_"):
            continue
        if about.type in _SIMPLE:
            yield f"{about.identifier} {_text(getattr(node, about.identifier))}"
        elif about.type == "POINTER" and about.identifier in ("image", "clip", "mask", "scene"):
            yield f"{about.identifier} {getattr(getattr(node, about.identifier), 'name_full', None)}"


def _still_mask_lines(mask: Any) -> Iterator[str]:
    """Feather points and parents: no key moves them, though a tracked parent does."""
    for layer in mask.layers:
        for point in (point for spline in layer.splines for point in spline.points):
            yield from (f"{feather.u:.5f} {feather.weight:.5f}" for feather in point.feather_points)
            if point.parent.id is not None:
                yield f"{point.parent.type} {point.parent.parent} {point.parent.sub_parent}"
                yield from _track_lines(point.parent)


def _track_lines(parent: Any) -> Iterator[str]:
    """Every marker of the track that moves a point."""
    tracking = parent.id.tracking.objects.get(parent.parent) or parent.id.tracking
    for track in [track for track in tracking.tracks if track.name == (parent.sub_parent or parent.parent)]:
        yield from (f"{marker.frame} {_text(marker.co)} {marker.mute}" for marker in track.markers)


def _feed_mask(digest: Any, mask: Any) -> None:
    for layer in mask.layers:
        line = f"{layer.name} {layer.alpha} {layer.blend} {layer.invert} {layer.falloff} {layer.hide_render}"
        digest.update(line.encode("utf-8", "replace"))
        for spline in layer.splines:
            about = f"{spline.use_cyclic} {spline.use_fill} {spline.offset_mode} {spline.weight_interpolation}"
            digest.update(about.encode())
            for name, width in (("co", 2), ("handle_left", 2), ("handle_right", 2), ("weight", 1)):
                values = np.empty(len(spline.points) * width, np.float32)
                spline.points.foreach_get(name, values)
                digest.update(np.round(values, 6).tobytes())


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return str(value)
    try:
        return " ".join(f"{part:.6f}" if isinstance(part, float) else str(part) for part in value)
    except TypeError:
        return str(getattr(value, "name_full", ""))
