"""A range of frames in real processes: what is computed once, what is stale, whose it is, what is not overwritten."""

import hashlib
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sidecar_fixtures import (
    PATIENCE_SECONDS,
    ROOT,
    Workplace,
    assert_is_matte_of,
    plate_and_trimap,
    wait_until,
    write_plate,
    write_trimap,
)

from sidecar.cli.main import main, with_negative_ranges
from sidecar.shots.identity import new_owner
from sidecar.shots.record import read_record

FRAMES = (1, 2, 3, 4, 5, 6)
MATTE = ("matte", "p.####.exr", "t.png", "--depth", "float", "-o", "m.####.exr", "--json")


class Shot:
    """Six plates and a trimap, and shells that matte them by one quick sidecar."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace, self.folder = workplace, workplace.pictures
        self.trimap = plate_and_trimap()[1]
        self.plates = {frame: plate_and_trimap(seed=frame)[0] for frame in FRAMES}
        for frame, plate in self.plates.items():
            write_plate(self.plate(frame), plate)
        write_trimap(self.folder / "t.png", self.trimap)
        quick = [sys.executable, str(ROOT / "tests" / "support" / "quick_sidecar.py")]
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "LFPNET_KEEP_PYTHONPATH": "1",
            "OMP_NUM_THREADS": "1",
            "LFPNET_RUNTIME_DIR": str(workplace.folder),
            # The word `serve` that is added becomes the shell's $0.
            "LFPNET_COMMAND": shlex.join(["sh", "-c", "exec " + shlex.join(quick)]),
            "LFPNET_QUICK": json.dumps({"tiles": 5, "tile_seconds": 0.1}),
        }

    def plate(self, frame: int) -> Path:
        return self.folder / f"p.{frame:04d}.exr"

    def result(self, frame: int) -> Path:
        return self.folder / f"m.{frame:04d}.exr"

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "sidecar.cli", *words]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "errors": "surrogateescape"}
        return subprocess.Popen(command, cwd=self.folder, env=self.environment, **pipes)

    def run(self, *words: str):
        process = self.start(*words)
        told, said = process.communicate(timeout=PATIENCE_SECONDS * 2)
        return process.returncode, told, said

    def claims(self) -> list[Path]:
        return list((self.folder / ".lfpnet").glob("*.claim"))


@pytest.fixture
def shot():
    """A shot whose sidecar ends with the test."""
    workplace = Workplace()
    shot = Shot(workplace)
    yield shot
    shot.run("stop", "--now")
    workplace.close()


def states(told: str) -> dict[int, str]:
    return {line["frame"]: line["state"] for line in map(json.loads, told.splitlines())}


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.md5(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.is_file()}


def test_a_plate_that_is_replaced_while_its_frame_computes_is_stale_afterwards(shot):
    client = shot.workplace.client(tiles=20, tile_seconds=0.1)
    assert client.models()
    process = shot.start(*MATTE, "--frames", "1")
    newer = plate_and_trimap(seed=99)[0]
    write_plate(shot.folder / "new.exr", newer)
    wait_until(lambda: "computing" in json.dumps(client.status()))  # the plate has been read
    (shot.folder / "new.exr").replace(shot.plate(1))
    told, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert states(told) == {1: "made"}, said
    assert_is_matte_of(shot.result(1), shot.plates[1], shot.trimap)
    _, told, _ = shot.run(*MATTE, "--frames", "1", "--dry-run")
    assert {"state": "stale", "frames": [1]} in map(json.loads, told.splitlines())
    assert states(shot.run(*MATTE, "--frames", "1")[1]) == {1: "made"}
    assert_is_matte_of(shot.result(1), newer, shot.trimap)


def test_two_runners_share_a_range_and_what_a_killed_one_had_is_made_by_the_other(shot):
    first = shot.start(*MATTE, "--frames", "1-6")
    second = shot.start(*MATTE, "--frames", "1-6")
    told_first = first.stdout.readline()  # it has made one
    first.send_signal(signal.SIGKILL)
    told_first += first.communicate()[0]
    told, said = second.communicate(timeout=PATIENCE_SECONDS * 2)
    assert second.returncode == 0, said
    made = [frame for frame, state in states(told).items() if state == "made"]
    made_before = states(told_first)
    assert set(states(told)) == set(FRAMES)
    assert not set(made) & {frame for frame, state in made_before.items() if state == "made"}, "computed twice"
    for frame in FRAMES:
        assert_is_matte_of(shot.result(frame), shot.plates[frame], shot.trimap)
        assert read_record(shot.result(frame)) is not None
    assert states(shot.run(*MATTE, "--frames", "1-6")[1]) == dict.fromkeys(FRAMES, "kept")
    assert not shot.claims()


def test_two_runners_that_live_make_every_frame_once(shot):
    runners = [shot.start(*MATTE, "--frames", "1-6") for _ in range(2)]
    told = [states(runner.communicate(timeout=PATIENCE_SECONDS * 2)[0]) for runner in runners]
    for frame in FRAMES:
        assert [found[frame] for found in told].count("made") == 1, told


def test_results_of_a_node_are_not_overwritten_by_a_shell_unless_it_takes_them_over(shot):
    node = new_owner("Nuke", "/shots/a.nk", "LFPNet1")
    assert shot.run(*MATTE, "--frames", "1", "--owner", node.text())[0] == 0
    assert read_record(shot.result(1)).owner == node
    code, _, said = shot.run(*MATTE, "--frames", "2")
    assert code == 2
    assert "belongs to LFPNet1 in /shots/a.nk (Nuke) and is not overwritten by `lfpnet matte -o m.####.exr`" in said
    code, told, _ = shot.run(*MATTE, "--frames", "1-2", "--take-over")
    assert (code, states(told)) == (0, {1: "kept", 2: "made"})


def test_missing_frames_are_skipped_when_asked_and_fail_alone_with_keep_going(shot):
    shot.plate(2).unlink()
    code, told, said = shot.run(*MATTE, "--frames", "1-3")
    assert (code, told) == (2, "")
    assert "add --skip-missing" in said
    code, told, said = shot.run(*MATTE, "--frames", "1-3", "--skip-missing")
    assert (code, states(told)) == (0, {1: "made", 2: "skipped", 3: "made"})
    assert "One trimap serves all frames: t.png." in said
    assert shot.run(*MATTE, "--frames", "1-3", "--keep-going")[0] == 2


def test_an_unreadable_plate_is_a_sentence_of_its_frame(shot):
    shot.plate(1).write_bytes(b"no EXR")
    code, told, said = shot.run(*MATTE, "--frames", "1-2", "--keep-going")
    assert (code, states(told)) == (2, {1: "failed", 2: "made"})
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("plate", "output"),
    [
        ("take#2.####.exr", "o.####.exr"),
        ("50%done.####.exr", "50%done_o.####.exr"),
        ("p.@@@@.exr", "o.@@@@.exr"),
        ("p.$F4.exr", "o.$F4.exr"),
    ],
)
def test_names_with_signs_in_them_and_tokens_of_other_programs(shot, plate, output):
    for name in ("take#2.0001.exr", "50%done.0001.exr"):
        (shot.folder / name).write_bytes(shot.plate(1).read_bytes())
    code, told, said = shot.run("matte", plate, "t.png", "-o", output, "--frames", "1", "--json")
    assert (code, states(told)) == (0, {1: "made"}), said
    assert (shot.folder / output.replace("####", "0001").replace("@@@@", "0001").replace("$F4", "0001")).is_file()


def test_a_name_can_say_its_frames_and_negative_ones_work_on_the_command_line(shot):
    code, told, _ = shot.run("matte", "p.[0001-0002].exr", "t.png", "-o", "o.####.exr", "--json")
    assert (code, states(told)) == (0, {1: "made", 2: "made"})
    (shot.folder / "p.-0001.exr").write_bytes(shot.plate(1).read_bytes())
    (shot.folder / "p.0000.exr").write_bytes(shot.plate(2).read_bytes())
    code, told, said = shot.run("matte", "p.####.exr", "t.png", "-o", "n.####.exr", "--json", "--frames", "-1-0")
    assert (code, states(told)) == (0, {-1: "made", 0: "made"}), said
    assert with_negative_ranges(["--frames", "-2-2", "--tta"]) == ["--frames=-2-2", "--tta"]
    assert with_negative_ranges(["--frames", "--tta"]) == ["--frames", "--tta"]


def test_a_sequence_without_frames_is_one_sentence(shot, capsys, monkeypatch):
    monkeypatch.chdir(shot.folder)
    assert main(["matte", "p.####.exr", "t.png", "-o", "o.exr"]) == 2
    assert "Expected one file as plate, got the sequence p.####.exr; add --frames 1-6." in capsys.readouterr().err


def test_a_name_that_is_no_utf_8_is_written(shot):
    name = os.fsdecode(b"aus_\xfcber.exr")
    code, _, said = shot.run("matte", "p.0001.exr", "t.png", "-o", name)
    assert code == 0, said
    assert (shot.folder / name).is_file()


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    """Two plates and trimaps that need no sidecar, as nothing is computed."""
    folder = tmp_path / "shot"
    folder.mkdir()
    for frame in (1, 2):
        plate, trimap = plate_and_trimap(seed=frame)
        write_plate(folder / f"p.{frame:04d}.exr", plate)
        write_plate(folder / f"t.{frame:04d}.exr", plate)
        write_trimap(folder / "t.png", trimap)
        os.link(folder / f"p.{frame:04d}.exr", folder / f"hard.{frame:04d}.exr")
        (folder / f"soft.{frame:04d}.exr").symlink_to(f"p.{frame:04d}.exr")
    (folder / "second").mkdir()
    (folder / "second" / "p.0002.exr").symlink_to("../p.0002.exr")
    (tmp_path / "link").symlink_to("shot")
    monkeypatch.chdir(folder)
    return folder


SPELLINGS = (
    "p.####.exr", "p.%04d.exr", "./p.####.exr", "../shot/p.####.exr", "../link/p.####.exr", "second/../p.####.exr",
    "{folder}/p.####.exr", "hard.####.exr", "soft.####.exr", "second/p.####.exr", "p.@@@@.exr", "t.####.exr",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_range_over_its_own_pictures_is_refused_however_they_are_spelt(inputs, capsys, spelling):
    before = hashes(inputs)
    words = ["matte", "p.####.exr", "t.####.exr", "--frames", "1-2", "-o", spelling.format(folder=inputs)]
    assert main(words) == 2
    assert "itself and will not be overwritten" in capsys.readouterr().err
    assert hashes(inputs) == before


@pytest.mark.parametrize(
    "words",
    [
        ("matte", "p.0001.exr", "t.png", "-o", "o.exr", "--preview", "t.png"),
        ("matte", "p.0001.exr", "t.0001.exr", "-o", "t.0001.exr"),
        ("matte", "p.0001.exr", "--core", "t.0001.exr", "--edge", "t.0002.exr", "-o", "t.0002.exr"),
        ("matte", "p.0001.exr", "t.png", "--solid", "t.0001.exr", "-o", "t.0001.exr"),
        ("trimap", "p.0001.exr", "t.png", "-o", "t.png"),
        ("trimap", "p.0001.exr", "t.png", "-o", "hard.0001.exr"),
        ("trimap", "p.0001.exr", "t.png", "--preview", "../link/t.png"),
        ("weights", "import", "t.png", "../link/t.png"),
    ],
)
def test_no_command_writes_over_what_it_reads(inputs, capsys, words):
    before = hashes(inputs)
    assert main(list(words)) == 2
    assert "itself and will not be overwritten" in capsys.readouterr().err
    assert hashes(inputs) == before


def test_protected_files_and_folders_are_said_before_the_work(inputs, capsys, monkeypatch):
    (inputs / "pub.0002.exr").write_bytes(b"published")
    (inputs / "pub.0002.exr").chmod(0o444)
    words = ["matte", "p.####.exr", "t.####.exr", "--frames", "1-2", "-o"]
    assert main([*words, "pub.####.exr"]) == 2
    assert "pub.0002.exr is write-protected (mode 444) and will not be replaced" in capsys.readouterr().err
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everywhere
    assert main([*words, "m.####.exr"]) == 2
    assert "Expected a folder that can be written for m.0001.exr" in capsys.readouterr().err
    assert not list(inputs.glob("m.*"))


def test_a_linked_output_is_written_through(shot):
    (shot.folder / "fast").mkdir()
    (shot.folder / "fast" / "m.0001.exr").write_bytes(b"old")
    shot.result(1).symlink_to("fast/m.0001.exr")
    code, _, said = shot.run(*MATTE, "--frames", "1")
    assert code == 0, said
    assert "m.0001.exr is a link" in said
    assert shot.result(1).is_symlink()
    assert_is_matte_of(shot.folder / "fast" / "m.0001.exr", shot.plates[1], shot.trimap)
