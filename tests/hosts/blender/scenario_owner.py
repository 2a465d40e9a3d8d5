"""No matte node writes, shows or counts the results of another, however Blender came to have both."""

from pathlib import Path

import bpy
import numpy as np
import OpenEXR
from scenario_shot import FRAMES, HEIGHT, WIDTH, Shot


def copies(package, folder: Path) -> dict:
    """Shift D, the same node in a second scene, single user, and a group of the artist's that was duplicated."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_range()
    ours = {path: path.read_bytes() for path in shot.results.folder.glob("*.exr")}
    found, nodes = {}, {}
    other_plate = shot.tree.nodes.new("CompositorNodeExposure")
    other_plate.inputs["Exposure"].default_value = 1
    shot.tree.links.new(shot.tree.nodes["Footage"].outputs[0], other_plate.inputs["Image"])
    nodes["shared"] = _twin(shot, shot.tree, other_plate)
    nodes["single user"] = _twin(shot, shot.tree, other_plate)
    nodes["single user"].node_tree = shot.node.node_tree.copy()
    second = bpy.data.scenes.new("Second")
    second.frame_start, second.frame_end = FRAMES[0], FRAMES[-1]
    tree = shot.tree_module.ensure_compositor_tree(second)
    footage = tree.nodes.new("CompositorNodeImage")
    footage.image = shot.tree.nodes["Footage"].image
    for name in ("frame_start", "frame_duration", "frame_offset"):
        setattr(footage, name, getattr(shot.tree.nodes["Footage"], name))
    exposure = tree.nodes.new("CompositorNodeExposure")
    exposure.inputs["Exposure"].default_value = 1
    tree.links.new(footage.outputs[0], exposure.inputs["Image"])
    nodes["second scene"] = _twin(shot, tree, exposure)
    outer = _wrapped(shot, other_plate)
    nodes["wrapped"] = outer[0].node_tree.nodes["Inner"]
    session = package.session.session()
    for name, node in nodes.items():
        scene = second if name == "second scene" else shot.scene
        meant = next(one for one in package.shot.find_shots(scene) if one.node == node)
        package.ownership.separate_copies()
        meant = next(one for one in package.shot.find_shots(scene) if one.node == node)
        before = meant.results().finished()
        session.matte(meant, [1002], is_forced=False, is_urgent=True)
        session.wait()
        results = meant.results()
        sent = OpenEXR.File(str(results.path(1002))).channels()["fg"].pixels
        wanted = OpenEXR.File(str(folder / "plate.1002.exr")).channels()["RGB"].pixels * 2
        found[name] = [before, results.finished(), float(np.abs(sent - wanted).max())]
    shots = [one for scene in (shot.scene, second) for one in package.shot.find_shots(scene)]
    return {
        "found": found,
        "ids": len({one.settings.owner_id for one in shots}),
        "folders": len({one.folder() for one in shots}),
        "shots": len(shots),
        "ours": all(path.read_bytes() == data for path, data in ours.items()),
        "shown": [shot.difference(frame, frame) for frame in (1001, 1002)],
        "group names": sorted({one.name[0] for one in shots}),
    }


def files(package, folder: Path) -> dict:
    """Save As, an append, two files in one folder, a file that was never saved, the folder of another shot."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_range()
    bpy.ops.wm.save_mainfile()
    ours = {path: path.read_bytes() for path in shot.results.folder.glob("*.exr")}
    found = {"folder": str(shot.results.folder.relative_to(folder))}

    def meant():
        return package.shot.find_shots(bpy.context.scene)[0]

    def note(name: str) -> None:
        is_ours = all(path.read_bytes() == data for path, data in ours.items())
        found[name] = [str(meant().folder().relative_to(folder)), len(meant().results().finished()), is_ours]

    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "shot_v02.blend"))
    note("save as")
    meant().settings.outer_pixels = 1
    bpy.ops.lfpnet.matte_range()
    note("save as, matted")
    identity = meant().settings.owner_id
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot_v02.blend"))
    package.ownership.separate_copies()
    note("opened without saving again")
    found["same id"] = meant().settings.owner_id == identity
    (folder / "copied").mkdir()
    for path in (folder / "shot.blend",):
        (folder / "copied" / path.name).write_bytes(path.read_bytes())
    bpy.ops.wm.open_mainfile(filepath=str(folder / "shot.blend"))
    note("first")
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "appended.blend"))
    with bpy.data.libraries.load(str(folder / "shot.blend")) as (there, here):
        here.scenes = there.scenes
    bpy.context.window.scene = here.scenes[0]
    package.ownership.separate_copies()
    note("appended")
    found["appended shows"] = "LFPNet Result" in meant().group.nodes
    bpy.ops.lfpnet.matte_frame(frame=1001)
    note("appended, matted")
    settings = meant().settings
    settings.folder, settings.file_name = "//lfpnet/shot/LFPNet plate", "LFPNet_plate"
    try:
        bpy.ops.lfpnet.matte_frame(frame=1003)
    except RuntimeError as error:
        found["foreign"] = str(error)
    note("in a foreign folder")
    bpy.ops.lfpnet.take_over()
    found["taken over"] = len(meant().results().finished())
    found["unsaved"] = _unsaved(package, folder)
    return found


