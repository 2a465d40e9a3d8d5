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
import scenario_inputs
import scenario_owner
import scenario_tools
import scenario_trust
from scenario_shot import FRAMES, MODULE, Shot, install


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
        """Classes, operators, handlers and menu entries that are there."""
        found = [name for name in dir(bpy.types) if "LFPNET" in name.upper()]
        found += [name for name in dir(bpy.ops.lfpnet) if not name.startswith("_")]
        listening = [handler for handlers in bpy.app.handlers if isinstance(handlers, list) for handler in handlers]
        entries = getattr(bpy.types.NODE_MT_category_compositor_keying.draw, "_draw_funcs", [])
        return found + [one.__name__ for one in (*listening, *entries) if one.__module__.startswith(MODULE)]

    found = names()
    on = len(found)
    addon_utils.disable(MODULE)
    off = names()
    has_settings = hasattr(bpy.types.NodeTree, "lfpnet")
    addon_utils.enable(MODULE)
    return {"on": on, "off": off, "has_settings": has_settings, "again": len(names()), "found": found}


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
    places = (globals(), vars(scenario_inputs), vars(scenario_tools), vars(scenario_trust), vars(scenario_owner))
    found = next(place[name] for place in places if name in place)(package, Path(folder))
    if package is not None:
        package.session.end_session()
        stop = [os.environ["LFPNET_PYTHON"], "-m", "sidecar.cli.main", "stop", "--now"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run(stop, env=environment, timeout=500, capture_output=True, check=False)
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
