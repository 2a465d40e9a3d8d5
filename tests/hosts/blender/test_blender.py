"""The extension inside the real Blender, as the module bpy of 4.2, 4.5 and 5.0, with a real sidecar process.

`make test` makes the virtual environments; `LFPNET_BPY_4_2`, `_4_5` and `_5_0` name their Pythons.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from lfpnet.trimap import from_core_and_edge
from lfpnet.trimap.shapes import read_shapes

ROOT = Path(__file__).parents[3]
SCENARIOS = Path(__file__).parent / "blender_scenarios.py"
#: `make test` has the newest alone.
VERSIONS = (*(pytest.param(version, marks=pytest.mark.heavy) for version in ("4.2", "4.5")), "5.0")


class Blender:
    """One version of Blender with an empty home, and the extension's zip."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python, self.folder = python, folder
        self.zip_file = self._built()

    def run(self, scenario: str, folder: Path, **quick: object) -> dict:
        """Run a scenario in a process of its own; what it found."""
        folder.mkdir(exist_ok=True)
        runtime = Path(tempfile.mkdtemp(prefix="lfb-", dir="/tmp"))
        pids = runtime / "pids"
        server = f'exec "{sys.executable}" "{ROOT / "tests/support/quick_sidecar.py"}" "$@"'
        command = runtime / "server"
        command.write_text(f'#!/bin/sh\necho $$ >> "{pids}"\nshift\n{server}\n')
        command.chmod(0o755)
        environment = {
            **os.environ,
            "BLENDER_USER_RESOURCES": str(folder / "home"),
            "LFPNET_RUNTIME_DIR": str(runtime),
            "LFPNET_MODELS": str(folder / "models"),
            "LFPNET_COMMAND": str(command),
            "LFPNET_PYTHON": sys.executable,
            "LFPNET_QUICK": json.dumps(quick),
            "OMP_NUM_THREADS": "1",
        }
        words = [str(self.python), str(SCENARIOS), scenario, str(folder), str(self.zip_file)]
        try:
            done = subprocess.run(
                words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
            )
        finally:
            _end_servers(pids)
            for place in (runtime, Path(f"{runtime}x")):
                shutil.rmtree(place, ignore_errors=True)
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return json.loads(done.stdout.splitlines()[-1])

    def _built(self) -> Path:
        """The zip, made by this Blender's own tool; pyzmq and msgpack are in its environment already."""
        spec = importlib.util.spec_from_file_location("bundle", ROOT / "plugins" / "bundle.py")
        assert spec is not None
        assert spec.loader is not None
        bundle = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(bundle)
        bundle.build_blender(self.folder / "source")
        tool = next(self.python.parent.parent.glob("lib/python3*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli"))
        words = ["build", "--source-dir", str(self.folder / "source"), "--output-dir", str(self.folder)]
        subprocess.run([str(self.python), str(tool / "blender_ext.py"), *words], check=True, capture_output=True)
        return next(self.folder.glob("*.zip"))


def _end_servers(pids: Path) -> None:
    """Kill every sidecar that a scenario has started; one that was still starting has not heard that it should end."""
    for pid in pids.read_text().split() if pids.exists() else ():
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            if b"quick_sidecar.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(int(pid), signal.SIGKILL)


