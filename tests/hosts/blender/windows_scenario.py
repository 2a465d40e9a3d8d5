"""What happens inside a Blender with windows: `blender --enable-event-simulate -P windows_scenario.py -- ZIP FOLDER`.

Keys and mouse are simulated by Blender itself. Writes found.json and pictures of the window into FOLDER and ends. A
sidecar has to run already: this Blender may be one that cannot start it, such as one in a root of its own.
"""

import json
import os
import shutil
import sys
import time
import traceback
from array import array
from importlib import import_module
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "examples" / "blender"))
from roto_masks import roto_masks  # noqa: E402 - the example's folder is no package

PLATE, ROTO = ROOT / "examples/astronaut/plate.png", ROOT / "examples/astronaut/roto.json"
MODULE = "bl_ext.user_default.lfpnet_blender"
PATIENCE_SECONDS = 240.0
#: Enough time for a software renderer to draw the window.
DRAW_SECONDS = 2.0


class Windows:
    """One window with the compositor in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: dict = {"version": bpy.app.version_string, "python": sys.version.split()[0]}

    @property
    def window(self):
        return bpy.context.window_manager.windows[0]

    @property
    def area(self):
        return next(area for area in self.window.screen.areas if area.type == "NODE_EDITOR")

    def override(self):
        """A context as if the mouse were over the compositor."""
        region = next(region for region in self.area.regions if region.type == "WINDOW")
        return bpy.context.temp_override(window=self.window, area=self.area, region=region)

    def at(self, across: float, up: float) -> dict[str, int]:
        """A place in the compositor, 0 to 1 from its lower left corner."""
        area = self.area
        return {"x": int(area.x + across * area.width), "y": int(area.y + up * area.height)}

    def key(self, name: str, place: dict[str, int], unicode: str = "", *, shift: bool = False) -> None:
        for value in ("PRESS", "RELEASE"):
            letter = {"unicode": unicode} if unicode and value == "PRESS" else {}
            self.window.event_simulate(type=name, value=value, shift=shift, **letter, **place)

    def move(self, place: dict[str, int]) -> None:
        self.window.event_simulate(type="MOUSEMOVE", value="NOTHING", **place)

    def picture(self, name: str) -> None:
        """Keep Xvfb's own picture: Blender's screenshot is black where Mesa draws in software."""
        if os.environ.get("LFPNET_SCREEN_FILE"):
            shutil.copyfile(os.environ["LFPNET_SCREEN_FILE"], self.folder / f"{name}.xwd")
            return
        with self.override():
            bpy.ops.screen.screenshot(filepath=str(self.folder / f"{name}.png"))


def story(windows: Windows, zip_file: str):
    """The steps of an artist; yields seconds to wait, or something to wait for."""
    bpy.context.preferences.view.show_splash = False
    bpy.ops.extensions.package_install_files(repo="user_default", filepath=zip_file, enable_on_install=True)
    session = import_module(f"{MODULE}.session").session
    tree = open_compositor(windows)
    yield DRAW_SECONDS
    arrange(windows)
    yield DRAW_SECONDS
    windows.picture("1-empty")
    yield from add_by_menu(windows, tree)
    node = tree.nodes.active
    yield lambda: session().snapshot.state == "connected"
    node.node_tree.lfpnet.trimap_mode = "CORE_EDGE"
    tree.links.new(tree.nodes["Edge"].outputs[0], node.inputs["Edge"])
    tree.links.new(node.outputs["Premultiplied"], tree.nodes["Viewer"].inputs["Image"])
    yield DRAW_SECONDS
    windows.picture("3-linked")
    node.width = 180
    yield from preview(windows, tree, session)
    yield from matte_frame(windows, session)
    yield from change(windows, node, session)
    yield from escape(windows, session)
    windows.found["sentences"] = [session().sidecar().text, *(said.text for said in session().said.values())]


def open_compositor(windows: Windows):
    """Footage and masks in the workspace of the compositor."""
    windows.window.workspace = bpy.data.workspaces["Compositing"]
    scene = bpy.context.scene
    scene.view_settings.view_transform = "Standard"
    bpy.ops.wm.save_as_mainfile(filepath=str(windows.folder / "astronaut.blend"))
    tree = import_module(f"{MODULE}.host.tree").ensure_compositor_tree(scene)
    for other in [node for node in tree.nodes if node.type != "OUTPUT_FILE" and node.type != "GROUP_OUTPUT"]:
        tree.nodes.remove(other)
    plate = tree.nodes.new("CompositorNodeImage")
    plate.image, plate.location = bpy.data.images.load(str(PLATE)), (-420, 260)
    plate.name = plate.label = "Footage"
    scene.render.resolution_x, scene.render.resolution_y = plate.image.size
    for index, (role, mask) in enumerate(roto_masks(ROTO).items()):
        node = tree.nodes.new("CompositorNodeMask")
        node.mask, node.location = mask, (-420, -60 - 240 * index)
        node.name = node.label = role.capitalize()
    viewer = tree.nodes.new("CompositorNodeViewer")
    viewer.name, viewer.location = "Viewer", (-80, -200)
    for node in [node for node in tree.nodes if node.type == "GROUP_OUTPUT"]:
        node.location = (-80, -400)
    for node in tree.nodes:
        node.select = node.name in ("Footage", "Core")
    return tree


def arrange(windows: Windows) -> None:
    """The compositor alone, with backdrop and the extension's tab."""
    with windows.override():
        bpy.ops.screen.screen_full_area()
    space = windows.area.spaces.active
    space.show_backdrop, space.show_region_ui = True, True
    if hasattr(space, "show_region_asset_shelf"):
        space.show_region_asset_shelf = False
    for region in windows.area.regions:
        if region.type == "UI":
            region.active_panel_category = "LFPNet"
    with windows.override():
        bpy.ops.node.view_all()


