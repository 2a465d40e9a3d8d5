"""What the node accepts as plate and trimap, and which pixels reach the sidecar: its foreground is the plate it got."""

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import OpenEXR
from scenario_shot import FRAMES, HEIGHT, WIDTH, Shot

FRAME = 1003


def plates(package, folder: Path) -> dict:
    """Largest difference between what was in the footage and what the sidecar got, by kind of footage."""
    shot = Shot(package, folder)
    wanted = OpenEXR.File(str(folder / f"plate.{FRAME}.exr")).channels()["RGB"].pixels
    found = {}
    kinds = {"clip": (_clip(shot), 1), "nodes": (_brighter(shot), 2), "layers": (_layers(shot), 1)}
    for name, (node, factor) in kinds.items():
        found[name] = float(np.abs(_sent(shot, node) - wanted * factor).max())
    found["render"] = float(np.abs(_sent(shot, _render_layers(shot)) - 0.25).max())
    return found


def trimaps(package, folder: Path) -> dict:
    """Levels of alpha in the picture, which are those of the trimap, by kind of trimap."""
    shot = Shot(package, folder)
    found = {}

    def levels() -> list:
        bpy.ops.lfpnet.matte_frame(frame=FRAME)
        values, counts = np.unique(np.round(shot.alpha(FRAME) * 255), return_counts=True)
        return [values.tolist(), counts.tolist()]

    shot.settings.inner_pixels = shot.settings.outer_pixels = 0
    found["hard"] = levels()
    for point in shot.tree.nodes["Roto"].mask.layers[0].splines[0].points:
        point.weight = 0.5
    found["feathered"] = levels()
    shot.settings.trimap_mode = "CORE_EDGE"
    edge = shot.tree.nodes.new("CompositorNodeMask")
    edge.mask = shot.rectangle()
    for point in edge.mask.layers[0].splines[0].points:
        for part in ("co", "handle_left", "handle_right"):
            x, y = getattr(point, part)
            setattr(point, part, ((x - 0.5) * 1.2 + 0.5, (y - 0.5) * 1.2 + 0.5))
    for point in shot.tree.nodes["Roto"].mask.layers[0].splines[0].points:
        point.weight = 0
    shot.tree.links.new(edge.outputs[0], shot.node.inputs["Edge"])
    found["core and edge"] = levels()
    shot.settings.trimap_mode = "TRIMAP"
    grey = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    grey[20:], grey[60:] = 127 / 255, 1
    OpenEXR.File({}, {"RGB": grey}).write(str(folder / "trimap.exr"))
    image = shot.tree.nodes.new("CompositorNodeImage")
    image.image = bpy.data.images.load(str(folder / "trimap.exr"))
    image.image.colorspace_settings.name = "Non-Color"
    shot.tree.links.new(image.outputs[0], shot.node.inputs["Trimap"])
    found["picture"] = levels()
    return found


def spaces(package, folder: Path) -> dict:
    """Half results; the working space's name in the result; footage of another space as the compositor sees it."""
    shot = Shot(package, folder)
    bpy.ops.lfpnet.matte_frame()
    found = {"float": str(_kind(shot)), "space": _header(shot)}
    shot.settings.depth = "half"
    bpy.ops.lfpnet.matte_frame()
    found["half"] = str(_kind(shot))
    found["shown_as"] = shot.node.node_tree.nodes["LFPNet Result"].image.colorspace_settings.name
    if bpy.app.version < (5, 0):
        return found
    bpy.ops.wm.set_working_color_space(working_space="ACEScg", convert_colors=False)
    shot.settings.depth = "float"
    for frame in (1001, 1002):
        bpy.ops.lfpnet.matte_frame(frame=frame)
    found["other_space"] = _header(shot)
    found["other_shown_as"] = shot.node.node_tree.nodes["LFPNet Result"].image.colorspace_settings.name
    found["other_difference"] = shot.difference(1002, 1002)
    seen = shot.capture(shot.scene, {"plate": shot.tree.nodes["Footage"].outputs[0]}, 1002, (WIDTH, HEIGHT))["plate"]
    sent = OpenEXR.File(str(shot.results.path(1002))).channels()["fg"].pixels
    found["other_plate"] = float(np.abs(seen[..., :3] - sent).max())
    return found


