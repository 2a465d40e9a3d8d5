# SPDX-License-Identifier: GPL-3.0-or-later
"""A short text that changes when the nodes above a socket change, without rendering them: footage, sliders, masks.

It describes the present frame only and serves the panel; whether a frame is really done is decided by its pixels.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from .upstream import nodes_above

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


def signature_of(*sockets: Any) -> str:
    """The signature of what feeds these sockets at the present frame."""
    digest = hashlib.blake2b(digest_size=12)
    for node in nodes_above(*sockets):
        for line in _node_lines(node):
            digest.update(line.encode("utf-8", "replace"))
    return digest.hexdigest()


def _node_lines(node: Any) -> Iterator[str]:
    yield f"{node.bl_idname} {node.mute}"
    yield from _simple_values(node)
    for socket in node.inputs:
        yield f"{socket.identifier} {_text(getattr(socket, 'default_value', None))}"
        yield from (f"{link.from_node.name} {link.from_socket.identifier}" for link in socket.links)
    if node.type == "MASK" and node.mask is not None:
        yield from _mask_lines(node.mask)
    if node.type == "GROUP" and node.node_tree is not None:
        for inner in node.node_tree.nodes:
            yield from _node_lines(inner)


def _simple_values(node: Any) -> Iterator[str]:
    hidden = {name for name in ("layer", "view") if not getattr(node, f"has_{name}s", True)}  # to read them would warn
    for about in node.bl_rna.properties:
        if about.is_readonly or about.identifier in _APPEARANCE | hidden or about.identifier.startswith("bl_"):
            continue
        if about.type in _SIMPLE:
            yield f"{about.identifier} {_text(getattr(node, about.identifier))}"
        elif about.type == "POINTER" and about.identifier in ("image", "clip", "mask", "scene"):
            yield f"{about.identifier} {getattr(getattr(node, about.identifier), 'name_full', None)}"


def _mask_lines(mask: Any) -> Iterator[str]:
    for layer in mask.layers:
        yield f"{layer.name} {layer.alpha} {layer.blend} {layer.invert} {layer.falloff} {layer.hide_render}"
        for spline in layer.splines:
            yield f"{spline.use_cyclic} {spline.use_fill} {spline.offset_mode} {spline.weight_interpolation}"
            for point in spline.points:
                handles = (*point.co, *point.handle_left, *point.handle_right, point.weight)
                yield " ".join(f"{value:.6f}" for value in handles)
                yield from (f"{feather.u:.5f} {feather.weight:.5f}" for feather in point.feather_points)


def _text(value: Any) -> str:
    if isinstance(value, (str, int, float, bool)) or value is None:
        return str(value)
    try:
        return " ".join(f"{part:.6f}" if isinstance(part, float) else str(part) for part in value)
    except TypeError:
        return str(getattr(value, "name_full", ""))
