"""The extension inside the real Blender, as the module bpy of 4.2, 4.5 and 5.0, with a real sidecar process.

`make test` makes the virtual environments; `LFPNET_BPY_4_2`, `_4_5` and `_5_0` name their Pythons.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCENARIOS = Path(__file__).parent / "blender_scenarios.py"
VERSIONS = ("4.2", "4.5", "5.0")


class Blender:
    """One version of Blender with an empty home, and the extension's zip."""

    def __init__(self, python: Path, folder: Path) -> None:
        self.python, self.folder = python, folder
        self.zip_file = self._built()

    def run(self, scenario: str, folder: Path, **quick: object) -> dict:
        """Run a scenario in a process of its own; what it found."""
        folder.mkdir(exist_ok=True)
        runtime = Path(tempfile.mkdtemp(prefix="lfb-", dir="/tmp"))
        server = f'#!/bin/sh\nshift\nexec "{sys.executable}" "{ROOT / "tests/support/quick_sidecar.py"}" "$@"\n'
        command = runtime / "server"
        command.write_text(server)
        command.chmod(0o755)
        environment = {
            **os.environ,
            "BLENDER_USER_RESOURCES": str(folder / "home"),
            "LFPNET_RUNTIME_DIR": str(runtime),
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
            shutil.rmtree(runtime, ignore_errors=True)
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


def test_disabled_it_leaves_nothing_and_can_be_enabled_again(blender, tmp_path):
    found = blender.run("on_and_off", tmp_path)
    assert found["off"] == []
    assert not found["has_settings"]
    assert found["again"] == found["on"] > 5
