# SPDX-License-Identifier: GPL-3.0-or-later
"""Roto shapes of a JSON file as Blender masks: each closed spline becomes a layer with the very same curve.

A Catmull-Rom spline is a Bezier spline whose handles lie a sixth of the way between a vertex's neighbours. Mask
coordinates are those of a square about the picture's centre whose side is the longer side of the picture, y up.
"""

import json
from pathlib import Path

import bpy


def roto_masks(path: Path) -> dict[str, bpy.types.Mask]:
    """The masks `core` and `edge` of a file of shapes; see `lfpnet/trimap/shapes.py` for the file."""
    content = json.loads(path.read_text())
    masks = {}
    for shape in content["shapes"]:
        role, _, hole = shape["role"].partition("_")
        if role not in masks:
            masks[role] = bpy.data.masks.new(role.capitalize())
        layer = masks[role].layers.new(name=shape["role"])
        layer.blend = "SUBTRACT" if hole else "MERGE_ADD"
        _draw(layer, shape, (content["width"], content["height"]))
    return masks


def _draw(layer: bpy.types.MaskLayer, shape: dict, size: tuple[int, int]) -> None:
    vertices, is_smooth = shape["points"], shape.get("is_smooth", True)
    spline = layer.splines.new()
    spline.use_cyclic = True
    spline.points.add(len(vertices) - 1)  # it has one already
    for index, point in enumerate(spline.points):
        here, before = vertices[index], vertices[index - 1]
        after = vertices[(index + 1) % len(vertices)]
        reach = [(b - a) / 6 if is_smooth else 0.0 for a, b in zip(before, after, strict=True)]
        point.co = _place(here[0], here[1], size)
        point.handle_left_type = point.handle_right_type = "FREE"
        point.handle_left = _place(here[0] - reach[0], here[1] - reach[1], size)
        point.handle_right = _place(here[0] + reach[0], here[1] + reach[1], size)


def _place(x: float, y: float, size: tuple[int, int]) -> tuple[float, float]:
    width, height = size
    longest = max(size)
    return (x - width / 2) / longest + 0.5, (height / 2 - y) / longest + 0.5
