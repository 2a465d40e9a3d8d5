"""What an artist may trust: sizes, ranges, keys, groups, undo, states of every frame, other add-ons, the time line."""

import os
import shutil
import struct
import zlib
from importlib import import_module
from pathlib import Path

import bpy
import numpy as np
import OpenEXR
from scenario_shot import FRAMES, HEIGHT, MODULE, WIDTH, Shot

IS_NEW = bpy.app.version >= (5,)


def sizes(package, folder: Path) -> dict:
    """Size of the matte, and how far its foreground over itself is from the plate as the compositor shows it."""
    found = {}
    shot = Shot(package, folder)
    footage = shot.tree.nodes["Footage"]
    shot.scene.render.resolution_x, shot.scene.render.resolution_y = 2 * WIDTH, 2 * HEIGHT
    render_size = (2 * WIDTH, 2 * HEIGHT)
    scale = _scale(shot, footage)
    moved = shot.tree.nodes.new("CompositorNodeTranslate")
    moved.inputs["X"].default_value = 24
    shot.tree.links.new(footage.outputs[0], moved.inputs["Image"])
    kinds = {"plain": footage, "scaled": scale, "moved": moved, "in a group": _in_group(shot, footage)}
    for name, node in kinds.items():
        shot.tree.links.new(node.outputs[0], shot.node.inputs["Plate"])
        bpy.ops.lfpnet.matte_frame(frame=1002)
        layers = OpenEXR.File(str(shot.results.path(1002))).channels()
        size = layers["fg"].pixels.shape[1::-1]
        canvas = render_size if name in ("scaled", "moved") else (WIDTH, HEIGHT)
        seen = shot.capture(shot.scene, {"plate": node.outputs[0]}, 1002, canvas)["plate"][..., :3]
        alpha = layers["RGBA"].pixels[..., 3]
        box = np.argwhere(alpha > 0.9)
        found[name] = {
            "size": list(size),
            "difference": float(np.abs(layers["fg"].pixels - seen).max()),
            "box": [*box.min(0).tolist(), *box.max(0).tolist()],
        }
    return found


def grouped(package, folder: Path) -> dict:
    """Ctrl G: the matte node alone, or with its footage, in a group of the artist's."""
    shot = Shot(package, folder)
    group, keeps = bpy.data.node_groups.new("Artist", "CompositorNodeTree"), {}
    for name, kind in (("Plate", "NodeSocketColor"), ("Trimap", "NodeSocketFloat")):
        group.interface.new_socket(name=name, in_out="INPUT", socket_type=kind)
    group.interface.new_socket(name="Alpha", in_out="OUTPUT", socket_type="NodeSocketFloat")
    entry, leave = group.nodes.new("NodeGroupInput"), group.nodes.new("NodeGroupOutput")
    inner = group.nodes.new("CompositorNodeGroup")
    inner.node_tree = shot.node.node_tree
    for name in ("Plate", "Trimap"):
        group.links.new(entry.outputs[name], inner.inputs[name])
    group.links.new(inner.outputs["Alpha"], leave.inputs["Alpha"])
    outer = shot.tree.nodes.new("CompositorNodeGroup")
    outer.node_tree = group
    shot.tree.links.new(shot.tree.nodes["Footage"].outputs[0], outer.inputs["Plate"])
    shot.tree.links.new(shot.tree.nodes["Roto"].outputs[0], outer.inputs["Trimap"])
    shot.tree.nodes.remove(shot.node)
    shot.tree.nodes.active = outer
    keeps["problem"] = package.shot.find_shots(shot.scene)[0].problem()
    bpy.ops.lfpnet.matte_frame(frame=1003)
    plate = OpenEXR.File(str(folder / "plate.1003.exr")).channels()["RGB"].pixels
    keeps["linked outside"] = _sent(shot, plate)
    shown = shot.capture(shot.scene, {"alpha": outer.outputs["Alpha"]}, 1003, (WIDTH, HEIGHT))["alpha"]
    keeps["shown"] = float(np.abs(shown - shot.alpha(1003)).max())
    footage, mask = group.nodes.new("CompositorNodeMovieClip"), group.nodes.new("CompositorNodeMask")
    footage.clip = bpy.data.movieclips.load(str(folder / f"plate.{FRAMES[0]}.exr"))
    footage.clip.frame_start = FRAMES[0]
    mask.mask = shot.tree.nodes["Roto"].mask
    group.links.new(footage.outputs[0], inner.inputs["Plate"])
    group.links.new(mask.outputs[0], inner.inputs["Trimap"])
    shot.settings.outer_pixels = 2
    bpy.ops.lfpnet.matte_frame(frame=1003)
    keeps["linked inside"] = _sent(shot, plate)
    keeps["groups"] = sorted(found.name for found in bpy.data.node_groups if ".00" in found.name)
    return keeps


