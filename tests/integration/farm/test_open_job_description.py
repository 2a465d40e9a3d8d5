"""The farm's job template, run by the reference implementation of Open Job Description."""

import json
import subprocess
import sys
from pathlib import Path

import OpenEXR
import pytest

FRAMES = range(1001, 1011)
OPENJD = Path(sys.executable).parent / "openjd"
TEMPLATE = (
    "farm", "template", "plate.####.exr", "trimap.png", "-o", "m.####.exr", "--tile", "64", "--frames", "1001-1010",
    "--chunk", "4", "--command", str(Path(sys.executable).parent / "lfpnet"), "--to", "job.json",
)  # fmt: skip


def openjd(*words: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(OPENJD), *words, "--extensions", "TASK_CHUNKING"],
        cwd=folder, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip


def test_ten_frames_run_in_chunks_with_one_sidecar_and_a_second_run_keeps_them(lfpnet, shot):
    assert lfpnet(*TEMPLATE).returncode == 0
    checked = openjd("check", "job.json", folder=shot)
    assert checked.returncode == 0, checked.stdout
    ran = openjd("run", "job.json", "--step", "Matte", folder=shot)
    assert ran.returncode == 0, ran.stdout
    assert "Chunks run: 3" in ran.stdout
    assert ran.stdout.count("openjd_env: LFPNET_RUNTIME_DIR=") == 1
    assert "openjd_progress: 100.0" in ran.stdout
    shell = ("plate.####.exr", "trimap.png", "-o", "one.####.exr", "--tile", "64", "--frames", "1001-1010")
    assert lfpnet("matte", *shell).returncode == 0
    alphas = set()
    for frame in FRAMES:
        ours, theirs = (OpenEXR.File(str(shot / f"{name}.{frame}.exr")).channels() for name in ("m", "one"))
        assert set(ours) == set(theirs) == {"RGBA", "fg", "bg"}
        assert all((ours[layer].pixels == theirs[layer].pixels).all() for layer in theirs)
        alphas.add(theirs["RGBA"].pixels[..., 3].tobytes())
    assert len(alphas) == len(FRAMES), "every plate has its own matte"
    again = openjd("run", "job.json", "--step", "Matte", folder=shot)
    assert again.returncode == 0, again.stdout
    assert again.stdout.count("done, kept") >= 10
    folder = ran.stdout.partition("openjd_env: LFPNET_RUNTIME_DIR=")[2].splitlines()[0]
    assert not Path(folder).exists()


def test_a_frame_that_fails_fails_the_job(lfpnet, shot):
    assert lfpnet(*TEMPLATE).returncode == 0
    (shot / "plate.1003.exr").write_bytes(b"no EXR")
    ran = openjd("run", "job.json", "--step", "Matte", "--tasks", json.dumps([{"Frame": "1003"}]), folder=shot)
    assert ran.returncode != 0
    assert "Stopped at frame 1003" in ran.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("-o", "m.####.exr"), "Expected --frames"),
        (("-o", "m.####.exr", "--frames", "x"), "Expected frames such as"),
        (("-o", "{{m}}.####.exr", "--frames", "1"), "which job templates replace"),
        (("-o", "m.####.exr", "--frames", "1", "--weights", "a.safetensors"), "say --weights a."),
        (("-o", "m.####.exr", "--frames", "1", "--core", "c.exr", "--edge", "e.exr"), "Expected either TRIMAP_OR_ROTO"),
    ],
)
def test_a_template_that_cannot_be_is_one_sentence(lfpnet, words, sentence):
    done = lfpnet("farm", "template", "plate.####.exr", "trimap.png", *words)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_the_sessions_end_never_stops_an_artists_sidecar(lfpnet):
    done = lfpnet("farm", "stop")
    assert done.returncode == 2
    assert "Expected LFPNET_RUNTIME_DIR" in done.stderr
