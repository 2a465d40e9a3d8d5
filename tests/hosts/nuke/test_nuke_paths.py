"""Paths of the result as Nuke understands them: Tcl, the project's folder, brackets in names."""

import nuke
import pytest


def state(node):
    return str(node["lfp_state"].value())


def saved(stage, name="shot.nk"):
    stage.folder.mkdir(exist_ok=True)
    nuke.scriptSaveAs(str(stage.folder / name))


@pytest.mark.parametrize("has_window", [False, True], ids=["terminal", "window"])
@pytest.mark.parametrize(
    "text",
    [
        "[file dirname [value root.name]]/mattes/a.%V.%04d.exr",
        "[file rootname [value root.name]]_mattes/a.%V.%04d.exr",
        "./mattes/a.%V.%04d.exr",
        "mattes/a.%04d.exr",
        "[value root.project_directory]/mattes/[value this.name].%04d.exr",
    ],
)
def test_a_result_named_with_tcl_or_in_the_project_is_written_and_read_there(has_window, text, make_stage):
    stage = make_stage(has_window=has_window)
    node = stage.scene()
    saved(stage)
    nuke.root()["project_directory"].setValue("[file dirname [value root.name]]")
    node["lfp_cache"].setValue(text)
    stage.press(node, "lfp_matte_current")
    (made,) = [path for path in stage.folder.rglob("*.1001.exr") if "source" not in path.parts]
    seen = stage.render(node, 1001, "seen.exr")
    assert stage.pictures.difference(str(made), str(seen), [["A", "A"], ["R", "R"]]) == 0.0
    assert str(made.parent) in {str(stage.folder / "mattes"), str(stage.folder / "shot_mattes")}


def test_a_folder_with_brackets_is_a_folder(make_stage):
    stage = make_stage()
    stage.folder = stage.folder / "old [2019]"
    stage.folder.mkdir()
    stage.begin()
    nuke.scriptSaveAs(str(stage.folder / "shot.nk"))
    from lfpnet_nuke.commands import create_node

    node = create_node()
    escaped = str(stage.folder).replace("[", "\\[").replace("]", "\\]")
    patterns = stage.pictures.make(str(stage.folder / "source"), [1001])
    for index, role in enumerate(("plate", "trimap")):
        node.setInput(index, stage.source(patterns[role].replace(str(stage.folder), escaped), [1001]))
    stage.press(node, "lfp_matte_current")
    (made,) = [path for path in stage.folder.rglob("*.1001.exr") if "source" not in path.parts]
    assert "old [2019]" in str(made)
    assert node["lfp_show"].value() == "matte"


def test_tcl_that_nuke_cannot_carry_out_is_one_sentence(make_stage):
    stage = make_stage()
    node = stage.scene()
    node["lfp_cache"].setValue("[nonsense]/a.%04d.exr")
    stage.press(node, "lfp_matte_current")
    assert "correct its Tcl" in state(node)
    assert "\n" not in state(node)


def test_a_name_that_changes_with_the_frame_is_one_sentence(make_stage):
    stage = make_stage()
    node = stage.scene()
    node["lfp_cache"].setValue(str(stage.folder / "a.[frame].exr"))
    stage.press(node, "lfp_matte")
    assert "use %04d and %V" in state(node)


def test_the_result_is_read_where_the_knob_says_and_nowhere_else(make_stage):
    stage = make_stage()
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    moved = stage.folder / "moved"
    (stage.folder / "result").rename(moved)
    node["lfp_cache"].setValue(str(moved / "LFPNet1.%V.%04d.exr"))
    stage.check_matte(node, 1001)
