"""Batches, with a stand-in for Blender: a Python program that answers as `studio` does."""

import json
import stat
import sys

import cv2
import pytest

from lfpnet.data.render import render_foregrounds
from lfpnet.data.render.blender import Blender
from lfpnet.errors import ConfigurationError

FAKE = """#!{python}
import json, sys
import numpy as np
print("some words of its own")
print("LFPNET " + json.dumps({{"blender": "fake 1"}}), flush=True)
for line in sys.stdin:
    task = json.loads(line)
    {behaviour}
    alpha = np.full((task["size"], task["size"]), 0.0 if task["index"] == 3 else 0.5, np.float32)
    np.savez(task["raw"], colour=np.full((*alpha.shape, 3), 0.3, np.float32), alpha=alpha)
    print("LFPNET " + json.dumps({{"seconds": {{"alpha": 1.0}}}}), flush=True)
"""


def _program(tmp_path, behaviour="pass"):
    path = tmp_path / "blender-fake"
    path.write_text(FAKE.format(python=sys.executable, behaviour=behaviour))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_every_picture_has_its_provenance(tmp_path):
    summary = render_foregrounds(tmp_path / "set", 3, 5, blender=_program(tmp_path), size=16, workers=2)
    assert (summary.rendered, summary.failures) == (3, ())
    pictures = sorted((tmp_path / "set").glob("*.png"))
    assert len(pictures) == 3
    about = json.loads(pictures[1].with_suffix(".json").read_text())
    assert (about["seed"], about["blender"], about["licence"]) == ([5, 1], "fake 1", "CC0-1.0")
    assert {"alpha", "wall"} <= set(about["seconds"])
    assert cv2.imread(str(pictures[0]), cv2.IMREAD_UNCHANGED).shape == (16, 16, 4)


def test_a_second_call_renders_only_what_is_missing(tmp_path):
    folder = tmp_path / "set"
    render_foregrounds(folder, 2, 5, blender=_program(tmp_path), size=16)
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("0*")}
    gone = min(folder.glob("0*.json"))
    gone.unlink()
    done = []
    render_foregrounds(folder, 3, 5, blender=_program(tmp_path), size=16, progress=lambda *count: done.append(count))
    assert done == [(2, 3), (3, 3)]
    assert [path for path in kept if path != gone and path.stat().st_mtime_ns != kept[path]] in (
        [],
        [gone.with_suffix(".png")],
    )


def test_a_seed_with_nothing_in_sight_leaves_no_picture_and_is_not_tried_again(tmp_path):
    folder = tmp_path / "set"
    assert render_foregrounds(folder, 4, 5, blender=_program(tmp_path), size=16).empty == 1
    assert list(folder.glob("000003-*.png")) == []
    broken = tmp_path / "nowhere"
    assert render_foregrounds(folder, 4, 5, blender=broken, size=16).rendered == 3


@pytest.mark.parametrize(
    "behaviour", ["sys.exit('out of memory')", 'print(\'LFPNET {"problem": "no"}\', flush=True); continue']
)
def test_a_foreground_that_fails_is_named_and_the_others_are_rendered(tmp_path, behaviour):
    program = _program(tmp_path, f"\n    if task['index'] == 1:\n        {behaviour}\n    ".replace("\n    ", "\n    "))
    summary = render_foregrounds(tmp_path / "set", 3, 5, blender=program, size=16)
    assert summary.rendered == 2
    assert len(summary.failures) == 1


def test_a_program_that_does_not_exist_is_a_sentence(tmp_path):
    with pytest.raises(ConfigurationError, match="name one with --blender"):
        render_foregrounds(tmp_path / "set", 1, 5, blender=tmp_path / "blender", size=16)


def test_a_python_without_bpy_is_a_sentence(tmp_path):
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "$@"\n')
    program.chmod(0o755)
    with pytest.raises(ConfigurationError, match="bpy"):
        Blender(program)


def test_a_folder_of_other_settings_is_refused(tmp_path):
    folder = tmp_path / "set"
    render_foregrounds(folder, 1, 5, blender=_program(tmp_path), size=16)
    with pytest.raises(ConfigurationError, match="other settings"):
        render_foregrounds(folder, 1, 6, blender=_program(tmp_path), size=16)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"workers": 0}, {"kinds": ("hats",)}, {"size": 3}, {"seed": -1}])
def test_numbers_out_of_range_are_a_sentence(tmp_path, wrong):
    given = {"count": 1, "seed": 1, "blender": tmp_path / "blender", **wrong}
    with pytest.raises(ConfigurationError, match="at least 1 foreground"):
        render_foregrounds(tmp_path / "set", **given)


def test_a_batch_gives_up_when_nothing_can_be_rendered(tmp_path):
    program = _program(tmp_path, "sys.exit('no memory')")
    summary = render_foregrounds(tmp_path / "set", 50, 5, blender=program, size=16)
    assert len(summary.failures) == 5
