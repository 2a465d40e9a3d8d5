# SPDX-License-Identifier: GPL-3.0-or-later
"""Pixels of any socket of the compositor: a copy of the scene, a File Output node behind the socket, one render.

In background the Viewer cannot be read, movie clips and multi-layer images never give their pixels; a File Output
node gives all of them, exactly as the compositor sees them. The artist's own scene is not touched.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..errors import ShotProblem
from ..exr import read_channels
from .tree import copy_scene, remove_scene
from .upstream import needs_render, nodes_above
from .version import HAS_GROUP_COMPOSITOR

#: Whether a capture renders now: the plugin's own handlers leave it alone.
is_capturing = False


def capture(
    scene: bpy.types.Scene, sockets: Mapping[str, Any], frame: int, size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Evaluate output sockets at a frame.

    Args:
        scene: the scene whose compositor holds the sockets.
        sockets: by name, letters only.
        frame: of the scene.
        size: width and height of the render.

    Returns:
        By the same names (h, w, 4) for colours, linear and premultiplied as the compositor has them, and (h, w) for
        values; float32, top row first.

    Raises:
        ShotProblem: Blender cannot render, or wrote nothing.
    """
    global is_capturing  # noqa: PLW0603 - handlers have no other way to know
    copy, tree = copy_scene(scene)
    try:
        is_capturing = True
        with tempfile.TemporaryDirectory(prefix="lfpnet-capture-") as folder:
            _prepare(copy, tree, sockets, size, Path(folder))
            _render(copy, frame, Path(folder))
            return _read(Path(folder), sockets, frame)
    finally:
        is_capturing = False
        remove_scene(copy)


def _prepare(
    scene: bpy.types.Scene, tree: Any, sockets: Mapping[str, Any], size: tuple[int, int], folder: Path
) -> None:
    """Leave only the nodes above the sockets, with one File Output node behind them."""
    kept = nodes_above(*sockets.values())
    names = {node.name for node in kept}
    for node in list(tree.nodes):
        if node.name not in names:
            tree.nodes.remove(node)
    output = _file_output(tree, sockets, folder)
    for index, socket in enumerate(sockets.values()):
        twin = tree.nodes[socket.node.name].outputs[list(socket.node.outputs).index(socket)]
        tree.links.new(twin, output.inputs[index])
    if not needs_render(kept):
        _empty(scene)
    elif scene.camera is None:
        raise ShotProblem("The matte node is fed by Render Layers, but the scene has no camera: add one.")
    _set_render(scene, size)


def _empty(scene: bpy.types.Scene) -> None:
    """Take the objects out of the copy, so that they need not be evaluated."""
    for child in list(scene.collection.children):
        scene.collection.children.unlink(child)
    for thing in list(scene.collection.objects):
        scene.collection.objects.unlink(thing)


def _set_render(scene: bpy.types.Scene, size: tuple[int, int]) -> None:
    render = scene.render
    render.resolution_x, render.resolution_y, render.resolution_percentage = *size, 100
    render.use_border = render.use_multiview = render.use_sequencer = False
    render.use_compositing = True
    render.compositor_device, render.compositor_precision = "CPU", "FULL"
    render.pixel_aspect_x = render.pixel_aspect_y = 1.0


def _render(scene: bpy.types.Scene, frame: int, folder: Path) -> None:
    """Render one frame as an animation, for a still would take the frame of the scene that is shown.

    Not within `temp_override`: then Blender touches Python without its lock while the worker's thread runs, and dies.
    """
    scene.frame_start = scene.frame_end = frame
    scene.frame_step = 1
    scene.render.filepath = str(folder / "unused")
    scene.render.image_settings.file_format = "BMP"  # Blender insists on a picture; this one is written fastest
    scene.render.use_file_extension = scene.render.use_overwrite = True
    scene.render.use_placeholder = False
    try:
        bpy.ops.render.render(animation=True, scene=scene.name)
    except RuntimeError as problem:
        why = str(problem).strip().removeprefix("Error: ").splitlines()[0].rstrip(".")
        raise ShotProblem(f"Blender cannot render the inputs of frame {frame} ({why}): correct the scene.") from problem


def _file_output(tree: Any, sockets: Mapping[str, Any], folder: Path) -> Any:
    """A node that writes all sockets into one uncompressed 32-bit file."""
    output = tree.nodes.new("CompositorNodeOutputFile")
    if HAS_GROUP_COMPOSITOR:
        output.format.media_type = "MULTI_LAYER_IMAGE"
    output.format.file_format = "OPEN_EXR_MULTILAYER"
    output.format.color_depth, output.format.exr_codec = "32", "NONE"
    if HAS_GROUP_COMPOSITOR:
        output.format.use_exr_interleave = True  # one part, not one for each item
        output.directory, output.file_name = str(folder), "capture"
        output.file_output_items.clear()
        for name, socket in sockets.items():
            output.file_output_items.new("FLOAT" if socket.type == "VALUE" else "RGBA", name)
        return output
    output.base_path = str(folder / "capture")
    output.layer_slots.clear()
    for name in sockets:
        output.layer_slots.new(name)
    return output


def _read(folder: Path, sockets: Mapping[str, Any], frame: int) -> dict[str, np.ndarray]:
    written = list(folder.glob("*.exr"))
    if len(written) != 1:
        raise ShotProblem(
            f"Blender gave no pixels for frame {frame}: see whether the footage of this frame exists and is loaded."
        )
    channels = read_channels(written[0])
    found = {}
    for name in sockets:
        if f"{name}.V" in channels:
            found[name] = np.ascontiguousarray(channels[f"{name}.V"])
        elif f"{name}.R" in channels:
            found[name] = np.stack([channels[f"{name}.{component}"] for component in "RGBA"], axis=-1)
        else:
            raise ShotProblem(f"Blender gave no {name} for frame {frame}: check what is linked to that input.")
    return found
