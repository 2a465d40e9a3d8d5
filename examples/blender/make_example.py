# SPDX-License-Identifier: GPL-3.0-or-later
"""Build astronaut.blend with the LFPNet Matte node, matte the frame and render it: what an artist would click.

    blender -b -P make_example.py -- EXTENSION.zip FOLDER
    python make_example.py EXTENSION.zip FOLDER                  in a Python that has bpy 4.2, 4.5 or 5.0

The roto shapes of the demo become two masks, core and edge. Writes astronaut.blend, its results, and composite.png:
the astronaut over a plain ground.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
from roto_masks import roto_masks

PICTURES = Path(__file__).resolve().parents[1] / "astronaut"
MODULE = "bl_ext.user_default.lfpnet_blender"
GROUND = (0.02, 0.16, 0.12, 1.0)


def main(zip_file: str, folder: str) -> None:
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
    plate, core, edge = _inputs(tree)
    scene.render.resolution_x, scene.render.resolution_y = plate.image.size
    bpy.ops.lfpnet.add_matte(plate=plate.name, trimap=core.name)
    matte = tree.nodes.active
    matte.node_tree.lfpnet.trimap_mode = "CORE_EDGE"
    tree.links.new(edge.outputs[0], matte.inputs["Edge"])
    matte.node_tree.lfpnet.frames = "1"
    bpy.ops.lfpnet.matte_range()
    _composite(tree, matte)
    bpy.ops.wm.save_as_mainfile(filepath=blend)
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(Path(folder).resolve() / "composite.png")
    bpy.ops.render.render(write_still=True)
    import_module(f"{MODULE}.session").end_session()


def _inputs(tree) -> list:
    """The footage, and a Mask node for core and edge, one below the other."""
    masks = roto_masks(PICTURES / "roto.json")
    kinds = {"Plate": "CompositorNodeImage", "Core": "CompositorNodeMask", "Edge": "CompositorNodeMask"}
    nodes = [tree.nodes.new(kind) for kind in kinds.values()]
    for row, (name, node) in enumerate(zip(kinds, nodes, strict=True)):
        node.name = node.label = name
        node.location = (-420, 300 - 300 * row)
    nodes[0].image = bpy.data.images.load(str(PICTURES / "plate.png"))
    nodes[1].mask, nodes[2].mask = masks["core"], masks["edge"]
    return nodes


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
