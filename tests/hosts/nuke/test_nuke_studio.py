"""What a studio does to every Nuke: callbacks on Writes, other defaults of knobs, local copies of what Reads read."""

import nuke
import nuke_pictures
import pytest
from nuke import _session
from nuke_scenarios import FRAMES


def state(node):
    return str(node["lfp_state"].value())


def test_a_callback_that_refuses_a_write_is_named_as_one_of_the_pipeline(make_stage):
    stage = make_stage()

    def preflight():
        raise ValueError("Writes are named after the shot")

    nuke.addBeforeRender(preflight)
    node = stage.scene()
    stage.press(node, "lfp_matte")
    assert "Writes are named after the shot" in state(node)
    assert "a callback of your pipeline" in state(node) or "the callback of your pipeline" in state(node)
    assert "lfp_temporary" in state(node)


def test_a_callback_can_tell_the_temporary_writes_and_let_them_be(make_stage):
    stage = make_stage()
    seen = []

    def preflight():
        node = nuke.thisNode()
        if node.knob("lfp_temporary") is not None:
            seen.append(node.name())
            return
        raise ValueError("Writes are named after the shot")

    nuke.addBeforeRender(preflight, nodeClass="Write")
    node = stage.scene()
    stage.press(node, "lfp_matte")
    assert [frame for frame in FRAMES if stage.result(node, frame).exists()] == FRAMES, state(node)
    assert all(name.startswith("lfp_temporary") for name in seen)
    assert seen


DEFAULTS = {
    "Write.file_type": "exr",
    "Write.write_ACES_compliant_EXR": "true",
    "Write.compression": "DWAA",
    "Write.datatype": "16 bit half",
    "Write.metadata": "all metadata",
    "Write.autocrop": "true",
    "Write.interleave": "channels",
    "Write.beforeRender": "raise ValueError('a default of the studio')",
    "Write.use_limit": "true",
    "Write.premultiplied": "true",
    "Write.disable": "true",
    "Read.before": "black",
    "Read.after": "loop",
    "Read.on_error": "black",
    "Read.localizationPolicy": "on",
    "Copy.bbox": "B",
    "Copy.channels": "all",
    "Switch.which": "1",
}


def test_other_defaults_of_knobs_change_nothing_that_is_handed_over(make_stage, monkeypatch):
    stage = make_stage()
    node = stage.scene(window=[-8, -5, 103, 67], lfp_keep_exports=True)
    stage.press(node, "lfp_matte_current")
    first = nuke_pictures.describe(str(stage.folder / "result" / "export" / "plate" / "LFPNet1.main.1001.exr"))
    stage = make_stage()
    monkeypatch.setattr(stage, "folder", stage.folder / "again")
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES, window=[-8, -5, 103, 67])
    sources = [stage.source(patterns[role]) for role in ("plate", "trimap")]
    for name, value in DEFAULTS.items():
        nuke.knobDefault(name, value)
    node = stage.node(*sources, lfp_keep_exports=True)
    stage.press(node, "lfp_matte_current")
    exported = stage.folder / "result" / "export" / "plate" / "LFPNet1.main.1001.exr"
    assert exported.exists(), state(node)
    assert nuke_pictures.describe(str(exported)) == first
    assert node.node("Result")["localizationPolicy"].value() == "off"
    assert node.node("Result")["on_error"].value() == "error"


def test_a_result_made_anew_is_shown_where_reads_take_local_copies(make_stage):
    stage = make_stage()
    _session.current().localizes = True
    node = stage.scene()
    for source in (node.input(0), node.input(1)):
        source["localizationPolicy"].setValue("off")
    stage.press(node, "lfp_matte_current")
    stage.check_matte(node, 1001)
    stage.pictures.make(str(stage.folder / "source"), [1001], seed=5)
    node.input(0)["reload"].execute()
    stage.press(node, "lfp_matte_current")
    stage.check_matte(node, 1001)


def test_plate_and_masks_of_a_frame_are_one_render_with_one_progress_bar(make_stage, monkeypatch):
    stage = make_stage()
    node = stage.scene()
    calls = []
    whole = nuke.executeMultiple
    monkeypatch.setattr(nuke, "executeMultiple", lambda *values: (calls.append(len(values[0])), whole(*values))[1])
    stage.press(node, "lfp_matte")
    assert calls == [2] * len(FRAMES)


def test_plate_chosen_in_mid_run_stays_chosen(make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=48)
    node["lfp_matte"].execute()
    _session.pump(lambda: node["lfp_show"].value() == "matte")
    node["lfp_show"].setValue("plate")
    stage.pump_while(lambda: "at work" in _starts(node))
    assert node["lfp_show"].value() == "plate"
    assert node.node("Result")["last"].value() == 1003


def _starts(node):
    """What a second press says: it is refused while a run goes on."""
    from lfpnet_nuke.commands import RUNS

    return "" if RUNS._of(node) is None else "at work"


@pytest.mark.parametrize("moment", ["before the first result", "after it"])
def test_a_node_that_is_renamed_in_mid_run_goes_on(moment, make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=32)
    node["lfp_matte"].execute()
    first = stage.result(node, 1001)
    _session.pump(first.parent.exists if moment == "before the first result" else first.exists)
    node.setName("Hair")
    assert "at work" in _starts(node)
    stage.pump_while(lambda: "at work" in _starts(node))
    assert [frame for frame in FRAMES if stage.result(node, frame).exists()] == FRAMES, state(node)
    assert "3 matted" in state(node)
    stage.check_matte(node, 1003)


def test_a_run_of_a_renamed_node_is_cancelled_by_its_button(make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=320)
    node["lfp_matte"].execute()
    _session.pump((stage.folder / "result").exists)
    node.setName("Hair")
    stage.press(node, "lfp_cancel")
    stage.pump_while(lambda: "at work" in _starts(node))
    assert "cancel" in state(node).lower()


def test_an_older_node_is_brought_up_to_date_when_it_is_pasted(make_stage, plugin_folder):
    stage = make_stage()
    nuke.pluginAddPath(str(plugin_folder))
    node = stage.scene()
    stage.press(node, "lfp_matte")
    node["lfp_version"].setValue(1)
    node.removeKnob(node["lfp_outside"])
    node.node("Result")["before"].setValue("black")
    for one in nuke.allNodes():
        one.setSelected(one is node)
    nuke.nodeCopy("%clipboard%")
    pasted = nuke.nodePaste("%clipboard%")
    _session.pump()
    assert pasted.name() == "LFPNet2"
    assert pasted["lfp_version"].value() == node["lfp_version"].value() + 1
    assert pasted["lfp_outside"].value() == "error"
    assert pasted.node("Result")["before"].value() == "hold"
    assert pasted.node("Result")["last"].value() == 1003


def test_a_result_that_is_made_anew_is_not_held_open_where_the_system_locks_it(make_stage, monkeypatch):
    from lfpnet_nuke.host import nodes
    from lfpnet_nuke.sidecar.client import Client

    stage = make_stage()
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    stage.check_matte(node, 1001)
    result = str(stage.result(node, 1001))
    assert result in _session.open_files()
    held = []
    whole = Client.submit
    monkeypatch.setattr(nodes, "LOCKS_OPEN_FILES", True)
    monkeypatch.setattr(
        Client, "submit", lambda *values, **named: (held.append(_session.open_files()), whole(*values, **named))[1]
    )
    node["lfp_tile"].setValue(16)
    stage.press(node, "lfp_matte_current")
    assert [result in files for files in held] == [False]
    stage.check_matte(node, 1001)