@pytest.fixture(scope="module", params=VERSIONS)
def blender(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Blender:
    """Each version that is here."""
    name = f"LFPNET_BPY_{request.param.replace('.', '_')}"
    if not os.environ.get(name):
        pytest.skip(f"{name} names no Python with bpy {request.param}")
    return Blender(Path(os.environ[name]), tmp_path_factory.mktemp(f"blender-{request.param}"))


def test_mattes_come_back_into_the_compositor_pixel_for_pixel_and_without_the_add_on_too(blender, tmp_path):
    found = blender.run("frames_and_ranges", tmp_path)
    assert found["first"] == [1001]
    assert found["second"] == [1001, 1003]
    assert found["held"] == 0
    assert found["differences"] == [0] * 7
    assert found["kept"]
    assert found["again"]
    assert found["values"] == [0, 128, 255]
    assert found["highest"] == 3.0
    plain = blender.run("without_add_on", tmp_path)
    assert plain == {"mean": pytest.approx(found["mean"], abs=1e-6), "has_add_on": False}


def test_an_animated_mask_is_taken_at_each_frame_and_a_keyed_matte_as_it_is(blender, tmp_path):
    found = blender.run("animated_mask", tmp_path)
    assert found["animated"] == [1.0, 0.0]
    assert set(found["keyed"]) <= {0, 128, 255}


def test_cancel_keeps_what_is_done_and_a_killed_sidecar_costs_only_time(blender, tmp_path):
    found = blender.run("cancel_and_kill", tmp_path, tiles=10, tile_seconds=0.05)
    assert 2 <= len(found["cancelled"]) < 5
    assert found["finished"] == list(range(1001, 1006))
    assert found["differences"] == [0] * 5
    assert found["is_another"]


def test_every_failure_is_a_sentence(blender, tmp_path):
    said = blender.run("refusals", tmp_path)
    assert "abc" in said["frames"]
    assert "nope" in said["node"]
    assert "1004" in said["plate"]
    assert "lfpnet" in said["sidecar"]
    assert said["edge"]


def test_every_kind_of_footage_reaches_the_sidecar_as_the_compositor_sees_it(blender, tmp_path):
    assert blender.run("plates", tmp_path) == {"clip": 0, "nodes": 0, "layers": 0, "render": 0}


def test_roto_feather_core_and_edge_and_a_picture_make_the_trimap(blender, tmp_path):
    found = blender.run("trimaps", tmp_path)
    assert found["hard"] == [[0, 255], [7840, 2400]]
    levels, counts = found["feathered"]
    assert levels == [0, 128, 255]
    assert counts[2] == 2400
    assert found["core and edge"] == [[0, 128, 255], [6784, 1056, 2400]]
    assert found["picture"] == [[0, 128, 255], [2560, 5120, 2560]]


def test_results_are_half_or_float_and_name_the_working_space(blender, tmp_path):
    found = blender.run("spaces", tmp_path)
    assert (found["float"], found["half"]) == ("float32", "float16")
    assert (found["space"], found["shown_as"]) == ("Linear Rec.709", "Linear Rec.709")
    if "other_space" in found:  # 5.0 and later can change it
        assert (found["other_space"], found["other_shown_as"]) == ("ACEScg", "ACEScg")
        assert (found["other_difference"], found["other_plate"]) == (0, 0)


def test_a_scene_that_cannot_render_is_a_sentence_and_the_next_order_works(blender, tmp_path):
    found = blender.run("no_camera", tmp_path)
    assert "no camera: add one" in found["said"]
    assert (found["scenes"], found["finished"]) == (1, [1003])


def test_done_stale_and_missing_follow_results_footage_and_settings(blender, tmp_path):
    assert blender.run("states", tmp_path) == {
        "none": "mmmmm",
        "some": "dddmm",
        "footage": "dsdmm",
        "settings": "sssmm",
        "again": "ddddd",
    }


def test_reload_shows_new_files_gaps_are_closed_and_the_farms_script_says_so(blender, tmp_path):
    found = blender.run("reload_and_gaps", tmp_path)
    assert (found["reloaded"], found["held"], found["empty"]) == (0, 0, 0)
    assert (found["checked"], found["matted"], found["checked_again"]) == (1, 0, 0)
    assert found["bad"] == [2, 2, 2]


def test_the_trimap_is_shown_over_the_plate_and_the_viewer_comes_back(blender, tmp_path):
    found = blender.run("preview", tmp_path)
    assert found["inside"] == pytest.approx([0.679, 0.569, 0.838], abs=0.01)  # 75 % of the plate, green
    assert found["band"] == pytest.approx([0.947, 0.577, 0.55], abs=0.01)  # 55 % of the plate, amber
    assert max(found["outside"]) < 0.5
    assert (found["nodes"], found["shows"]) == (1, "LFPNet Trimap Preview")
    assert (found["left"], found["after"], found["active"]) == (0, "Alpha", "LFPNet plate")


def test_no_button_is_grey_without_a_reason(blender, tmp_path):
    found = blender.run("reasons", tmp_path)
    usable = {"empty": {"add_matte", "connect"}, "unlinked": {"add_matte", "connect", "choose_weights", "reload"}}
    for where, names in usable.items():
        assert {name for name, reason in found[where].items() if not reason} == names
        for reason in filter(None, found[where].values()):
            assert reason.endswith(".")
            assert "context is incorrect" not in reason  # Blender's own words where there is no reason


def test_weights_are_chosen_pairs_are_kept_and_fine_tuning_starts_and_stops(blender, tmp_path):
    found = blender.run("weights_and_training", tmp_path)
    assert (found["model"], found["models"][0]) == ("default", "default")
    frames = ("LFPNet_plate.1001.exr", "LFPNet_plate.1002.exr")
    assert found["pairs"] == [f"{role}/{name}" for role in ("alpha", "plate", "trimap") for name in frames]
    assert found["painted"] == [1, 0]
    assert "two training pairs" in found["few"]
    assert found["running"] == "Fine-tuning: step 1."
    assert "wait, or stop it" in found["busy"]
    assert found["stopped"] == "Fine-tuning was stopped."


def test_the_example_renders_and_its_masks_are_the_roto_of_the_demo(blender, tmp_path):
    found = blender.run("example", tmp_path)
    alpha = OpenEXR.File(found["matte"]).channels()["RGBA"].pixels[..., 3].astype(np.float32)  # that of the trimap
    core, edge = read_shapes(ROOT / "examples" / "astronaut" / "roto.json").rasterise(512, 512)
    assert (np.rint(alpha * 255) != from_core_and_edge(core, edge)).mean() < 0.005
    picture = cv2.imread(found["picture"])
    np.testing.assert_allclose(picture[5, 5], (97, 111, 39), atol=2)  # the plain ground as sRGB
    assert picture[100, 220].max() > 150  # the face


def test_disabled_it_leaves_nothing_and_can_be_enabled_again(blender, tmp_path):
    found = blender.run("on_and_off", tmp_path)
    assert found["off"] == []
    assert not found["has_settings"]
    assert found["again"] == found["on"]
    assert {"LFPNET_OT_matte_frame", "matte_frame", "on_render", "on_change", "_draw_add_menu"} <= set(found["found"])
