"""Copies, versions and neighbours: no result of another node changes, none is shown or counted."""

from pathlib import Path

import nuke
import pytest
from nuke import _session
from nuke_scenarios import FRAMES

from sidecar.shots.record import read_record


def state(node):
    return str(node["lfp_state"].value())


def folder_of(node):
    return str(Path(str(node["lfp_cache"].value())).parent)


def contents(folder):
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def shot(make_stage, plugin_folder, monkeypatch, tmp_path):
    """A stage with the plugin's callbacks, and a way to begin a script with a node in its default folder."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    stage = make_stage()
    nuke.pluginAddPath(str(plugin_folder))

    def begin(name="", seed=0):
        from lfpnet_nuke.commands import create_node

        stage.begin()
        patterns = stage.pictures.make(str(stage.folder / f"source{seed}"), FRAMES, seed=seed)
        if name:
            nuke.scriptSaveAs(str(stage.folder / name))
        node = create_node()
        for index, role in enumerate(("plate", "trimap")):
            node.setInput(index, stage.source(patterns[role]))
        if name:
            nuke.scriptSave()
        return node

    stage.begin_shot = begin
    return stage


def duplicate(node):
    for one in nuke.allNodes():
        one.setSelected(one is node)
    nuke.nodeCopy("%clipboard%")
    copy = nuke.nodePaste("%clipboard%")
    _session.pump()
    for index in range(2):
        copy.setInput(index, node.input(index))
    return copy


def test_a_duplicate_has_results_of_its_own(shot):
    first = shot.begin_shot("shot.nk")
    shot.press(first, "lfp_matte")
    before = contents(shot.folder / "lfpnet")
    second = duplicate(first)
    assert second["lfp_id"].value() != first["lfp_id"].value()
    assert folder_of(second) != folder_of(first)
    assert second["lfp_show"].value() == "plate", "it has no result of its own yet"
    second["lfp_tile"].setValue(32)
    shot.press(second, "lfp_matte")
    assert {path: facts for path, facts in contents(shot.folder / "lfpnet").items() if path in before} == before
    for node in (first, second):
        shot.check_matte(node, 1002)
        record = read_record(shot.result(node, 1002))
        assert (record.owner.id, record.owner.node) == (node["lfp_id"].value(), node.name())


def test_a_duplicate_with_a_path_of_the_artists_own_is_refused_and_can_begin_anew(shot):
    first = shot.begin_shot("shot.nk")
    first["lfp_cache"].setValue(str(shot.folder / "mine" / "a.%V.%04d.exr"))
    shot.press(first, "lfp_matte")
    before = contents(shot.folder / "mine")
    second = duplicate(first)
    second["lfp_tile"].setValue(32)
    shot.press(second, "lfp_matte")
    assert contents(shot.folder / "mine") == before
    assert "belongs to LFPNet1 in" in state(second)
    assert "shot.nk" in state(second)
    assert "\n" not in state(second)
    shot.press(second, "lfp_new_folder")
    shot.press(second, "lfp_matte")
    assert contents(shot.folder / "mine") == before
    shot.check_matte(second, 1001)


def test_a_script_saved_under_another_name_shows_the_first_results_and_overwrites_none(shot):
    node = shot.begin_shot("shot_v001.nk")
    shot.press(node, "lfp_matte")
    nuke.scriptSave()
    before, first_id = contents(shot.folder / "lfpnet"), node["lfp_id"].value()
    nuke.scriptSaveAs(str(shot.folder / "shot_v002.nk"))
    shot.check_matte(node, 1001)
    assert node["lfp_id"].value() != first_id
    node["lfp_tile"].setValue(32)
    shot.press(node, "lfp_matte")
    assert contents(shot.folder / "lfpnet") == before
    assert "shot_v001.nk" in state(node)
    shot.press(node, "lfp_new_folder")
    shot.press(node, "lfp_matte")
    assert "shot_v002" in folder_of(node)
    shot.check_matte(node, 1003)
    assert {path: facts for path, facts in contents(shot.folder / "lfpnet").items() if path in before} == before
    nuke.scriptSave()
    nuke.scriptOpen(str(shot.folder / "shot_v001.nk"))
    node = nuke.toNode("LFPNet1")
    assert node["lfp_id"].value() == first_id
    shot.press(node, "lfp_matte")
    assert "3 were up to date" in state(node)


def test_results_that_are_taken_over_are_done_at_once(shot):
    node = shot.begin_shot("shot_v001.nk")
    shot.press(node, "lfp_matte")
    nuke.scriptSaveAs(str(shot.folder / "shot_v002.nk"))
    shot.press(node, "lfp_take_over")
    assert "3 results belong to LFPNet1 now" in state(node)
    shot.press(node, "lfp_matte")
    assert "3 were up to date" in state(node)


def test_two_scripts_in_one_folder_do_not_meet(shot):
    for seed, name in enumerate(("hair.nk", "dust.nk")):
        node = shot.begin_shot(name, seed)
        shot.press(node, "lfp_matte")
        nuke.scriptSave()
    hair, dust = (sorted((shot.folder / "lfpnet" / name).rglob("*.exr")) for name in ("hair", "dust"))
    assert len(hair) == len(dust) == 3
    assert hair[0].read_bytes() != dust[0].read_bytes()
    before = contents(shot.folder / "lfpnet" / "hair")
    node["lfp_cache"].setValue(str(hair[0]).replace("1001", "%04d").replace("main", "%V"))
    shot.press(node, "lfp_matte")
    assert "hair.nk" in state(node)
    assert contents(shot.folder / "lfpnet" / "hair") == before


def test_two_scripts_that_were_never_saved_do_not_meet_and_results_move_along(shot):
    first = shot.begin_shot()
    shot.press(first, "lfp_matte")
    one = folder_of(first)
    second = shot.begin_shot(seed=1)
    assert folder_of(second) != one
    shot.press(second, "lfp_matte")
    nuke.scriptSaveAs(str(shot.folder / "late.nk"))
    assert folder_of(second) == str(shot.folder / "lfpnet" / "late" / "LFPNet1")
    assert len(list((shot.folder / "home").rglob("*.exr"))) == 3, "those of the first stay"
    shot.check_matte(second, 1002)
    shot.press(second, "lfp_matte")
    assert "3 were up to date" in state(second)


def test_a_plate_replaced_while_its_frame_computes_is_stale_afterwards(shot):
    node = shot.begin_shot("shot.nk")
    node["lfp_tile"].setValue(48)
    node["lfp_matte"].execute()
    _session.pump(lambda: bool(list(shot.folder.glob("lfpnet/**/.export-*/trimap.exr"))))
    shot.pictures.make(str(shot.folder / "source0"), [1001], seed=9)
    shot.pump_while(lambda: "matted;" not in state(node))
    node.input(0)["reload"].execute()
    times = {frame: shot.result(node, frame).stat().st_mtime_ns for frame in FRAMES}
    shot.press(node, "lfp_matte")
    assert [frame for frame in FRAMES if shot.result(node, frame).stat().st_mtime_ns != times[frame]] == [1001]
    plate = str(shot.folder / "source0" / "plate.main.1001.exr")
    same = [[channel, f"lfp_fg.{channel}"] for channel in "RGB"]
    assert shot.pictures.difference(plate, str(shot.result(node, 1001)), same) == 0.0


def test_results_of_an_older_plugin_are_taken_over_once_with_a_sentence(shot):
    node = shot.begin_shot("shot.nk")
    shot.press(node, "lfp_matte")
    for record in shot.folder.glob("lfpnet/**/.lfpnet/*.json"):
        text = record.read_text().replace('"format": 2', '"format": 1')
        owner = text[text.index('"owner": {') : text.index("}", text.index('"owner": {')) + 1]
        record.write_text(text.replace(owner, '"owner": null'))
    shot.press(node, "lfp_matte")
    assert "they now belong to LFPNet1" in "".join(_session.current().messages)
    shot.press(node, "lfp_matte")
    assert "3 were up to date" in state(node)
