"""What happens inside Blender: `python blender_scenarios.py SCENARIO FOLDER EXTENSION.zip`, in a Python that has bpy.

Each scenario prints one JSON object as its last line; the judging is done by the test that started it. A module bpy may
hang when its interpreter ends (4.5), so the process leaves by `os._exit`.
"""

import json
import os
import signal
import subprocess
import sys
import time
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
        from importlib import import_module

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


def frames_and_ranges(package, folder: Path) -> dict:
    """A frame, a range, resume, gaps, a changed recipe."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_frame()
    first = shot.results.finished()
    bpy.ops.lfpnet.matte_range(frames="1001,1003")
    second = sorted(shot.results.finished())
    held = shot.difference(1002, 1001)
    bpy.ops.lfpnet.matte_range()
    differences = [shot.difference(frame, min(max(frame, 1001), 1005)) for frame in (1000, *FRAMES, 1010)]
    before = shot.results.path(1002).stat().st_mtime_ns
    bpy.ops.lfpnet.matte_range()
    kept = shot.results.path(1002).stat().st_mtime_ns == before
    shot.settings.outer_pixels = 6
    bpy.ops.lfpnet.matte_range(frames="1002")
    again = shot.results.path(1002).stat().st_mtime_ns != before
    values = np.unique(np.round(shot.alpha(1001) * 255)).tolist()
    highest = float(OpenEXR.File(str(shot.results.path(1001))).channels()["fg"].pixels.max())
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "shot.blend"))
    return {
        "first": sorted(first),
        "second": second,
        "held": held,
        "differences": differences,
        "kept": kept,
        "again": again,
        "values": values,
        "highest": highest,
        "mean": float(shot.alpha(1003).mean()),
    }


def animated_mask(package, folder: Path) -> dict:
    """A mask that fades between frames, and core and edge."""
    shot = Shot(package, folder)
    layer = shot.tree.nodes["Roto"].mask.layers[0]
    for frame, alpha in ((1001, 1), (1002, 0)):
        layer.alpha = alpha
        layer.keyframe_insert("alpha", frame=frame)
    bpy.ops.lfpnet.matte_range(frames="1001-1002")
    shown = [float(shot.alpha(frame).max()) for frame in (1001, 1002)]
    shot.settings.trimap_mode = "KEYED"
    bpy.ops.lfpnet.matte_range(frames="1001")
    return {"animated": shown, "keyed": np.unique(np.round(shot.alpha(1001) * 255)).tolist()}


def cancel_and_kill(package, folder: Path) -> dict:
    """Cancel keeps what is done; a killed sidecar is started again and every frame comes."""
    shot = Shot(package, folder)
    session = package.session.session()
    meant = package.shot.find_shots(shot.scene)[0]
    run = session.matte(meant, list(FRAMES), is_forced=False, is_urgent=False)
    while len(run.done) < 2:
        session.pump()
        time.sleep(0.01)
    run.cancel()
    session.wait()
    cancelled = sorted(shot.results.finished())
    run = session.matte(meant, list(FRAMES), is_forced=False, is_urgent=False)
    while len(run.done) < 1:
        session.pump()
        time.sleep(0.01)
    endpoint = Path(os.environ["LFPNET_RUNTIME_DIR"]) / "endpoint.json"
    killed = json.loads(endpoint.read_text())["pid"]
    os.kill(killed, signal.SIGKILL)
    session.wait()
    return {
        "cancelled": cancelled,
        "finished": sorted(shot.results.finished()),
        "differences": [shot.difference(frame, frame) for frame in FRAMES],
        "is_another": json.loads(endpoint.read_text())["pid"] != killed,
    }


def refusals(package, folder: Path) -> dict:
    """Every failure is a sentence."""
    shot = Shot(package, folder)
    said = {}

    def told(name: str, **words: str) -> None:
        try:
            bpy.ops.lfpnet.matte_range(**words)
            said[name] = ""
        except RuntimeError as error:
            said[name] = str(error)

    told("frames", frames="abc")
    told("node", node="nope")
    (folder / "plate.1004.exr").unlink()
    told("plate", frames="1003-1005")
    package.session.end_session()
    os.environ["LFPNET_COMMAND"] = "/nonexistent/lfpnet"
    os.environ["LFPNET_RUNTIME_DIR"] += "x"
    told("sidecar", frames="1001")
    shot.settings.trimap_mode = "CORE_EDGE"
    told("edge", frames="1001")
    return said


def on_and_off(_package, _folder: Path) -> dict:
    """Disabled, nothing of it is left; enabled again, everything works."""
    import addon_utils

    def names() -> list:
        return [name for name in dir(bpy.types) if "LFPNET" in name.upper()]

    on = len(names())
    addon_utils.disable(MODULE)
    off = names()
    has_settings = hasattr(bpy.types.NodeTree, "lfpnet")
    addon_utils.enable(MODULE)
    return {"on": on, "off": off, "has_settings": has_settings, "again": len(names())}


def without_add_on(_: object, folder: Path) -> dict:
    """The saved file, rendered by a Blender that never had the extension."""
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    scene = bpy.context.scene
    is_new = bpy.app.version >= (5,)
    tree = scene.compositing_node_group if is_new else scene.node_tree
    node = next(node for node in tree.nodes if node.bl_idname == "CompositorNodeGroup")
    output = tree.nodes.new("CompositorNodeOutputFile")
    target = folder / "without"
    if is_new:
        output.format.media_type = "MULTI_LAYER_IMAGE"
    output.format.file_format = "OPEN_EXR_MULTILAYER"
    output.format.color_depth = "32"
    if is_new:
        output.format.use_exr_interleave = True
        output.directory, output.file_name = str(target), "alpha"
        output.file_output_items.clear()
        output.file_output_items.new("FLOAT", "alpha")
    else:
        output.base_path = str(target / "alpha")
        output.layer_slots.clear()
        output.layer_slots.new("alpha")
    tree.links.new(node.outputs["Alpha"], output.inputs[0])
    scene.frame_set(1003)
    bpy.ops.render.render()
    written = OpenEXR.File(str(next(target.iterdir()))).channels()["alpha.V"].pixels
    return {"mean": float(written.mean()), "has_add_on": hasattr(node.node_tree, "lfpnet")}


def main() -> None:
    """Run one scenario, end its sidecar, print what it found, and leave."""
    name, folder, zip_file = sys.argv[1:4]
    package = None if name == "without_add_on" else install(zip_file)
    found = globals()[name](package, Path(folder))
    if package is not None:
        package.session.end_session()
        stop = [os.environ["LFPNET_PYTHON"], "-m", "sidecar.cli.main", "stop", "--now"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run(stop, env=environment, timeout=60, capture_output=True, check=False)
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
