# SPDX-License-Identifier: GPL-3.0-or-later
"""Build astronaut.blend with the LFPNet Matte node, matte the frame and render it: what an artist would click.

    python make_example.py EXTENSION.zip TRIMAP.png FOLDER      in a Python that has bpy 4.2, 4.5 or 5.0
    blender -b -P make_example.py -- EXTENSION.zip TRIMAP.png FOLDER

`lfpnet trimap examples/astronaut/plate.png examples/astronaut/roto.json -o trimap.png` makes the trimap. Writes
astronaut.blend, its results, and composite.png: the astronaut over a plain ground.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import bpy

PLATE = Path(__file__).resolve().parents[1] / "astronaut" / "plate.png"
MODULE = "bl_ext.user_default.lfpnet_blender"
GROUND = (0.02, 0.16, 0.12, 1.0)


def main(zip_file: str, trimap: str, folder: str) -> None:
    """Install, build, matte, render, save."""
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=zip_file, enable_on_install=True)
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.view_settings.view_transform = "Standard"
    blend = str(Path(folder).resolve() / "astronaut.blend")
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    tree = import_module(f"{MODULE}.host.tree").ensure_compositor_tree(scene)
    for node in [node for node in tree.nodes if node.type == "R_LAYERS"]:
        tree.nodes.remove(node)
    plate, mask = _picture(tree, "Plate", str(PLATE)), _picture(tree, "Trimap", trimap)
    mask.image.colorspace_settings.name = "Non-Color"
    scene.render.resolution_x, scene.render.resolution_y = plate.image.size
    bpy.ops.lfpnet.add_matte(plate="Plate", trimap="Trimap")
    matte = tree.nodes.active
    matte.node_tree.lfpnet.trimap_mode = "TRIMAP"
    bpy.ops.lfpnet.matte_frame()
    _composite(tree, matte)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(Path(folder).resolve() / "composite.png")
    bpy.ops.render.render(write_still=True)
    import_module(f"{MODULE}.session").end_session()


def _picture(tree, name: str, path: str):
    """An image node."""
    node = tree.nodes.new("CompositorNodeImage")
    node.name = node.label = name
    node.image = bpy.data.images.load(path)
    return node


def _composite(tree, matte) -> None:
    """Lay the premultiplied foreground over a plain ground."""
    over = tree.nodes.new("CompositorNodeAlphaOver")
    ground, top = [socket for socket in over.inputs if socket.type == "RGBA"][:2]
    ground.default_value = GROUND
    tree.links.new(matte.outputs["Premultiplied"], top)
    ends = [node for node in tree.nodes if node.bl_idname in ("NodeGroupOutput", "CompositorNodeComposite")]
    tree.links.new(over.outputs[0], ends[0].inputs[0])


if __name__ == "__main__":
    main(*(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]))
    sys.stdout.flush()
    os._exit(0)  # bpy 4.5 may hang when its interpreter ends
