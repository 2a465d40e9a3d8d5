"""The real Blender, as the module bpy of 4.2, 4.5 and 5.0, each with an empty home and the extension's zip.

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

import pytest

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
                words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=500, check=False
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


@pytest.fixture(scope="session", params=VERSIONS)
def blender(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Blender:
    """Each version that is here."""
    name = f"LFPNET_BPY_{request.param.replace('.', '_')}"
    if not os.environ.get(name):
        pytest.skip(f"{name} names no Python with bpy {request.param}")
    return Blender(Path(os.environ[name]), tmp_path_factory.mktemp(f"blender-{request.param}"))
