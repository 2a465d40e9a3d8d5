"""The shot that the scenarios work on: a sequence of EXR plates, an animated mask, the matte node, a saved file."""

import sys
from importlib import import_module
from pathlib import Path

import bpy
import numpy as np
import OpenEXR

WIDTH, HEIGHT = 128, 80
FRAMES = range(1001, 1006)
MODULE = "bl_ext.user_default.lfpnet_blender"


def install(zip_file: str) -> object:
    """Install the extension as an artist does; its package."""
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=zip_file, enable_on_install=True)
    return sys.modules[MODULE]


class Shot:
    """Footage, an animated roto mask and the node, in a saved file."""

    def __init__(self, package, folder: Path) -> None:
        self.package, self.folder = package, folder
        self.tree_module = import_module(f"{MODULE}.host.tree")
        self.capture = import_module(f"{MODULE}.host.capture").capture
        across, down = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
        for number, frame in enumerate(FRAMES):
            plate = np.stack([across / WIDTH * 1.5, down / HEIGHT, np.full_like(across, 0.1 * number)], axis=-1)
            plate[30:70, 40:100] = (0.8, 0.2, 3.0)
            OpenEXR.File({}, {"RGB": plate}).write(str(folder / f"plate.{frame}.exr"))
        bpy.ops.wm.read_homefile(use_empty=True)
        self.scene = bpy.context.scene
        self.scene.render.resolution_x, self.scene.render.resolution_y = WIDTH, HEIGHT
        self.scene.frame_start, self.scene.frame_end = FRAMES[0], FRAMES[-1]
        self.scene.frame_set(FRAMES[0])
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / "shot.blend"))
        self.tree = self.tree_module.ensure_compositor_tree(self.scene)
        for node in [node for node in self.tree.nodes if node.type == "R_LAYERS"]:
            self.tree.nodes.remove(node)
        footage = self.tree.nodes.new("CompositorNodeImage")
        footage.name = "Footage"
        footage.image = bpy.data.images.load(str(folder / f"plate.{FRAMES[0]}.exr"))
        footage.image.source = "SEQUENCE"
        footage.frame_start, footage.frame_duration = FRAMES[0], len(FRAMES)
        footage.frame_offset = FRAMES[0] - 1
        roto = self.tree.nodes.new("CompositorNodeMask")
        roto.name, roto.mask = "Roto", self.rectangle()
        bpy.ops.lfpnet.add_matte(plate="Footage", trimap="Roto")
        self.node = self.tree.nodes.active
        self.settings = self.node.node_tree.lfpnet
        self.settings.depth = "float"
        self.settings.inner_pixels = self.settings.outer_pixels = 4

    def rectangle(self):
        """A roto spline about the box of the plates; mask coordinates are those of a centred square."""
        mask = bpy.data.masks.new("Roto")
        spline = mask.layers.new(name="core").splines.new()
        spline.use_cyclic = True
        spline.points.add(3)
        longest = max(WIDTH, HEIGHT)
        corners = [(40, HEIGHT - 70), (100, HEIGHT - 70), (100, HEIGHT - 30), (40, HEIGHT - 30)]
        for point, (x, y) in zip(spline.points, corners, strict=True):
            place = (x - WIDTH / 2) / longest + 0.5, (y - HEIGHT / 2) / longest + 0.5
            point.co = place
            point.handle_left_type = point.handle_right_type = "VECTOR"
            point.handle_left = point.handle_right = place
        return mask

    @property
    def results(self):
        """Where the mattes lie."""
        return self.package.shot.find_shots(self.scene)[0].results()

    def difference(self, frame: int, made: int) -> float:
        """Largest difference between the node's outputs rendered at `frame` and the EXR of frame `made`."""
        shown = self.capture(self.scene, {socket.name: socket for socket in self.node.outputs}, frame, (WIDTH, HEIGHT))
        layers = OpenEXR.File(str(self.results.path(made))).channels()
        combined = layers["RGBA"].pixels
        pairs = (
            (shown["Alpha"], combined[..., 3]),
            (shown["Foreground"][..., :3], layers["fg"].pixels),
            (shown["Background"][..., :3], layers["bg"].pixels),
            (shown["Premultiplied"], combined),
        )
        return float(max(np.abs(ours - theirs).max() for ours, theirs in pairs))

    def alpha(self, frame: int) -> np.ndarray:
        """Alpha of a result."""
        return OpenEXR.File(str(self.results.path(frame))).channels()["RGBA"].pixels[..., 3]
