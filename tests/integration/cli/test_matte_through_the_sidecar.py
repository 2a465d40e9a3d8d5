"""`lfpnet matte --sidecar` as a user types it: it starts a real sidecar itself and answers as it does without one."""

import argparse
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from typing import get_args

import cv2
import numpy as np
import OpenEXR
import pytest
from sidecar_fixtures import (
    PATIENCE_SECONDS,
    ROOT,
    Workplace,
    assert_is_matte_of,
    kill,
    plate_and_trimap,
    read_layers,
    wait_until,
    write_plate,
    write_trimap,
)

from lfpnet.images import read_plate
from sidecar.cli import matte
from sidecar.cli.trimap_options import add_trimap_options, make_trimap
from sidecar.runtime.keys import allow_client, create_pair

#: Not the loopback address that needs no keys, but one that nobody else can reach.
HOST = "127.0.0.2"
QUICK = [sys.executable, str(ROOT / "tests" / "support" / "quick_sidecar.py")]


class Shell:
    """Runs `lfpnet` in a folder of pictures; its sidecar is started with a command of the test's choice."""

    def __init__(self, workplace, server, **quick):
        self.folder = workplace.pictures
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
            "LFPNET_RUNTIME_DIR": str(workplace.folder),
            # The word `serve` that is added becomes the shell's $0.
            "LFPNET_COMMAND": shlex.join(["sh", "-c", "exec " + shlex.join(map(str, server))]),
            "LFPNET_QUICK": json.dumps(quick),
        }

    def start(self, *arguments):
        command = [sys.executable, "-m", "sidecar.cli", *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **pipes)

    def run(self, *arguments):
        with self.start(*arguments) as process:
            output, errors = process.communicate(timeout=500)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def frame(self, name="plate", seed=0):
        plate, trimap = plate_and_trimap(seed=seed)
        write_plate(self.folder / f"{name}.exr", plate)
        write_trimap(self.folder / f"{name}.png", trimap)
        return plate, trimap


@pytest.fixture
def workplace():
    place = Workplace()
    yield place
    place.close()


@pytest.fixture
def roto(workplace):
    """A plate whose colour is in a layer, and all that a trimap can be made of."""
    folder = workplace.pictures
    plate = np.random.default_rng(4).random((90, 120, 3), np.float32)
    channels = {f"beauty.{name}": np.ascontiguousarray(plate[..., index]) for index, name in enumerate("RGB")}
    channels |= {f"other.{name}": np.zeros((90, 120), np.float32) for name in "RGB"}
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "owner": "test"}, channels).write(str(folder / "plate.exr"))
    pixels = np.zeros((90, 120), np.uint8)
    pixels[30:60, 30:90] = 255
    write_trimap(folder / "roto.png", pixels)
    write_trimap(folder / "core.png", cv2.erode(pixels, np.ones((9, 9), np.uint8)))
    write_trimap(folder / "edge.png", cv2.dilate(pixels, np.ones((9, 9), np.uint8)))
    square = [[30, 30], [90, 30], [90, 60], [30, 60]]
    wider = [[25, 25], [95, 25], [95, 65], [25, 65]]
    shapes = [{"role": r, "points": p, "is_smooth": False} for r, p in (("core", square), ("edge", wider))]
    (folder / "shapes.json").write_text(json.dumps({"width": 120, "height": 90, "shapes": shapes}))
    return folder


def lfpnet_attributes(path):
    header = OpenEXR.File(str(path)).parts[0].header
    return {name: value for name, value in header.items() if name.startswith("lfpnet/") or name == "owner"}