def add_by_menu(windows: Windows, tree):
    """Shift A, then the name of the entry, then Enter."""
    before, place = len(tree.nodes), windows.at(0.35, 0.85)
    windows.move(place)
    yield DRAW_SECONDS
    windows.key("A", place, shift=True)
    yield DRAW_SECONDS
    windows.picture("2-add-menu")
    for letter in "lfpnet":
        windows.key(letter.upper(), place, letter)
        yield 0.2
    yield DRAW_SECONDS
    windows.picture("2-add-search")
    windows.key("RET", place)
    yield lambda: len(tree.nodes) > before
    node = tree.nodes.active
    windows.found["added"] = node.name
    windows.found["linked"] = sorted(socket.name for socket in node.inputs if socket.is_linked)
    yield DRAW_SECONDS
    with windows.override():
        bpy.ops.node.view_all()
    windows.area.spaces.active.backdrop_offset = (300, 0)  # the picture beside the nodes


def preview(windows: Windows, tree, session):
    """The trimap over the plate, on and off."""
    with windows.override():
        bpy.ops.lfpnet.preview_trimap("INVOKE_DEFAULT")
    yield lambda: not session().is_busy
    yield DRAW_SECONDS
    windows.picture("4-trimap")
    image = bpy.data.images.get("LFPNet Trimap Preview")
    windows.found["preview"] = None if image is None else list(image.size)
    with windows.override():
        bpy.ops.lfpnet.preview_trimap("INVOKE_DEFAULT")
    windows.found["viewer_shows"] = tree.nodes["Viewer"].inputs["Image"].links[0].from_socket.name
    yield DRAW_SECONDS


def matte_frame(windows: Windows, session):
    """A frame, while Blender stays usable."""
    with windows.override():
        windows.found["returned"] = sorted(bpy.ops.lfpnet.matte_frame("INVOKE_DEFAULT"))
    yield lambda: not session().is_busy
    yield DRAW_SECONDS
    shot = import_module(f"{MODULE}.shot").find_shots(bpy.context.scene)[0]
    windows.found["finished"] = shot.results().finished()
    windows.picture("5-matted")


def change(windows: Windows, node, session):
    """Another trimap makes the frame stale by itself, and its new matte replaces the old one in the backdrop."""
    settings, states = node.node_tree.lfpnet, session().states[node.node_tree.name]
    windows.found["before"] = [states[1], shown_alpha()]
    settings.trimap_mode, settings.inner_pixels, settings.outer_pixels = "ROTO", 0, 0
    yield lambda: session().states[node.node_tree.name][1] == "stale" and not session().is_busy
    yield DRAW_SECONDS
    with windows.override():
        bpy.ops.lfpnet.matte_frame("INVOKE_DEFAULT")
    yield lambda: not session().is_busy
    yield DRAW_SECONDS
    windows.found["after"] = [session().states[node.node_tree.name][1], shown_alpha()]
    windows.picture("6-changed")


def shown_alpha() -> float:
    """The mean of alpha in the backdrop."""
    image = bpy.data.images["Viewer Node"]
    pixels = array("f", bytes(4 * 4 * image.size[0] * image.size[1]))
    image.pixels.foreach_get(pixels)
    return sum(pixels[3::4]) / (image.size[0] * image.size[1])


def escape(windows: Windows, session):
    """A range that Esc ends."""
    bpy.context.scene.frame_end = 40
    shot = import_module(f"{MODULE}.shot").find_shots(bpy.context.scene)[0]
    shot.settings.is_forced = True
    with windows.override():
        bpy.ops.lfpnet.matte_range("INVOKE_DEFAULT")
    run = session().runs[shot.name]
    yield lambda: len(run.done) >= 1
    yield DRAW_SECONDS
    windows.picture("7-running")
    windows.key("ESC", windows.at(0.3, 0.5))
    yield lambda: not session().is_busy
    yield DRAW_SECONDS
    windows.found["cancelled"] = {"is_cancelled": run.is_cancelled, "done": len(run.done), "of": run.total}
    windows.picture("8-cancelled")


def drive(windows: Windows, steps) -> None:
    """Take the next step whenever what the last one waits for has come; always end Blender."""
    state = {"until": None, "begun": time.monotonic()}

    def advance():
        try:
            if state["until"] is not None and not state["until"]():
                if time.monotonic() - state["begun"] > PATIENCE_SECONDS:
                    windows.picture("late")
                    raise TimeoutError("a step did not end")
                return 0.1
            wanted = next(steps, "end")
        except Exception:
            windows.found["error"] = traceback.format_exc()
            wanted = "end"
        if wanted == "end":
            (windows.folder / "found.json").write_text(json.dumps(windows.found))
            sys.stdout.flush()
            os._exit(0)
        state["until"], state["begun"] = (wanted if callable(wanted) else None), time.monotonic()
        return 0.1 if callable(wanted) else float(wanted)

    bpy.app.timers.register(advance, first_interval=3.0)


if __name__ == "__main__":
    zip_name, folder_name = sys.argv[sys.argv.index("--") + 1 :][:2]
    shown = Windows(Path(folder_name))
    drive(shown, story(shown, zip_name))