def no_camera(package, folder: Path) -> dict:
    """A scene that cannot render is a sentence, and the next order works."""
    shot = Shot(package, folder)
    footage = shot.node.inputs["Plate"].links[0].from_socket
    layers = _render_layers(shot)
    shot.scene.camera = None
    said = _refusal(lambda: _sent(shot, layers))
    shot.tree.links.new(footage, shot.node.inputs["Plate"])
    bpy.ops.lfpnet.matte_frame(frame=FRAME)
    return {"said": said, "scenes": len(bpy.data.scenes), "finished": shot.results.finished()}


def _refusal(order: Callable[[], object]) -> str:
    try:
        order()
    except RuntimeError as error:
        return str(error)
    return ""


def _sent(shot: Shot, node) -> np.ndarray:
    """Matte with another plate; the foreground that comes back."""
    shot.tree.links.new(node.outputs[0], shot.node.inputs["Plate"])
    bpy.ops.lfpnet.matte_frame(frame=FRAME)
    return OpenEXR.File(str(shot.results.path(FRAME))).channels()["fg"].pixels


def _clip(shot: Shot):
    node = shot.tree.nodes.new("CompositorNodeMovieClip")
    node.clip = bpy.data.movieclips.load(str(shot.folder / f"plate.{FRAMES[0]}.exr"))
    node.clip.frame_start = FRAMES[0]
    return node


def _brighter(shot: Shot):
    """Footage behind a reroute and a node that doubles it."""
    exposure = shot.tree.nodes.new("CompositorNodeExposure")
    exposure.inputs["Exposure"].default_value = 1
    reroute = shot.tree.nodes.new("NodeReroute")
    shot.tree.links.new(shot.tree.nodes["Footage"].outputs[0], reroute.inputs[0])
    shot.tree.links.new(reroute.outputs[0], exposure.inputs["Image"])
    return exposure


def _layers(shot: Shot):
    """The same plates in multi-layer files."""
    for frame in FRAMES:
        plate = OpenEXR.File(str(shot.folder / f"plate.{frame}.exr")).channels()["RGB"].pixels
        alpha = np.ones((HEIGHT, WIDTH, 1), np.float32)
        layers = {"RGBA": np.concatenate([plate * 0.5, alpha], axis=-1), "beauty": plate}
        OpenEXR.File({}, layers).write(str(shot.folder / f"layers.{frame}.exr"))
    node = shot.tree.nodes.new("CompositorNodeImage")
    node.image = bpy.data.images.load(str(shot.folder / f"layers.{FRAMES[0]}.exr"))
    node.image.source = "SEQUENCE"
    node.frame_start, node.frame_duration, node.frame_offset = FRAMES[0], len(FRAMES), FRAMES[0] - 1
    return _Socket(node, "beauty")


class _Socket:
    """A node whose first output is a named one."""

    def __init__(self, node, name: str) -> None:
        self.outputs = [node.outputs[name]]


def _render_layers(shot: Shot):
    """A scene of one grey, rendered by Cycles."""
    scene = shot.scene
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 4, "CPU"
    scene.cycles.use_denoising = False
    scene.world = bpy.data.worlds.new("Grey")
    scene.world.use_nodes = True
    scene.world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.25, 0.25, 0.25, 1)
    scene.camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    scene.collection.objects.link(scene.camera)
    return shot.tree.nodes.new("CompositorNodeRLayers")


def _kind(shot: Shot) -> np.dtype:
    return OpenEXR.File(str(shot.results.path(1001))).channels()["RGBA"].pixels.dtype


def _header(shot: Shot) -> str:
    return str(OpenEXR.File(str(shot.results.path(1001))).header().get("lfpnet/workingSpace", ""))