def _unsaved(package, folder: Path) -> list:
    places = []
    for _ in range(2):
        shot = Shot(package, folder)
        scene_file = bpy.data.filepath
        bpy.ops.wm.read_homefile(use_empty=True)
        scene = bpy.context.scene
        scene.frame_start, scene.frame_end = FRAMES[0], FRAMES[-1]
        scene.render.resolution_x, scene.render.resolution_y = WIDTH, HEIGHT
        tree = shot.tree_module.ensure_compositor_tree(scene)
        footage, mask = tree.nodes.new("CompositorNodeMovieClip"), tree.nodes.new("CompositorNodeMask")
        footage.clip = bpy.data.movieclips.load(str(folder / f"plate.{FRAMES[0]}.exr"))
        footage.clip.frame_start = FRAMES[0]
        mask.mask = shot.rectangle()
        bpy.ops.lfpnet.add_matte(plate=footage.name, trimap=mask.name)
        bpy.ops.lfpnet.matte_frame(frame=1001)
        places.append(package.shot.find_shots(scene)[0].folder())
        assert scene_file
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "later.blend"))
    bpy.ops.wm.open_mainfile(filepath=str(folder / "later.blend"))
    meant = package.shot.find_shots(bpy.context.scene)[0]
    image = meant.group.nodes["LFPNet Result"].image
    return [
        places[0] != places[1],
        places[0].is_dir(),
        places[1].is_dir(),
        str(meant.folder().relative_to(folder)),
        meant.results().finished(),
        Path(bpy.path.abspath(image.filepath)).parent == meant.folder(),
    ]


def _twin(shot: Shot, tree, plate):
    """What Shift D makes: another node with the same group."""
    node = tree.nodes.new("CompositorNodeGroup")
    node.node_tree = shot.node.node_tree
    node.name = f"{shot.node.name}.{len(tree.nodes)}"
    mask = tree.nodes.new("CompositorNodeMask")
    mask.mask = shot.tree.nodes["Roto"].mask
    tree.links.new(plate.outputs[0], node.inputs["Plate"])
    tree.links.new(mask.outputs[0], node.inputs["Trimap"])
    return node


def _wrapped(shot: Shot, plate) -> list:
    """Two nodes of one group of the artist's, in which a matte node lies."""
    group = bpy.data.node_groups.new("Artist", "CompositorNodeTree")
    group.interface.new_socket(name="Plate", in_out="INPUT", socket_type="NodeSocketColor")
    entry, inner = group.nodes.new("NodeGroupInput"), group.nodes.new("CompositorNodeGroup")
    inner.node_tree, inner.name = shot.node.node_tree, "Inner"
    mask = group.nodes.new("CompositorNodeMask")
    mask.mask = shot.tree.nodes["Roto"].mask
    group.links.new(entry.outputs["Plate"], inner.inputs["Plate"])
    group.links.new(mask.outputs[0], inner.inputs["Trimap"])
    outer = []
    for _ in range(2):
        node = shot.tree.nodes.new("CompositorNodeGroup")
        node.node_tree = group
        shot.tree.links.new(plate.outputs[0], node.inputs["Plate"])
        outer.append(node)
    return outer
