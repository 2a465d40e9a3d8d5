"""The extension in a Blender with windows, with the real network: Add menu, backdrop, Esc. Opt-in.

`LFPNET_BLENDER_WINDOWS` is the command of a Blender that can draw and `LFPNET_BLENDER_ZIP` an extension's zip with
wheels for its Python (`make blender-extension`). Without DISPLAY, Xvfb and Mesa draw it. `LFPNET_BLENDER_PICTURES`
names a folder that keeps pictures of the window. A Blender in a root of its own has to see /tmp and this checkout.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
SCENARIO = Path(__file__).parent / "windows_scenario.py"
BLENDER, ZIP = os.environ.get("LFPNET_BLENDER_WINDOWS", ""), os.environ.get("LFPNET_BLENDER_ZIP", "")
WIDTH, HEIGHT = 1600, 900
pytestmark = pytest.mark.skipif(
    not (BLENDER and ZIP),
    reason="LFPNET_BLENDER_WINDOWS and LFPNET_BLENDER_ZIP name no Blender with windows and no zip",
)


@pytest.fixture
def runtime() -> Iterator[Path]:
    """The folder of a sidecar that runs already."""
    folder = Path(tempfile.mkdtemp(prefix="lfw-", dir="/tmp"))
    environment = {**os.environ, "LFPNET_RUNTIME_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    sidecar = subprocess.Popen([sys.executable, "-m", "sidecar.cli.main", "serve"], env=environment)
    yield folder
    sidecar.terminate()
    sidecar.wait(60)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def screen(tmp_path) -> Iterator[dict[str, str]]:
    """Variables that name a screen to draw on."""
    if os.environ.get("DISPLAY"):
        yield {}
        return
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    words += ["-fbdir", str(tmp_path)]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    display = server.stdout.readline().strip()
    yield {
        "DISPLAY": f":{display}",
        "LFPNET_SCREEN_FILE": str(tmp_path / "Xvfb_screen0"),
        "LIBGL_ALWAYS_SOFTWARE": "1",
    }
    server.terminate()
    server.wait(30)
    server.stdout.close()


def read_xwd(path: Path) -> np.ndarray:
    """A picture of Xvfb's screen, (h, w, 3) as B, G, R. Source: XWDFile.h of X11: big-endian header, then colours."""
    data = path.read_bytes()
    header = np.frombuffer(data, ">u4", 25)
    size, width, height, row_bytes, colours = (int(header[index]) for index in (0, 4, 5, 12, 19))
    pixels = np.frombuffer(data, np.uint8, row_bytes * height, size + 12 * colours)
    return pixels.reshape(height, -1, 4)[:, :width, :3]


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_an_artist_adds_the_node_by_the_menu_mattes_a_frame_and_ends_a_range_by_escape(runtime, screen, tmp_path):
    command = [*shlex.split(BLENDER), "--factory-startup", "--enable-event-simulate", "--window-geometry", "0", "0"]
    command += [str(WIDTH), str(HEIGHT), "-P", str(SCENARIO), "--", str(Path(ZIP).resolve()), str(tmp_path)]
    environment = {
        **os.environ,
        **screen,
        "BLENDER_USER_RESOURCES": str(tmp_path / "home"),
        "LFPNET_RUNTIME_DIR": str(runtime),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=800, check=False)
    for picture in tmp_path.glob("*.xwd"):
        cv2.imwrite(str(picture.with_suffix(".png")), read_xwd(picture))
        picture.unlink()
    if os.environ.get("LFPNET_BLENDER_PICTURES"):
        shutil.copytree(tmp_path, os.environ["LFPNET_BLENDER_PICTURES"], dirs_exist_ok=True)
    assert (tmp_path / "found.json").exists(), f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    found = json.loads((tmp_path / "found.json").read_text())
    assert "error" not in found, found["error"]
    assert found["added"] == "LFPNet plate"
    assert found["linked"] == ["Plate", "Trimap"]
    assert found["preview"] == [512, 512]
    assert found["viewer_shows"] == "Premultiplied"
    assert found["returned"] == ["RUNNING_MODAL"]
    assert found["finished"] == [1]
    (state, mean), (state_after, mean_after) = found["before"], found["after"]
    assert (state, state_after) == ("done", "done")
    assert mean_after < mean - 0.01  # the core alone is smaller than the matte
    assert found["cancelled"]["is_cancelled"]
    assert found["cancelled"]["done"] < found["cancelled"]["of"]
