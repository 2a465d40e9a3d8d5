"""What goes wrong in the middle: Cancel, a killed sidecar, none at all, a busy Nuke, a node that went away."""

import os
import socket
import subprocess
import threading
import time

import nuke
import pytest
from nuke import _session
from nuke_scenarios import FRAMES
from sidecar_fixtures import command, wait_until

from sidecar.runtime import keys


def results(stage, node):
    return [frame for frame in FRAMES if stage.result(node, frame).exists()]


def is_running(node_name="LFPNet1"):
    return any(thread.name == f"lfpnet-{node_name}" for thread in threading.enumerate())


def state(node):
    return str(node["lfp_state"].value())


def test_cancel_in_the_progress_window_stops_the_run_and_the_next_one_resumes(make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=160)  # the quick predictor takes it for the number of tiles: 1.6 s a frame
    began = time.monotonic()
    first_result = stage.result(node, 1001)
    _session.current().presses_cancel = lambda _: first_result.exists()
    stage.press(node, "lfp_matte")
    assert time.monotonic() - began < 40
    assert results(stage, node) == [1001]
    assert "cancel" in state(node).lower()
    assert not list((stage.folder / "result").glob(".export-*"))
    first = stage.result(node, 1001).stat().st_mtime_ns
    _session.current().presses_cancel = lambda _: False
    node["lfp_tile"].setValue(0)
    stage.press(node, "lfp_matte_current")  # another tile: another recipe, so it is made again
    assert stage.result(node, 1001).stat().st_mtime_ns != first
    first = stage.result(node, 1001).stat().st_mtime_ns
    stage.press(node, "lfp_matte")
    assert results(stage, node) == FRAMES
    assert stage.result(node, 1001).stat().st_mtime_ns == first
    assert all(task._values and task._messages for task in _session.current().progress_tasks)


def test_the_cancel_button_of_the_node_stops_its_run(make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=320)
    node["lfp_matte"].execute()
    _session.pump(lambda: "1001" in str([task._messages for task in _session.current().progress_tasks]))
    stage.press(node, "lfp_cancel")
    stage.pump_while(is_running)
    assert results(stage, node) == []
    assert "cancel" in state(node).lower()


def test_cancel_in_nukes_own_render_bar_ends_the_run(make_stage):
    stage = make_stage()
    node = stage.scene()
    _session.current().cancels_render = lambda frame: frame == 1002
    stage.press(node, "lfp_matte")
    assert 1002 not in results(stage, node)
    assert 1003 not in results(stage, node)
    assert "cancel" in state(node).lower()


def test_a_sidecar_killed_in_mid_range_comes_back_and_the_range_is_finished(make_stage, own_sidecar, tmp_path):
    marker = tmp_path / "crashed"
    own_sidecar(tiles=4, tile_seconds=0.01, crash_marker=str(marker))
    stage = make_stage()
    node = stage.scene()
    stage.press(node, "lfp_matte")
    assert marker.exists()
    assert results(stage, node) == FRAMES, state(node)
    for frame in FRAMES:
        stage.check_matte(node, frame)


@pytest.mark.parametrize("has_window", [False, True], ids=["terminal", "window"])
def test_no_sidecar_is_one_sentence_and_once_there_is_one_the_same_session_uses_it(
    has_window, make_stage, own_sidecar, quick_command
):
    own_sidecar("/nowhere/lfpnet")
    stage = make_stage(has_window=has_window)
    node = stage.scene()
    stage.press(node, "lfp_matte")
    assert results(stage, node) == []
    said = state(node)
    assert "/nowhere/lfpnet" in said
    assert "\n" not in said
    assert "Traceback" not in said
    assert not list((stage.folder / "result").glob(".export-*"))
    if has_window:
        own_sidecar(quick_command)
        stage.press(node, "lfp_matte_current")
        assert results(stage, node) == [1001], state(node)


