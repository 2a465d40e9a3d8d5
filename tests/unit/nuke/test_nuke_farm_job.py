"""The command that the node proposes for a farm: `lfpnet farm template` takes it, its tasks ask for the same."""

import json

import pytest
from nuke_knob_values import VALUES

from sidecar.cli.main import main
from sidecar.cli.matte_request import request_of
from sidecar.shots.identity import Owner
from sidecar.shots.request import is_made_with


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"lfp_mode": "soft roto", "lfp_tta": True, "lfp_tile": 256},
        {"lfp_mode": "core and edge", "lfp_weights": "hair", "lfp_depth": "float"},
        {"lfp_cache": "/shots/a b/a.%04d.exr"},
    ],
)
def test_the_proposed_command_makes_a_job_whose_records_the_node_knows(plugin, tmp_path, monkeypatch, changed):
    values = {**VALUES, "lfp_cache": str(tmp_path / "a b" / "a.%V.%04d.exr"), **changed}
    scene = plugin("settings").Scene(
        "LFPNet1", frozenset({"Plate", "Trimap", "Core"}), (1, 3), (1, 3), 1, ("left", "right"), "ACEScg"
    )
    settings = plugin("settings").read_settings(values, scene)
    views = ["left", "right"] if "%V" in settings.result else ["left"]
    tasks = plugin("frames").plan_tasks(settings.result, [1, 2, 3], views)
    for task in tasks:
        folder = tmp_path / "export"
        folder.mkdir()
        for path in plugin("run").export_files(folder, settings).values():
            path.touch()
        if tmp_path in task.result.parents:
            plugin("run").keep_export(task, folder, settings.result)
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()
    owner = plugin("identity").new_identity("/shots/a b.nk", "Group1.LFPNet1").owner
    words = plugin("farm_job").farm_command(settings, tasks, owner)
    assert words[:3] == ["lfpnet", "farm", "template"]
    monkeypatch.chdir(tmp_path)
    assert main(words[1:]) == 0
    task = json.loads((tmp_path / "matte.job.json").read_text())["steps"][0]["script"]["actions"]["onRun"]["args"]
    asked = []
    monkeypatch.setattr("sidecar.cli.matte_frames.matte_frames", lambda namespace: asked.append(namespace) or 0)
    assert main(["1" if word == "{{Task.Param.Frame}}" else word for word in task]) == 0
    (asked,) = asked
    assert plugin("sidecar.shots.request").is_made_with(request_of(asked).record(), settings.request)
    assert is_made_with(request_of(asked).record(), request_of(asked))
    assert Owner.from_text(asked.owner).fields() == owner.fields()
