"""The command that the node proposes for a farm is one that `lfpnet farm template` takes; its records are known."""

import json

import pytest
from nuke_knob_values import VALUES

from sidecar.cli.main import main
from sidecar.cli.matte_request import request_of


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
        for role in ("plate", *settings.roles):
            kept = plugin("run").kept_export(task, role)
            if tmp_path in kept.parents:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.touch()
    words = plugin("farm_job").farm_command(settings, tasks)
    assert words[:3] == ["lfpnet", "farm", "template"]
    monkeypatch.chdir(tmp_path)
    assert main(words[1:]) == 0
    task = json.loads((tmp_path / "matte.job.json").read_text())["steps"][0]["script"]["actions"]["onRun"]["args"]
    recipes = []
    monkeypatch.setattr(
        "sidecar.cli.matte_frames.matte_frames", lambda asked: recipes.append(request_of(asked).record()) or 0
    )
    assert main(["1" if word == "{{Task.Param.Frame}}" else word for word in task]) == 0
    assert json.loads(json.dumps(recipes)) == [json.loads(json.dumps(plugin("farm_job").farm_recipe(settings)))]
