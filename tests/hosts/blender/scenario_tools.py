"""The buttons beside matting: states, reload, preview, weights, training pairs, fine-tuning, the script for farms."""

import shutil
import sys
import time
from importlib import import_module
from pathlib import Path

import bpy
import numpy as np
import OpenEXR
from scenario_shot import FRAMES, HEIGHT, MODULE, WIDTH, Shot


def states(package, folder: Path) -> dict:
    """Which frames are done, stale and missing, as results, footage and settings change."""
    shot = Shot(package, folder)
    session = package.session.session()

    def looked_up() -> str:
        bpy.ops.lfpnet.reload()
        by_frame = session.states[shot.node.node_tree.name]
        return "".join(by_frame[frame][0] for frame in FRAMES)

    found = {"none": looked_up()}
    bpy.ops.lfpnet.matte_range(frames="1001-1003")
    found["some"] = looked_up()
    plate = OpenEXR.File(str(folder / "plate.1002.exr")).channels()["RGB"].pixels * 0.5
    OpenEXR.File({}, {"RGB": np.ascontiguousarray(plate)}).write(str(folder / "plate.1002.exr"))
    found["footage"] = looked_up()
    shot.settings.outer_pixels = 7
    found["settings"] = looked_up()
    bpy.ops.lfpnet.matte_range()
    found["again"] = looked_up()
    return found


