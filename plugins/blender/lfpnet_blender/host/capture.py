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
from .quiet import is_rendering, quietly
from .tree import SceneCopy
from .upstream import RENDERING, Placed, Upstream, needs_render, nodes_above
from .version import HAS_GROUP_COMPOSITOR

CANVAS = "lfpnet_canvas"
RENDERING_NOW = "Blender is rendering: wait until it has ended, then do this again."


def capture(
    scene: bpy.types.Scene, sockets: Mapping[str, Any], frame: int, size: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Evaluate output sockets at a frame.

    Args:
        scene: the scene whose compositor holds the sockets.
        sockets: by name, letters only; `Upstream` where they lie in groups.
        frame: of the scene.
        size: width and height of the render.

    Returns:
        By the same names (h, w, 4) for colours, linear and premultiplied as the compositor has them, and (h, w) for
        values; float32, top row first.

    Raises:
        ShotProblem: Blender renders now, cannot render, or wrote nothing.
    """
    if is_rendering():
        raise ShotProblem(RENDERING_NOW)
    sources = {
        name: found if isinstance(found, Upstream) else Upstream(found.node, found) for name, found in sockets.items()
    }
    kept = nodes_above(*sources.values())
    with quietly(keeps_frame_handlers=needs_render(kept)):
        copy = SceneCopy(scene)
        try:
            with tempfile.TemporaryDirectory(prefix="lfpnet-capture-") as folder:
                _prepare(copy, sources, kept, Path(folder))
                _set_render(copy.scene, size)
                _render(copy.scene, frame, Path(folder))
                return _read(Path(folder), sources, frame)
        finally:
            copy.remove()
            canvas = bpy.data.masks.get(CANVAS)
            if canvas is not None:
                bpy.data.masks.remove(canvas)


def _prepare(copy: SceneCopy, sources: Mapping[str, Upstream], kept: list[Placed], folder: Path) -> None:
    """Leave only the nodes above the sockets, with one File Output node behind them."""
    ways = {name: (Placed(source.node, source.path).names, source) for name, source in sources.items()}
    names = {placed.names[0] for placed in kept} | {way[0] for way, _ in ways.values()}
    for node in list(copy.tree.nodes):
        if node.name not in names:
            copy.tree.nodes.remove(node)
    output = _file_output(copy.tree, sources, folder)
    canvas = copy.tree.nodes.new("CompositorNodeMask")
    canvas.mask = bpy.data.masks.new(CANVAS)
    copy.tree.links.new(canvas.outputs[0], output.inputs[0])
    for index, (way, source) in enumerate(ways.values(), start=1):
        twin = copy.output(way, list(source.node.outputs).index(source.socket))
        copy.tree.links.new(twin, output.inputs[index])
    if not needs_render(kept):
        copy.empty()
    elif copy.scene.camera is None:
        raise ShotProblem("The matte node is fed by Render Layers, but the scene has no camera: add one.")
    for placed in kept:
        if placed.node.type in RENDERING:
            copy.adopt(copy.node(placed.names))


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


def _file_output(tree: Any, sources: Mapping[str, Upstream], folder: Path) -> Any:
    """A node that writes all sockets into one uncompressed 32-bit file.

    A mask without splines comes first: it is as large as the render, and all others are placed on it, also those that
    nodes have moved, or that are larger or smaller.
    """
    output = tree.nodes.new("CompositorNodeOutputFile")
    if HAS_GROUP_COMPOSITOR:
        output.format.media_type = "MULTI_LAYER_IMAGE"
    output.format.file_format = "OPEN_EXR_MULTILAYER"
    output.format.color_depth, output.format.exr_codec = "32", "NONE"
    if HAS_GROUP_COMPOSITOR:
        output.format.use_exr_interleave = True  # one part, not one for each item
        output.directory, output.file_name = str(folder), "capture"
        output.file_output_items.clear()
        output.file_output_items.new("FLOAT", CANVAS)
        for name, source in sources.items():
            output.file_output_items.new("FLOAT" if source.socket.type == "VALUE" else "RGBA", name)
        return output
    output.base_path = str(folder / "capture")
    output.layer_slots.clear()
    output.layer_slots.new(CANVAS)
    for name in sources:
        output.layer_slots.new(name)
    return output


def _read(folder: Path, sources: Mapping[str, Upstream], frame: int) -> dict[str, np.ndarray]:
    written = list(folder.glob("*.exr"))
    if len(written) != 1:
        raise ShotProblem(
            f"Blender gave no pixels for frame {frame}: see whether the footage of this frame exists and is loaded."
        )
    channels = read_channels(written[0])
    found = {}
    for name in sources:
        if f"{name}.V" in channels:
            found[name] = np.ascontiguousarray(channels[f"{name}.V"])
        elif f"{name}.R" in channels:
            found[name] = np.stack([channels[f"{name}.{component}"] for component in "RGBA"], axis=-1)
        else:
            raise ShotProblem(f"Blender gave no {name} for frame {frame}: check what is linked to that input.")
    return found
