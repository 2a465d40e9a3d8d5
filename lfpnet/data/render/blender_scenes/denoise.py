"""Blender's denoiser on pixels of our own, by a compositor tree that renders no scene."""

from pathlib import Path

import bpy  # pyright: ignore[reportMissingImports]
import numpy as np


def denoised(colour: np.ndarray, albedo: np.ndarray, scratch: str) -> np.ndarray:
    """Denoise scene-linear colour (h, w, 3), guided by the clean albedo of the same surfaces."""
    from .passes import read_pixels

    scene = bpy.data.scenes.new("denoise")
    height, width = colour.shape[:2]
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    tree, output = _tree(scene)
    node = tree.nodes.new("CompositorNodeDenoise")
    for name, pixels in (("Image", colour), ("Albedo", np.clip(albedo, 0, 1))):
        source = tree.nodes.new("CompositorNodeImage")
        source.image = _picture(name, pixels)
        tree.links.new(source.outputs["Image"], node.inputs[name])
    tree.links.new(node.outputs["Image"], output)
    settings = scene.render.image_settings
    settings.file_format, settings.color_mode, settings.color_depth = "OPEN_EXR", "RGB", "32"
    path = Path(scratch) / "denoised.exr"
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True, scene=scene.name)
    bpy.data.scenes.remove(scene)
    return read_pixels(path)[..., :3]


def _tree(scene):
    """The compositor's nodes and the socket that becomes the picture, in Blender 4 and 5."""
    if hasattr(scene, "compositing_node_group"):
        tree = bpy.data.node_groups.new("denoise", "CompositorNodeTree")
        scene.compositing_node_group = tree
        tree.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
        return tree, tree.nodes.new("NodeGroupOutput").inputs[0]
    scene.use_nodes = True
    tree = scene.node_tree
    tree.nodes.clear()
    return tree, tree.nodes.new("CompositorNodeComposite").inputs["Image"]


def _picture(name: str, pixels: np.ndarray):
    height, width = pixels.shape[:2]
    picture = bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
    opaque = np.concatenate([pixels, np.ones((height, width, 1))], 2)
    picture.pixels.foreach_set(np.ascontiguousarray(opaque[::-1], np.float32).ravel())
    picture.update()
    return picture