def keys_and_ranges(package, folder: Path) -> dict:
    """Keyed bands frame by frame; the footage's own range; a still is one frame."""
    shot = Shot(package, folder)
    for frame, pixels in ((1001, 0), (1005, 8)):
        shot.settings.outer_pixels = pixels
        shot.settings.keyframe_insert("outer_pixels", frame=frame)
    bpy.ops.lfpnet.matte_range()
    unknown = [int((np.round(shot.alpha(frame) * 255) == 128).sum()) for frame in FRAMES]
    bpy.ops.lfpnet.reload()
    found = {"unknown": unknown, "states": _letters(package, shot)}
    shot.scene.frame_start, shot.scene.frame_end = 990, 1250
    meant = package.shot.find_shots(shot.scene)[0]
    found["range"] = [meant.frames()[0], meant.frames()[-1]]
    shot.scene.frame_start, shot.scene.frame_end = 1, 250
    try:
        bpy.ops.lfpnet.matte_range()
    except RuntimeError as error:
        found["outside"] = str(error)
    shot.settings.id_data.animation_data_clear()
    shot.tree.nodes["Footage"].image.source = "FILE"
    found["still"] = package.shot.find_shots(shot.scene)[0].frames()
    return found


def states_of_every_frame(package, folder: Path) -> dict:
    """Edits of masks and paintings make frames stale wherever the time line stands; what nobody can know is unknown."""
    shot = Shot(package, folder)
    layer = shot.tree.nodes["Roto"].mask.layers[0]
    for frame, alpha in ((1001, 1), (1005, 0.9)):
        layer.alpha = alpha
        layer.keyframe_insert("alpha", frame=frame)
    found = {}

    def note(name: str) -> None:
        bpy.ops.lfpnet.reload()
        found[name] = _letters(package, shot)

    bpy.ops.lfpnet.matte_range()
    note("matted")
    shot.scene.frame_set(1004)
    note("elsewhere")
    layer.alpha = 0.5
    layer.keyframe_insert("alpha", frame=1005)
    note("last key")
    point = layer.splines[0].points[0]
    point.co = (point.co[0] - 0.05, point.co[1])
    note("point")
    painting = bpy.data.images.new("Painting", WIDTH, HEIGHT, float_buffer=True, is_data=True)
    pixels = np.ones((HEIGHT, WIDTH, 4), np.float32)
    pixels[:, :40, :3] = 0
    painting.pixels.foreach_set(pixels.ravel())
    node = shot.tree.nodes.new("CompositorNodeImage")
    node.image = painting
    shot.settings.trimap_mode = "TRIMAP"
    shot.tree.links.new(node.outputs[0], shot.node.inputs["Trimap"])
    bpy.ops.lfpnet.matte_range()
    note("painting")
    pixels[30, 30:32, :3] = 1
    painting.pixels.foreach_set(pixels.ravel())
    painting.update()
    note("a stroke")
    bpy.ops.lfpnet.matte_range()
    layers = _render_layers(shot)
    shot.tree.links.new(layers.outputs[0], shot.node.inputs["Plate"])
    bpy.ops.lfpnet.matte_range(frames="1001-1002")
    note("objects")
    return found


def depth_of_masks(package, folder: Path) -> dict:
    """One key in 8 and 16 bits, directly and behind a node that does nothing."""
    shot = Shot(package, folder)
    shot.settings.trimap_mode = "KEYED"
    shot.settings.clip_black, shot.settings.clip_white = 0.25, 0.75
    shot.settings.inner_pixels = shot.settings.outer_pixels = 0
    ramp = np.linspace(0, 255, WIDTH).astype(np.uint8)[None].repeat(HEIGHT, axis=0)
    found = {}
    for bits in (8, 16):
        _write_png(folder / f"{bits}.png", ramp if bits == 8 else ramp.astype(">u2") * 257)
        for space in ("sRGB", "Non-Color"):
            node = shot.tree.nodes.new("CompositorNodeImage")
            node.image = bpy.data.images.load(str(folder / f"{bits}.png"), check_existing=False)
            node.image.colorspace_settings.name = space
            behind = shot.tree.nodes.new("CompositorNodeExposure")
            shot.tree.links.new(node.outputs[0], behind.inputs[0])
            for way, last in (("", node), (" behind a node", behind)):
                shot.tree.links.new(last.outputs[0], shot.node.inputs["Trimap"])
                bpy.ops.lfpnet.matte_frame(frame=1001)
                levels, counts = np.unique(np.round(shot.alpha(1001) * 255), return_counts=True)
                found[f"{space} {bits}{way}"] = dict(zip(levels.astype(int).tolist(), counts.tolist(), strict=True))
    return found


