"""What `lfpnet install nuke` leaves in a Nuke folder, loaded by the fake as Nuke loads ~/.nuke."""

import nuke
import nuke_pictures
import pytest
from nuke import _session
from nuke_scenarios import SAME
from nuke_terminal import run_terminal

from sidecar.cli.install import bundle_script
from sidecar.cli.nuke_folder import install, uninstall

BUILD = bundle_script().build_nuke
LOOK = """
import sys
print("loaded" if "lfpnet_nuke" in sys.modules else "not loaded")
print(getattr(sys.modules.get("lfpnet_nuke"), "__file__", ""))
"""


@pytest.fixture
def nuke_folder(tmp_path):
    """An artist's folder with an init.py of his own and the plugin beside it."""
    folder = tmp_path / "my tools" / ".nuke"
    folder.mkdir(parents=True)
    (folder / "init.py").write_text("print('the artist was here first')\n")
    install(folder, BUILD)
    (tmp_path / "look.py").write_text(LOOK)
    return folder


def look(nuke_folder, tmp_path):
    done = run_terminal("-t", tmp_path / "look.py", plugin=nuke_folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.usefixtures("shared_sidecar")
def test_an_installed_plugin_is_loaded_and_an_uninstalled_one_is_not(nuke_folder, tmp_path):
    first, loaded, place, *more = look(nuke_folder, tmp_path)
    assert (first, loaded, more) == ("the artist was here first", "loaded", [])
    assert place == str(nuke_folder / "lfpnet" / "lfpnet_nuke" / "__init__.py")
    install(nuke_folder, BUILD)
    assert look(nuke_folder, tmp_path)[1] == "loaded"
    uninstall(nuke_folder)
    assert look(nuke_folder, tmp_path) == ["the artist was here first", "not loaded", ""]


def test_a_script_renders_after_the_plugin_was_uninstalled(nuke_folder, make_stage):
    stage = make_stage(has_window=False)
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    write = nuke.nodes.Write(file=str(stage.folder / "out.%04d.exr"), channels="all", raw=True, file_type="exr")
    write["datatype"].setValue("32 bit float")
    write.setInput(0, node)
    nuke.scriptSaveAs(str(stage.folder / "shot.nk"))
    uninstall(nuke_folder)
    done = run_terminal("-x", stage.folder / "shot.nk", "1001", plugin=nuke_folder)
    assert done.returncode == 0, done.stderr
    rendered = str(stage.folder / "out.1001.exr")
    assert nuke_pictures.difference(str(stage.result(node, 1001)), rendered, SAME) == 0.0


def test_nuke_starts_where_the_folder_of_the_plugin_was_thrown_away(nuke_folder, tmp_path):
    (nuke_folder / "lfpnet").rename(tmp_path / "gone")
    assert look(nuke_folder, tmp_path) == ["the artist was here first", "not loaded", ""]


def test_a_folder_that_is_named_twice_is_loaded_once(plugin_folder):
    session = _session.start(gui=True)
    for _ in range(2):
        nuke.pluginAddPath(str(plugin_folder))
    assert session.plugin_path.count(str(plugin_folder)) == 1
    assert len(session.callbacks["onScriptLoad"]) == len(session.callbacks["onScriptClose"]) == 1