def test_both_ways_give_the_same_layers_header_facts_and_preview(workplace, roto, lean_network):
    from lfpnet.model.checkpoint import Provenance, save_checkpoint

    save_checkpoint(roto / "w.safetensors", lean_network, Provenance("small", "CC0-1.0", "pytest"))
    shell = Shell(workplace, [sys.executable, "-m", "sidecar.cli.serve", "--models", roto, "--device", "cpu"])
    facts = {}
    for name, way in (("here", ()), ("there", ("--sidecar",))):
        done = shell.run(
            "matte", "plate.exr", "--layer", "beauty", "--core", "core.png", "--edge", "edge.png", "--json",
            "--weights", "w.safetensors", "--tile", "64", "-o", f"{name}.exr", "--preview", f"{name}.png",
            *(way or ("--device", "cpu")),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        facts[name] = json.loads(done.stdout)
        assert facts[name].pop("output") == f"{name}.exr"
        assert list(facts[name].pop("seconds")) == ["read", "load", "matte", "write"]
    assert facts["there"] == facts["here"]
    assert lfpnet_attributes(roto / "there.exr") == lfpnet_attributes(roto / "here.exr")
    here, there = read_layers(roto / "here.exr"), read_layers(roto / "there.exr")
    assert list(there) == list(here)
    for name, pixels in here.items():
        np.testing.assert_allclose(there[name], pixels, atol=1e-5)
    sheets = [cv2.imread(str(roto / f"{name}.png")).astype(int) for name in ("here", "there")]
    assert np.abs(sheets[0] - sheets[1]).max() <= 1


def test_the_names_of_options_are_those_of_the_library():
    from lfpnet.inference import MatteOptions, PlanName
    from lfpnet.inference.device import PrecisionName

    assert get_args(PlanName) == matte.PLAN_NAMES
    assert MatteOptions.plan == matte.DEFAULT_PLAN
    assert get_args(PrecisionName) == matte.PRECISION_NAMES


def test_every_kind_of_roto_becomes_the_trimap_that_is_sent(workplace, roto, monkeypatch):
    monkeypatch.chdir(roto)
    shell = Shell(workplace, QUICK)
    plate = read_plate("plate.exr", layer="beauty")
    parser = argparse.ArgumentParser()
    add_trimap_options(parser)
    kinds = (["roto.png", "--band", "4", "6"], ["--core", "core.png", "--edge", "edge.png"], ["shapes.json"])
    for mask in (*kinds, ["shapes.json", "--solid", "core.png"]):
        done = shell.run("matte", "plate.exr", *mask, "--layer", "beauty", "-o", "o.exr", "--sidecar")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("o.exr: 2 tiles in")
        trimap = make_trimap(parser.parse_args(mask), plate)
        assert set(np.unique(trimap)) == {0, 128, 255}
        assert_is_matte_of(roto / "o.exr", plate.pixels, trimap)


def test_the_process_that_asks_imports_no_torch(workplace):
    shell = Shell(workplace, QUICK)
    plate, trimap = shell.frame()
    script = (
        "import sys; from sidecar.cli.main import main\n"
        "assert main(['matte', 'plate.exr', 'plate.png', '-o', 'o.exr', '--sidecar', '--preview', 'o.png']) == 0\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], cwd=shell.folder, env=shell.environment, check=True, timeout=500)
    assert_is_matte_of(shell.folder / "o.exr", plate, trimap)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has more loopback addresses than one")
def test_a_sidecar_on_the_network_needs_no_common_folder(workplace):
    shell = Shell(workplace, QUICK)
    plate, trimap = shell.frame()
    address = f"tcp://{HOST}:{free_port()}"
    box, here = workplace.folder / "box", workplace.folder / "here"
    create_pair(box, "server")
    public, secret = create_pair(here, "artist")
    allow_client(box, public, None)
    listen = ["--listen", address, "--keys", box, "--allow", box]
    with subprocess.Popen([*QUICK, *map(str, listen)], env=shell.environment, stderr=subprocess.DEVNULL) as server:
        try:
            keys = ("--server-key", box / "server.key", "--secret", secret)
            done = shell.run("matte", "plate.exr", "plate.png", "-o", "o.exr", "--connect", address, *keys)
        finally:
            server.kill()
    assert done.returncode == 0, done.stderr
    assert_is_matte_of(shell.folder / "o.exr", plate, trimap)


def test_what_cannot_be_done_is_one_sentence_exit_code_2_and_no_output(workplace):
    shell = Shell(workplace, QUICK)
    shell.frame()
    before = set(shell.folder.iterdir())
    for arguments, sentence in (
        (["--sidecar", "--weights", "nobody"], "no model 'nobody'"),
        (["--sidecar", "--compression", "b44"], "b44"),
        (["--sidecar", "--device", "cuda:7"], "lfpnet serve --device cuda:7"),
        (["--connect", "tcp://127.0.0.1:5571"], "--server-key"),
    ):
        done = shell.run("matte", "plate.exr", "plate.png", "-o", "o.exr", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    assert set(shell.folder.iterdir()) == before


def test_a_sidecar_that_cannot_start_is_one_sentence(workplace):
    shell = Shell(workplace, QUICK, die_at_start=True)
    shell.frame()
    done = shell.run("matte", "plate.exr", "plate.png", "-o", "o.exr", "--sidecar")
    assert done.returncode == 2
    assert "exit code 3" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopping_half_way_cancels_the_job_and_leaves_no_output(workplace, how):
    shell = Shell(workplace, QUICK, tiles=100_000, tile_seconds=0.01)
    shell.frame()
    before = set(shell.folder.iterdir())
    with shell.start("matte", "plate.exr", "plate.png", "-o", "o.exr", "--sidecar") as process:
        wait_for_progress(process)
        process.send_signal(how)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "nothing was written" in errors
    assert set(shell.folder.iterdir()) == before
    watcher = workplace.client("watcher")
    wait_until(lambda: not watcher.status()["jobs"])


def test_a_killed_sidecar_is_started_again_and_gets_the_frame_again(workplace):
    shell = Shell(workplace, QUICK, tiles=100, tile_seconds=0.02)
    plate, trimap = shell.frame()
    with shell.start("matte", "plate.exr", "plate.png", "-o", "o.exr", "--sidecar") as process:
        wait_for_progress(process)
        kill(workplace.pid, signal.SIGKILL)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, errors
    assert "looking for it" in errors
    assert_is_matte_of(shell.folder / "o.exr", plate, trimap)


def test_the_plate_is_never_overwritten(workplace):
    shell = Shell(workplace, QUICK)
    shell.frame()
    content = (shell.folder / "plate.exr").read_bytes()
    done = shell.run("matte", "plate.exr", "plate.png", "-o", "./plate.exr", "--sidecar")
    assert done.returncode == 2
    assert "is the plate itself" in done.stderr
    assert (shell.folder / "plate.exr").read_bytes() == content
    assert read_plate(shell.folder / "plate.exr").pixels.size


def free_port():
    """Find two neighbouring ports, one for pixels."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind((HOST, 0))
            port = one.getsockname()[1]
            try:
                two.bind((HOST, port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_for_progress(process):
    shown = ""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while "%" not in shown:
        shown += process.stderr.read(1)
        assert time.monotonic() < give_up, shown