def _write_png(path: Path, grey: np.ndarray) -> None:
    """A grey picture of 8 or 16 bits."""
    rows = b"".join(b"\0" + row.astype(grey.dtype.newbyteorder(">")).tobytes() for row in grey)
    about = struct.pack(">IIBBBBB", grey.shape[1], grey.shape[0], 8 * grey.dtype.itemsize, 0, 0, 0, 0)
    chunks = (b"IHDR", about), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    data = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def undo(package, folder: Path) -> dict:
    """Results that an undo took out of the node are shown again, and a further range shows them too."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_range()
    handlers = import_module(f"{MODULE}.handlers")
    session = package.session.session()
    name = shot.node.node_tree.name
    found = {}
    for way, order in (("undo", handlers.on_undo), ("range", bpy.ops.lfpnet.matte_range)):
        group = bpy.data.node_groups[name]
        group.nodes.remove(group.nodes["LFPNet Result"])
        order()
        session.wait()
        found[way] = shot.difference(1003, 1003)
    found["listens"] = [len(lists) > 0 for lists in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post)]
    return found


def guests(package, folder: Path) -> dict:
    """Neither other add-ons nor the time line notice a capture."""
    shot = Shot(package, folder)
    heard = []
    names = [name for name in dir(bpy.app.handlers) if name.startswith(("render_", "composite_", "frame_change_"))]
    lists = {name: getattr(bpy.app.handlers, name) for name in names}

    def listener(name):
        return lambda *_: heard.append(name)

    for name, handlers in lists.items():
        handlers.append(listener(name))
    before = {name: list(handlers) for name, handlers in lists.items()}
    shot.scene.frame_set(1002)
    heard.clear()
    bpy.ops.lfpnet.matte_range(frames="1003-1004")
    found = {"footage": sorted(set(heard)), "frames": [shot.scene.frame_current]}
    layers = _render_layers(shot)
    shot.tree.links.new(layers.outputs[0], shot.node.inputs["Plate"])
    heard.clear()
    bpy.ops.lfpnet.matte_range(frames="1003-1004")
    found["objects"] = sorted(name for name in set(heard) if not name.startswith("frame_change"))
    found["frames"].append(shot.scene.frame_current)
    bpy.ops.lfpnet.preview_trimap(frame=1005)
    found["frames"].append(shot.scene.frame_current)
    shot.scene.render.resolution_percentage = 50
    bpy.ops.lfpnet.matte_frame(frame=1004)
    found["half"] = list(OpenEXR.File(str(shot.results.path(1004))).channels()["fg"].pixels.shape[:2])
    found["kept"] = all(list(lists[name]) == before[name] for name in lists)
    found["scenes"] = [scene.name for scene in bpy.data.scenes]
    return found


def while_rendering(package, folder: Path) -> dict:
    """While Blender renders, nothing is captured or shown; it goes on afterwards."""
    shot = Shot(package, folder)
    session, capture = package.session.session(), import_module(f"{MODULE}.host.capture")
    is_rendering = package.session.is_rendering
    for module in (package.session, capture):
        module.is_rendering = lambda: True
    run = session.matte(package.shot.find_shots(shot.scene)[0], [1001, 1002], is_forced=False, is_urgent=False)
    for _ in range(20):
        session.pump()
    found = {"said": session.said[shot.node.node_tree.name].text, "is_over": run.is_over}
    try:
        bpy.ops.lfpnet.preview_trimap()
    except RuntimeError as error:
        found["preview"] = str(error)
    for module in (package.session, capture):
        module.is_rendering = is_rendering
    session.wait()
    found["done"] = len(run.done)
    found["then"] = session.said[shot.node.node_tree.name].text
    return found


def preview_follows(package, folder: Path) -> dict:
    """The preview follows sliders and the time line, and Hide leaves nothing of it."""
    shot = Shot(package, folder)
    session = package.session.session()
    for node in [node for node in shot.tree.nodes if node.type == "VIEWER"]:
        shot.tree.nodes.remove(node)
    bpy.ops.lfpnet.preview_trimap()

    def amber() -> int:
        image = bpy.data.images["LFPNet Trimap Preview"]
        pixels = np.empty(WIDTH * HEIGHT * 4, np.float32)
        image.pixels.foreach_get(pixels)
        red, _, blue = pixels.reshape(-1, 4)[:, :3].T
        return int(((red > 0.4) & (blue < red)).sum())

    found = {"first": amber()}
    bpy.ops.wm.save_mainfile()
    session.wait()
    found["after saving"] = amber()
    shutil.copyfile(bpy.data.filepath, folder / "stored.blend")  # the open one cannot be looked into
    with bpy.data.libraries.load(str(folder / "stored.blend")) as (there, _):
        found["in the file"] = "LFPNet Trimap Preview" in there.images
    shot.settings.outer_pixels = 12
    session.look_again()
    session.wait()
    found["slider"] = amber()
    session.is_touched = True
    session.look_again()
    found["same again"] = session.is_busy
    layer = shot.tree.nodes["Roto"].mask.layers[0]
    for frame, alpha in ((1001, 1), (1002, 0)):
        layer.alpha = alpha
        layer.keyframe_insert("alpha", frame=frame)
    shot.scene.frame_set(1002)
    session.is_touched = True
    session.look_again()
    session.wait()
    found["no mask"] = amber()
    shot.settings.outer_pixels = 3
    bpy.ops.lfpnet.preview_trimap()
    session.look_again()
    session.wait()
    found["left"] = ["LFPNet Trimap Preview" in shot.tree.nodes, "LFPNet Trimap Preview" in bpy.data.images]
    viewer = next(node for node in shot.tree.nodes if node.type == "VIEWER")
    found["viewer"] = viewer.inputs["Image"].links[0].from_socket.name
    return found


def farm_saves(package, folder: Path) -> dict:
    """Chunks of one file on a farm: each saves what all have made; a file that cannot be saved is refused before."""
    shot = Shot(package, folder)
    bpy.ops.wm.save_mainfile()
    farm = import_module(f"{MODULE}.render_farm").main
    stored = Path(bpy.data.filepath)
    access, os.access = os.access, lambda path, _: str(path) != str(stored)  # tests may run as root
    found = {"codes": [farm(["--frames", "1001-1002"])]}
    os.access = access
    found["codes"].append(farm(["--frames", "1001-1002"]))
    first = stored.read_bytes()
    found["codes"].append(farm(["--frames", "1001-1002"]))
    found["kept"] = stored.read_bytes() == first
    shot.scene = bpy.context.scene
    find = import_module(f"{MODULE}.shot").find_shots
    saving = import_module(f"{MODULE}.saving")
    loaded = saving.loaded_file(find(bpy.context.scene)[0])
    bpy.ops.lfpnet.matte_range(frames="1003-1005")
    shutil.copy(stored, folder / "other.blend")
    shutil.copyfile(folder / "other.blend", stored)  # another machine has saved meanwhile
    found["saved"] = saving.save_shown(lambda: find(bpy.context.scene)[0], loaded)
    found["files"] = sorted(path.name for path in folder.glob("*.blend*"))
    found["mean"] = float(
        OpenEXR.File(str(find(bpy.context.scene)[0].results().path(1003))).channels()["RGBA"].pixels[..., 3].mean()
    )
    bpy.ops.wm.read_homefile(use_empty=True)
    return found


def _letters(package, shot: Shot) -> str:
    states = package.session.session().states[shot.node.node_tree.name]
    return "".join(states[frame][0] for frame in FRAMES)


def _sent(shot: Shot, plate: np.ndarray) -> float:
    return float(np.abs(OpenEXR.File(str(shot.results.path(1003))).channels()["fg"].pixels - plate).max())


def _scale(shot: Shot, footage):
    node = shot.tree.nodes.new("CompositorNodeScale")
    if IS_NEW:
        node.inputs["Type"].default_value = "Render Size"
    else:
        node.space = "RENDER_SIZE"
    shot.tree.links.new(footage.outputs[0], node.inputs[0])
    return node


def _in_group(shot: Shot, footage):
    group = bpy.data.node_groups.new("Footage group", "CompositorNodeTree")
    group.interface.new_socket(name="Image", in_out="OUTPUT", socket_type="NodeSocketColor")
    inner, leave = group.nodes.new("CompositorNodeImage"), group.nodes.new("NodeGroupOutput")
    inner.image = footage.image
    for name in ("frame_start", "frame_duration", "frame_offset"):
        setattr(inner, name, getattr(footage, name))
    group.links.new(inner.outputs[0], leave.inputs[0])
    node = shot.tree.nodes.new("CompositorNodeGroup")
    node.node_tree = group
    return node


def _render_layers(shot: Shot):
    scene = shot.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    scene.cycles.use_denoising = False
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    return shot.tree.nodes.new("CompositorNodeRLayers")