def test_a_python_path_that_a_wrapper_leaked_does_not_reach_the_sidecar(make_stage, own_sidecar, monkeypatch, tmp_path):
    own_sidecar(tile_seconds=0.001)
    for name in ("zmq", "msgpack", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('made for another Python')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    stage = make_stage()
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    assert results(stage, node) == [1001], state(node)


def test_a_nuke_that_renders_something_else_is_waited_for(make_stage):
    stage = make_stage()
    node = stage.scene()
    session = _session.current()
    session.execution_depth = 1
    node["lfp_matte_current"].execute()
    _session.pump(lambda: not session.deferred and not session.for_main_thread)
    session.execution_depth = 0
    stage.pump_while(is_running)
    assert results(stage, node) == [1001], state(node)


def test_a_node_that_is_deleted_while_it_runs_ends_its_run(make_stage):
    stage = make_stage()
    node = stage.scene(lfp_tile=160)
    node["lfp_matte"].execute()
    _session.pump(stage.result(node, 1001).parent.exists)
    nuke.delete(node)
    stage.pump_while(is_running)
    assert not list((stage.folder / "result").glob(".export-*"))


def test_a_script_that_is_closed_ends_its_run_and_the_next_one_is_left_alone(make_stage, plugin_folder, tmp_path):
    stage = make_stage()
    nuke.pluginAddPath(str(plugin_folder))
    other = stage.scene()
    other["lfp_state"].setValue("mine")
    nuke.scriptSaveAs(str(tmp_path / "other.nk"))
    node = stage.scene(lfp_tile=160)
    node["lfp_matte"].execute()
    _session.pump(stage.result(node, 1001).exists)
    made = results(stage, node)
    nuke.scriptOpen(str(tmp_path / "other.nk"))
    stage.pump_while(is_running)
    other = nuke.toNode("LFPNet1")
    assert other["lfp_state"].value() == "mine"
    assert other.node("Result")["last"].value() == 1
    assert len(results(stage, other)) < len(FRAMES)
    assert made
    assert not list((stage.folder / "result").glob(".export-*"))


def test_a_run_adds_nothing_to_the_artists_undo(make_stage):
    stage = make_stage()
    node = stage.scene()
    steps = _session.current().undo_steps
    assert steps > 0
    stage.press(node, "lfp_matte")
    assert results(stage, node) == FRAMES
    assert node["lfp_show"].value() == "matte"
    assert _session.current().undo_steps == steps


def test_a_render_that_fails_leaves_the_session_as_it_was(make_stage):
    stage = make_stage()
    node = stage.scene()
    nuke.scriptSaveAs(str(stage.folder / "shot.nk"))
    for path in (stage.folder / "source").glob("trimap.*"):
        path.unlink()
    nuke.root()["proxy"].setValue(True)
    nuke.root().setModified(False)
    inside, outside = len(node.nodes()), len(nuke.allNodes())
    import lfpnet_nuke.host as host

    files = {role: stage.folder / f"{role}.exr" for role in ("plate", "trimap")}
    with pytest.raises(Exception, match="cannot be rendered"):
        host.export(node, 1001, "main", files, {"trimap": "Trimap"}, "alpha", "float")
    assert nuke.root()["proxy"].value() is True
    assert not nuke.root().modified()
    assert (len(node.nodes()), len(nuke.allNodes())) == (inside, outside)
    assert not nuke.Undo.disabled()


def test_two_nodes_run_at_the_same_time(make_stage):
    stage = make_stage()
    first = stage.scene()
    second = stage.node(first.input(0), first.input(1))
    first["lfp_matte"].execute()
    stage.press(second, "lfp_matte")
    stage.pump_while(is_running)
    for node in (first, second):
        assert results(stage, node) == FRAMES
        stage.check_matte(node, 1003)


def test_a_remote_sidecar_gets_bytes_and_no_paths(make_stage, own_sidecar, monkeypatch):
    place = own_sidecar("/nowhere/lfpnet", tile_seconds=0.001)
    keys.create_pair(place.folder / "keys", "server")
    mine, _ = keys.create_pair(place.folder / "mine", "artist")
    keys.allow_client(place.folder / "keys", mine)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = ["--listen", f"tcp://0.0.0.0:{port}", "--keys", str(place.folder / "keys"), "--allow", str(place.pictures)]
    server = subprocess.Popen(command(*box), env={**os.environ})
    try:
        wait_until((place.folder / "remote" / "endpoint.json").exists)
        monkeypatch.setenv("LFPNET_SERVER_KEY", str(place.folder / "keys" / "server.key"))
        monkeypatch.setenv("LFPNET_SECRET", str(place.folder / "mine" / "artist.secret"))
        stage = make_stage()
        node = stage.scene(lfp_address=f"tcp://127.0.0.1:{port}")
        stage.press(node, "lfp_matte")
        assert results(stage, node) == FRAMES, state(node)
        stage.check_matte(node, 1002)
        assert not list((stage.folder / "result").glob(".*.part"))
    finally:
        server.kill()
        server.wait(20)
