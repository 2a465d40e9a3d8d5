"""The script that an artist saves: read by Tcl, rendered where there is no plugin, matted on a farm, upgraded."""

import runpy
import shutil
import sys
from pathlib import Path

import nk_loader
import nuke
import nuke_pictures
import pytest
from nuke import _session
from nuke_scenarios import FRAMES, SAME
from nuke_terminal import run_terminal

#: Node classes that every Nuke has.
NATIVE = {
    "Input",
    "Output",
    "Read",
    "Copy",
    "Switch",
    "Dot",
    "NoOp",
    "Shuffle",
    "Shuffle2",
    "AddChannels",
    "Crop",
    "Assert",
    "Constant",
    "Merge2",
}


@pytest.fixture
def matted(make_stage):
    """A script with a matted node and a Write, saved; the stage and the node."""
    stage = make_stage(has_window=False)
    node = stage.scene()
    stage.press(node, "lfp_matte")
    write = nuke.nodes.Write(file=str(stage.folder / "out.%04d.exr"), channels="all", raw=True, file_type="exr")
    write["datatype"].setValue("32 bit float")
    write.setInput(0, node)
    nuke.scriptSaveAs(str(stage.folder / "shot.nk"))
    return stage, node


def test_tcl_finds_the_connections_and_knobs_of_the_saved_node(matted):
    stage, node = matted
    script = nk_loader.load(stage.folder / "shot.nk")
    saved = script.node(node.name())
    assert saved.kind == "Group"
    assert [source.knobs["file"] for source in saved.inputs[:2]] == [stage.patterns["plate"], stage.patterns["trimap"]]
    assert {layer: len(script.layers[layer]) for layer in ("lfp_fg", "lfp_bg")} == {"lfp_fg": 3, "lfp_bg": 3}
    assert script.layers["lfp_trimap"] == ["lfp_trimap.alpha"]
    numbers = {child.name: child.knobs.get("number", "0") for child in saved.children if child.kind == "Input"}
    assert numbers == {"Plate": "0", "Trimap": "1", "Core": "2"}
    (read,) = [child for child in saved.children if child.kind == "Read"]
    assert read.knobs["raw"] == "true"
    assert read.knobs["file"] == "[value parent.lfp_cache]"
    assert read.knobs["localizationPolicy"] == "off"
    assert (read.knobs["first"], read.knobs["last"]) == ("1001", "1003")
    (output,) = [child for child in saved.children if child.kind == "Output"]
    assert output.inputs[0] is not None
    reached, waiting = set(), [output]
    while waiting:
        one = waiting.pop()
        reached.add(one.name)
        waiting += [source for source in one.inputs if source is not None]
    assert {"Plate", read.name} <= reached
    assert "lfp_version" in {knob.name for knob in saved.user_knobs}


def test_the_saved_node_needs_no_python_to_render(matted):
    stage, node = matted
    saved = nk_loader.load(stage.folder / "shot.nk").node(node.name())
    everyone = [saved, *saved.children]
    assert {child.kind for child in saved.children} <= NATIVE
    for one in everyone:
        assert not {"knobChanged", "onCreate", "onDestroy", "updateUI", "autolabel"} & set(one.knobs)
        assert not any("python" in value for name, value in one.knobs.items() if name != "label")
    for button in (knob for knob in saved.user_knobs if knob.number == 22):
        assert "except ImportError" in button.text, f"{button.name} fails where there is no plugin"
        compile(button.text, button.name, "exec")


def test_what_is_read_back_from_the_script_is_what_was_saved(matted):
    stage, node = matted
    values = {name: knob.value() for name, knob in node.knobs().items()}
    nuke.scriptOpen(str(stage.folder / "shot.nk"))
    again = nuke.toNode("LFPNet1")
    assert {name: knob.value() for name, knob in again.knobs().items()} == values
    assert {name: knob.tooltip() for name, knob in again.knobs().items()}["lfp_mode"]


def test_a_render_without_the_plugin_gives_exactly_the_sidecars_pixels(matted):
    stage, node = matted
    done = run_terminal("-x", stage.folder / "shot.nk", "1001-1003")
    assert done.returncode == 0, done.stderr
    for frame in FRAMES:
        rendered = str(stage.folder / f"out.{frame}.exr")
        assert nuke_pictures.difference(str(stage.result(node, frame)), rendered, SAME) == 0.0


@pytest.mark.parametrize("has_window", [False, True], ids=["terminal", "window"])
def test_a_button_without_the_plugin_is_one_sentence(has_window, matted, monkeypatch):
    stage, _ = matted
    _session.start(gui=has_window)
    nuke.scriptOpen(str(stage.folder / "shot.nk"))
    for name in [name for name in sys.modules if name.split(".")[0] == "lfpnet_nuke"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "lfpnet_nuke", None)
    nuke.toNode("LFPNet1")["lfp_matte"].execute()
    session = _session.current()
    assert "NUKE_PATH" in "".join(session.messages if has_window else session.printed)