def reload_and_gaps(package, folder: Path) -> dict:
    """A result that another program wrote is shown after Reload; gaps are held, empty, or found by render_farm.py."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_range(frames="1001,1003")
    path = shot.results.path(1003)
    layers = {name: channel.pixels * 0.5 for name, channel in OpenEXR.File(str(path)).channels().items()}
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION}
    path.unlink()
    OpenEXR.File(header, layers).write(str(path))
    bpy.ops.lfpnet.reload()
    found = {"reloaded": shot.difference(1003, 1003), "held": shot.difference(1002, 1001)}
    shot.settings.missing_frames = "EMPTY"
    bpy.ops.lfpnet.reload()
    shown = shot.capture(shot.scene, {"alpha": shot.node.outputs["Alpha"]}, 1002, (WIDTH, HEIGHT))["alpha"]
    found["empty"] = float(np.abs(shown).max())
    farm = import_module(f"{MODULE}.render_farm").main
    found["checked"] = farm(["--check", "--frames", "1001-1003"])
    found["bad"] = [farm(["--frames", "x"]), farm(["--node", "nope"]), farm(["--nonsense"])]
    found["matted"] = farm(["--frames", "1001-1003"])
    found["checked_again"] = farm(["--check", "--frames", "1001-1003"])
    return found


def preview(package, folder: Path) -> dict:
    """The trimap over the plate, and the viewer as it was."""
    shot = Shot(package, folder)
    for node in [node for node in shot.tree.nodes if node.type == "VIEWER"]:  # 4.5 begins with one
        shot.tree.nodes.remove(node)
    viewer = shot.tree.nodes.new("CompositorNodeViewer")
    shot.tree.nodes.active = shot.node
    shot.tree.links.new(shot.node.outputs["Alpha"], viewer.inputs["Image"])
    before = len(shot.tree.nodes)
    bpy.ops.lfpnet.preview_trimap()
    image = bpy.data.images["LFPNet Trimap Preview"]
    pixels = np.empty(WIDTH * HEIGHT * 4, np.float32)
    image.pixels.foreach_get(pixels)
    inside, band, outside = (pixels.reshape(HEIGHT, WIDTH, 4)[::-1][50, across][:3].tolist() for across in (70, 42, 20))
    found = {"inside": inside, "band": band, "outside": outside, "nodes": len(shot.tree.nodes) - before}
    found["shows"] = viewer.inputs["Image"].links[0].from_node.name
    bpy.ops.lfpnet.preview_trimap()
    found["active"] = shot.tree.nodes.active.name
    found["after"] = viewer.inputs["Image"].links[0].from_socket.name
    found["left"] = len(shot.tree.nodes) - before
    return found


def reasons(package, folder: Path) -> dict:
    """Every operator that cannot be used says why."""
    bpy.ops.wm.read_homefile(use_empty=True)
    names = [name for name in dir(bpy.ops.lfpnet) if not name.startswith("_")]
    found = {name: _reason(name) for name in names}
    shot = Shot(package, folder)
    shot.tree.links.remove(shot.node.inputs["Trimap"].links[0])
    return {"empty": found, "unlinked": {name: _reason(name) for name in names}}


def _reason(name: str) -> str:
    """What Blender says when a button that is grey is pressed by a script; empty where it can be used."""
    operator = getattr(bpy.ops.lfpnet, name)
    if operator.poll():
        return ""
    try:
        operator()
    except RuntimeError as error:
        return str(error).strip().removeprefix(f"Operator bpy.ops.lfpnet.{name}.poll() ")
    return "it ran all the same"


def weights_and_training(package, folder: Path) -> dict:
    """Weights of the sidecar; pairs from results and from a node; fine-tuning begins and ends."""
    shot = Shot(package, folder)
    session = package.session.session()
    bpy.ops.lfpnet.matte_range(frames="1001-1002")
    bpy.ops.lfpnet.choose_weights(model="default")
    found = {"model": shot.settings.model, "models": [model["name"] for model in session.snapshot.models]}
    found["few"] = _reason("finetune")
    found["refused"] = [_refused_pair(frame=1001), _refused_pair(frame=1001, alpha_from="RESULT")]
    pairs = folder / "lfpnet" / "shot" / "training" / shot.settings.file_name
    own = shot.results.path(1002)
    for role in ("plate", "alpha"):  # a pair of an older version
        (pairs / role).mkdir(parents=True)
        shutil.copyfile(own, pairs / role / f"{pairs.name}.1002.exr")
    training = import_module(f"{MODULE}.operators.training")
    try:
        training.refuse_own_output(package.shot.find_shots(shot.scene)[0])
    except package.errors.ShotProblem as problem:
        found["refused"].append(str(problem))
    corrected = shot.results.path(1001)  # by another program
    layers = {name: channel.pixels for name, channel in OpenEXR.File(str(corrected)).channels().items()}
    corrected.unlink()
    OpenEXR.File({}, {**layers, "RGBA": layers["RGBA"] * 0.9}).write(str(corrected))
    bpy.ops.lfpnet.add_training_pair(frame=1001, alpha_from="RESULT")
    shot.tree.nodes.active = shot.tree.nodes["Roto"]
    bpy.ops.lfpnet.add_training_pair(node=shot.node.name, frame=1002, alpha_from="ACTIVE")
    shot.tree.nodes.active = shot.node
    found["pairs"] = sorted(str(path.relative_to(pairs)) for path in pairs.rglob("*.exr"))
    alpha = OpenEXR.File(str(next((pairs / "alpha").glob("*1002.exr")))).channels()["A"].pixels
    plate = OpenEXR.File(str(next((pairs / "plate").glob("*1002.exr")))).channels()["RGB"].pixels
    wanted = OpenEXR.File(str(folder / "plate.1002.exr")).channels()["RGB"].pixels
    found["painted"] = [float(alpha.max()), float(np.abs(plate - wanted).max())]
    meant = package.shot.find_shots(shot.scene)[0]
    session.train(training.training_arguments(meant, 1))
    _pump_until(session, lambda: (session.training.get("progress") or {}).get("step") == 1)
    found["running"] = session.fine_tuning().text
    found["busy"] = _reason("finetune")
    bpy.ops.lfpnet.stop_finetune()
    _pump_until(session, lambda: not session.is_training)
    found["stopped"] = session.fine_tuning().text
    return found


def _refused_pair(**words: object) -> str:
    try:
        bpy.ops.lfpnet.add_training_pair(**words)
    except RuntimeError as error:
        return str(error)
    return ""


def example(_package, folder: Path) -> dict:
    """The example of the documentation, as it is called by an artist."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples" / "blender"))
    import_module("make_example").main(sys.argv[3], str(folder))
    return {"matte": str(next((folder / "lfpnet").rglob("*.0001.exr"))), "picture": str(folder / "composite.png")}


def _pump_until(session, is_true) -> None:
    give_up = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < give_up, session.training
        session.pump()
        time.sleep(0.02)
