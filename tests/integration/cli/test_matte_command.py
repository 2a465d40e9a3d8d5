"""`lfpnet matte` as a user types it: real files, and real processes where one is stopped.

The others call the command in this process: starting one for each of them took a minute of importing torch.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from lfpnet.model.checkpoint import Provenance, save_checkpoint
from sidecar.cli.main import main

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def lfpnet(monkeypatch, capsys, caplog):
    """Run the command; what it logs belongs to what it prints."""

    def run(*arguments, folder):
        monkeypatch.chdir(folder)
        capsys.readouterr()
        caplog.clear()
        before = signal.getsignal(signal.SIGTERM)
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as exit_:  # argparse's
            code = exit_.code
        finally:
            signal.signal(signal.SIGTERM, before)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err + caplog.text)

    return run


@pytest.fixture
def folder(tmp_path, lean_network):
    """A folder with a small plate, a trimap and weights."""
    rng = np.random.default_rng(4)
    cv2.imwrite(str(tmp_path / "plate.png"), rng.integers(0, 256, (90, 120, 3), np.uint8))
    trimap = np.full((90, 120), 128, np.uint8)
    trimap[:30], trimap[60:] = 0, 255
    cv2.imwrite(str(tmp_path / "trimap.png"), trimap)
    save_checkpoint(tmp_path / "w.safetensors", lean_network, Provenance("small", "CC0-1.0", "pytest"))
    return tmp_path


def _write_exr(path, **channels):
    OpenEXR.File(
        {"compression": OpenEXR.ZIP_COMPRESSION}, {k: np.ascontiguousarray(v) for k, v in channels.items()}
    ).write(str(path))


def _read_exr(path):
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels for name, channel in file.channels().items()}


def test_a_png_plate_becomes_one_layered_exr(lfpnet, folder):
    done = lfpnet(
        "matte", "plate.png", "trimap.png", "-o", "out.exr", "--weights", "w.safetensors", "--tile", "64", "--json",
        "--preview", "sheet.png", folder=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["width"], facts["height"], facts["depth"]) == (120, 90, "half")
    assert facts["weights"] == "small"
    layers = _read_exr(folder / "out.exr")
    assert set(layers) == {*"RGBA", "fg.R", "fg.G", "fg.B", "bg.R", "bg.G", "bg.B"}
    assert np.allclose(layers["R"], layers["fg.R"].astype(np.float32) * layers["A"], atol=1e-3)
    assert cv2.imread(str(folder / "sheet.png")).shape[1] > 600


def test_a_float_plate_keeps_values_up_to_60_in_its_foreground(lfpnet, folder):
    plate = np.random.default_rng(1).random((90, 120, 3), np.float32) * 60
    _write_exr(folder / "plate.exr", R=plate[..., 0], G=plate[..., 1], B=plate[..., 2])
    done = lfpnet("matte", "plate.exr", "trimap.png", "-o", "out.exr", "--weights", "w.safetensors", folder=folder)
    assert done.returncode == 0, done.stderr
    layers = _read_exr(folder / "out.exr")
    assert layers["fg.R"].dtype == np.float32
    assert np.array_equal(layers["fg.R"][60:], plate[60:, :, 0])
    alpha = layers["A"]
    again = alpha * layers["fg.G"] + (1 - alpha) * layers["bg.G"]
    assert np.allclose(again, plate[..., 1], rtol=1e-3)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (37, 19), (41, 2000)])
def test_plates_of_odd_sizes_are_matted(lfpnet, folder, height, width):
    cv2.imwrite(str(folder / "p.png"), np.full((height, width, 3), 90, np.uint8))
    cv2.imwrite(str(folder / "t.png"), np.full((height, width), 128, np.uint8))
    done = lfpnet(
        "matte", "p.png", "t.png", "-o", "o.exr", "--weights", "w.safetensors", "--tile", "256", folder=folder
    )
    assert done.returncode == 0, done.stderr
    assert _read_exr(folder / "o.exr")["A"].shape == (height, width)
    assert "Every pixel of the trimap is unknown" in done.stderr


def test_roto_with_a_band_core_and_edge_and_shapes_all_make_a_trimap(lfpnet, folder):
    roto = np.zeros((90, 120), np.uint8)
    roto[30:60, 30:90] = 255
    cv2.imwrite(str(folder / "roto.png"), roto)
    cv2.imwrite(str(folder / "core.png"), cv2.erode(roto, np.ones((9, 9), np.uint8)))
    cv2.imwrite(str(folder / "edge.png"), cv2.dilate(roto, np.ones((9, 9), np.uint8)))
    square = [[30, 30], [90, 30], [90, 60], [30, 60]]
    wider = [[25, 25], [95, 25], [95, 65], [25, 65]]
    shapes = [{"role": r, "points": p, "is_smooth": False} for r, p in (("core", square), ("edge", wider))]
    (folder / "roto.json").write_text(json.dumps({"width": 120, "height": 90, "shapes": shapes}))
    for arguments in (["roto.png", "--band", "4", "4"], ["--core", "core.png", "--edge", "edge.png"], ["roto.json"]):
        done = lfpnet("trimap", "plate.png", *arguments, "-o", "t.png", "--json", folder=folder)
        assert done.returncode == 0, done.stderr
        trimap = cv2.imread(str(folder / "t.png"), cv2.IMREAD_UNCHANGED)
        assert set(np.unique(trimap)) == {0, 128, 255}
        assert json.loads(done.stdout)["unknown_pixels"] == (trimap == 128).sum()


def test_a_solid_mask_makes_what_it_covers_foreground(lfpnet, folder):
    trimap, solid = np.full((90, 120), 128, np.uint8), np.zeros((90, 120), np.uint8)
    trimap[:, :40], solid[30:60, 20:90] = 0, 255
    cv2.imwrite(str(folder / "open.png"), trimap)
    cv2.imwrite(str(folder / "solid.png"), solid)
    done = lfpnet("trimap", "plate.png", "open.png", "--solid", "solid.png", "-o", "t.png", folder=folder)
    assert done.returncode == 0, done.stderr
    assert (cv2.imread(str(folder / "t.png"), cv2.IMREAD_UNCHANGED) == np.where(solid > 0, 255, trimap)).all()


def _truncated(folder):
    _write_exr(folder / "bad.exr", R=np.zeros((90, 120), np.float32))
    content = (folder / "bad.exr").read_bytes()
    (folder / "bad.exr").write_bytes(content[: len(content) // 2])


def _not_numbers(folder):
    plate = np.zeros((90, 120), np.float32)
    plate[0, :3] = np.nan
    _write_exr(folder / "nan.exr", R=plate, G=plate, B=plate)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.png", "trimap.png", "-o", "o.exr"], "none.png"),
        (["plate.png", "small.png", "-o", "o.exr"], "120 x 90"),
        (["bad.exr", "trimap.png", "-o", "o.exr"], "bad.exr"),
        (["plate.png", "trimap.png", "-o", "no/o.exr"], "no/o.exr"),
        (["plate.png", "trimap.png", "-o", "o.png"], "ends in .exr"),
        (["plate.png", "trimap.png", "-o", "o.exr", "--weights", "plate.png"], "plate.png"),
        (["plate.png", "trimap.png", "-o", "o.exr", "--tile", "100"], "multiple of 16"),
        (["plate.png", "trimap.png", "-o", "o.exr", "--device", "cuda:7"], "cuda:7"),
        (["plate.png", "-o", "o.exr"], "got neither"),
        (["plate.png", "--core", "trimap.png", "-o", "o.exr"], "no --edge"),
        (["plate.png", "trimap.png", "--core", "trimap.png", "-o", "o.exr"], "got both"),
        (["plate.png", "trimap.png", "-o", "o.exr", "--plan", "best"], "invalid choice"),
    ],
)
def test_bad_input_is_one_sentence_exit_code_2_and_no_output(lfpnet, folder, arguments, sentence):
    _truncated(folder)
    cv2.imwrite(str(folder / "small.png"), np.full((45, 60), 128, np.uint8))
    before = set(folder.iterdir())
    weights = [] if "--weights" in arguments else ["--weights", "w.safetensors"]
    done = lfpnet("matte", *arguments, *weights, folder=folder)
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert set(folder.iterdir()) == before


def test_a_compression_that_keeps_less_than_half_floats_is_refused(folder):
    """In a process of its own: here the types of the call are checked before the file's own sentence."""
    words = ["matte", "plate.png", "trimap.png", "-o", "o.exr", "--weights", "w.safetensors", "--compression", "b44"]
    done = subprocess.run(
        [sys.executable, "-m", "sidecar.cli", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "b44" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(folder.glob("*.exr"))


def test_pixels_that_are_no_numbers_are_counted(lfpnet, folder):
    _not_numbers(folder)
    done = lfpnet(
        "matte", "nan.exr", "trimap.png", "-o", "o.exr", "--weights", "w.safetensors", "--json", folder=folder
    )
    assert done.returncode == 0, done.stderr
    assert any("3 pixels that are NaN" in warning for warning in json.loads(done.stdout)["warnings"])


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_stopping_half_way_leaves_no_output(folder, how):
    cv2.imwrite(str(folder / "big.png"), np.zeros((3000, 3000, 3), np.uint8))
    cv2.imwrite(str(folder / "t.png"), np.full((3000, 3000), 128, np.uint8))
    command = [
        sys.executable,
        "-m",
        "sidecar.cli",
        "matte",
        "big.png",
        "t.png",
        "-o",
        "o.exr",
        "--weights",
        "w.safetensors",
    ]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        shown = ""
        deadline = time.monotonic() + 200
        while "%" not in shown and time.monotonic() < deadline:  # the first tile is done
            shown += process.stderr.read(1)
        process.send_signal(how)
        process.wait(timeout=500)
    assert process.returncode == (-how if how == signal.SIGKILL else 130)
    assert not list(folder.glob("*.exr"))


def test_weights_say_what_they_are(lfpnet, folder):
    done = lfpnet("weights", "info", "w.safetensors", "--json", folder=folder)
    facts = json.loads(done.stdout)
    assert facts["provenance"]["licence"] == "CC0-1.0"
    assert facts["configuration"]["preset"] == "lfpnet-compact"
    refused = lfpnet("weights", "import", "w.safetensors", "x.safetensors", folder=folder)
    assert refused.returncode == 2
    assert "download the released model.pth again" in refused.stderr


def test_the_doctor_looks_at_everything(lfpnet, folder):
    done = lfpnet("doctor", "--json", folder=folder)
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert {"python", "torch", "cv2", "exr", "cpu", "weights", "machine"} <= set(findings)
    assert done.returncode == (0 if all(finding["is_well"] for finding in findings.values()) else 1)


def test_an_unknown_option_is_refused(lfpnet, folder):
    assert lfpnet("matte", "plate.png", "trimap.png", "-o", "o.exr", "--fast", folder=folder).returncode == 2
