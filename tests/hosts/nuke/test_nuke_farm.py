"""From the node to a farm without Nuke and back: export, the proposed job, Reload; and nothing is computed twice."""

import json
import os
import shlex
import subprocess
import sys

import nuke_pictures
import pytest
from nuke import _session
from nuke_scenarios import FRAMES
from sidecar_fixtures import ROOT

MODES = {"trimap": ("plate", "trimap"), "soft roto": ("plate", "roto"), "core and edge": ("plate", "edge", "core")}
EVERY = [[name, name] for name in ("R", "G", "B", "A", "lfp_fg.R", "lfp_bg.B", "lfp_trimap.A")]


def lfpnet(*words, folder):
    """The command on a machine of the farm, which has no Nuke."""
    call = [sys.executable, "-m", "sidecar.cli.main", *words]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, cwd=folder, env=variables, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr


def run_job(text, folder):
    """Make the job whose command the node shows, and do what its tasks do."""
    words = shlex.split(text)
    assert words[:3] == ["lfpnet", "farm", "template"]
    lfpnet(*words[1:], folder=folder)
    job = json.loads((folder / "matte.job.json").read_text())
    frames = job["parameterDefinitions"][0]["default"].replace(":", "x")
    task = job["steps"][0]["script"]["actions"]["onRun"]["args"]
    lfpnet(*(frames if word == "{{Task.Param.Frame}}" else word for word in task), folder=folder)


def times(stage, node):
    return [stage.result(node, frame).stat().st_mtime_ns for frame in FRAMES]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("has_window", [False, True], ids=["terminal", "window"])
def test_a_farm_makes_what_the_node_would_and_the_node_keeps_it(has_window, mode, make_stage, tmp_path):
    stage = make_stage(has_window=has_window)
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    sources = [stage.source(patterns[role]) for role in MODES[mode]]
    node = stage.node(*sources, lfp_mode=mode, lfp_inner=2.5, lfp_outer=4.0, lfp_range="custom", lfp_frames="1001-1003")
    stage.press(node, "lfp_export")
    session = _session.current()
    said = (session.messages if has_window else session.printed)[-1]
    assert not stage.result(node, 1001).exists()
    command = str(node["lfp_farm_command"].value())
    assert command in said
    run_job(command, tmp_path)
    stage.press(node, "lfp_reload")
    for frame in FRAMES:
        stage.check_matte(node, frame)
    before = times(stage, node)
    for only in ("missing or stale", "missing"):
        node["lfp_only"].setValue(only)
        stage.press(node, "lfp_matte")
        assert times(stage, node) == before, node["lfp_state"].value()
    for frame in FRAMES:
        stage.result(node, frame).rename(stage.folder / f"farm.{frame}.exr")
    node["lfp_only"].setValue("all")
    stage.press(node, "lfp_matte")
    for frame in FRAMES:
        ours, farms = str(stage.result(node, frame)), str(stage.folder / f"farm.{frame}.exr")
        assert nuke_pictures.difference(ours, farms, EVERY) == 0.0
    node["lfp_outer"].setValue(5.0)
    node["lfp_plan"].setValue("exact")
    node["lfp_only"].setValue("missing or stale")
    before = times(stage, node)
    stage.press(node, "lfp_matte")
    assert all(now != then for now, then in zip(times(stage, node), before, strict=True))


def test_an_export_is_cancelled_between_frames(make_stage):
    stage = make_stage()
    node = stage.scene()
    first = stage.folder / "result" / "export" / "plate" / "LFPNet1.main.1001.exr"
    _session.current().presses_cancel = lambda _: first.exists()
    stage.press(node, "lfp_export")
    assert first.exists()
    assert not first.with_name("LFPNet1.main.1003.exr").exists()
    assert str(node["lfp_state"].value()) == "1 of 3 frames exported; The export was cancelled."
    assert not list((stage.folder / "result").glob(".export-*"))
    assert not _session.current().messages


def test_an_export_that_cannot_be_is_one_sentence(make_stage):
    stage = make_stage()
    node = stage.scene()
    (stage.folder / "source" / "trimap.main.1002.exr").unlink()
    stage.press(node, "lfp_export")
    assert "Frame 1002 of the inputs of LFPNet1 cannot be rendered" in str(node["lfp_state"].value())
    (message,) = _session.current().messages
    assert "1002" in message
    assert "\n" not in message