def test_a_farm_mattes_frames_of_a_script_without_a_window(matted, plugin_folder):
    stage, node = matted
    for frame in FRAMES:
        stage.result(node, frame).unlink()
    batch = plugin_folder / "lfpnet_nuke" / "render_farm.py"
    done = run_terminal("-t", batch, stage.folder / "shot.nk", "--frames", "1001-1003x2", plugin=plugin_folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert [stage.result(node, frame).exists() for frame in FRAMES] == [True, False, True]
    assert "2 matted" in done.stdout
    again = run_terminal("-t", batch, stage.folder / "shot.nk", "--node", "LFPNet1", plugin=plugin_folder)
    assert again.returncode == 0, again.stderr
    assert "1 matted" in again.stdout
    wrong = run_terminal("-t", batch, stage.folder / "shot.nk", "--node", "LFPNet7", plugin=plugin_folder)
    assert wrong.returncode == 2
    assert "LFPNet7" in wrong.stdout
    assert "Traceback" not in wrong.stdout + wrong.stderr
    node["lfp_cache"].setValue(str(stage.folder / "a.%04d.%04d.exr"))
    nuke.scriptSave()
    odd = run_terminal("-t", batch, stage.folder / "shot.nk", plugin=plugin_folder)
    assert odd.returncode == 2
    assert "Expected one frame token" in odd.stdout
    assert "Traceback" not in odd.stdout + odd.stderr


def test_a_node_inside_another_group_is_matted(make_stage):
    stage = make_stage()
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    with nuke.nodes.Group(name="Comp") as outer:
        node = stage.node(stage.source(patterns["plate"]), stage.source(patterns["trimap"]))
        nuke.nodes.Output(inputs=[node])
    assert node.fullName() == "Comp.LFPNet1"
    stage.press(node, "lfp_matte_current")
    assert stage.result(node, 1001).is_file(), node["lfp_state"].value()
    seen = stage.render(outer, 1001, "seen.exr")
    assert nuke_pictures.difference(str(stage.result(node, 1001)), str(seen), SAME) == 0.0


def test_an_older_node_gets_the_knobs_it_lacks_when_its_script_is_opened(matted):
    stage, _ = matted
    text = (stage.folder / "shot.nk").read_text()
    (declared,) = [line for line in text.splitlines() if "addUserKnob {3 lfp_tile" in line]
    older = text.replace(declared + "\n", "")
    older = older.replace(" lfp_version 2\n", " lfp_version 0\n")
    assert older.count("lfp_version 0") == 1
    (stage.folder / "older.nk").write_text(older)
    import lfpnet_nuke.startup

    _session.start(gui=True)
    lfpnet_nuke.startup.begin()
    nuke.scriptOpen(str(stage.folder / "older.nk"))
    node = nuke.toNode("LFPNet1")
    assert node["lfp_tile"].value() == 0
    assert node["lfp_version"].value() == 2
    stage.render(node, 1001, "older.exr")


@pytest.mark.usefixtures("shared_sidecar")
def test_the_start_files_add_a_menu_only_where_there_is_a_window(plugin_folder):
    _session.start(gui=False)
    runpy.run_path(str(plugin_folder / "init.py"))
    assert not _session.current().printed, _session.current().printed
    runpy.run_path(str(plugin_folder / "menu.py"))  # Nuke itself runs it with a window only; it must not raise
    _session.start(gui=True)
    runpy.run_path(str(plugin_folder / "init.py"))
    runpy.run_path(str(plugin_folder / "menu.py"))
    (command,) = [call for name, call in _session.current().menu_commands.items() if "LFPNet" in name]
    assert command().knob("lfp_version") is not None


def test_a_broken_plugin_never_breaks_the_start_of_nuke(plugin_folder, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(plugin_folder, broken)
    (broken / "lfpnet_nuke" / "startup.py").write_text("raise RuntimeError('a file of the plugin is damaged')\n")
    (tmp_path / "hello.py").write_text("print('Nuke is here')\n")
    done = run_terminal("-t", tmp_path / "hello.py", plugin=broken)
    assert done.returncode == 0, done.stderr
    assert "Nuke is here" in done.stdout
    assert "a file of the plugin is damaged" in done.stdout


def test_a_fresh_session_loads_neither_torch_nor_windows(plugin_folder, tmp_path):
    script = tmp_path / "look.py"
    script.write_text(
        "import sys\n"
        "found = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(found & {'torch', 'cv2', 'lfpnet', 'sidecar', 'PySide2', 'PySide6', 'lfpnet_nuke'}))\n"
    )
    done = run_terminal("-t", script, plugin=plugin_folder)
    assert done.stdout.splitlines()[:1] == ["['lfpnet_nuke']"], done.stdout + done.stderr


def test_the_terminal_of_the_fake_says_when_a_render_fails(matted):
    stage, node = matted
    stage.result(node, 1002).unlink()
    done = run_terminal("-x", stage.folder / "shot.nk", "1001-1003")
    assert done.returncode != 0
    assert Path(stage.result(node, 1002)).name in done.stderr
