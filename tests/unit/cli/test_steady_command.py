"""`lfpnet steady`: the same bytes whatever range, order or restart; cuts and gaps end a window."""

import json

import pytest

from lfpnet.evaluation.shots import write_shot
from lfpnet.images import read_mask, read_plate, write_matte
from lfpnet.types import Matte
from sidecar.cli.main import main


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    """Five frames of fur, whose truth stands for the first stage's mattes."""
    folder = tmp_path_factory.mktemp("shots") / "fur"
    write_shot(folder, "fur", frames=5, height=72, width=128)
    (folder / "mattes").mkdir()
    for number in range(1001, 1006):
        plate = read_plate(folder / "plate" / f"plate.{number}.exr")
        layers = [read_plate(folder / kind / f"{kind}.{number}.exr").pixels for kind in ("fg", "bg")]
        alpha = read_mask(folder / "alpha" / f"alpha.{number}.exr").pixels
        write_matte(folder / "mattes" / f"matte.{number}.exr", Matte(alpha, *layers), plate)
    return folder


def _run(shot, folder, frames, *more):
    folder.mkdir(exist_ok=True)
    words = ["steady", str(shot / "plate" / "plate.####.exr"), str(shot / "trimap" / "trimap.####.exr"),
             "--mattes", str(shot / "mattes" / "matte.####.exr"), "-o", str(folder / "s.####.exr"),
             "--frames", frames, "--json", *more]  # fmt: skip
    return main(words)


def _lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_chunks_and_order_change_no_byte_and_a_restart_keeps_what_is_done(shot, tmp_path, capsys):
    assert _run(shot, tmp_path / "all", "1001-1005", "--strength", "2") == 0
    for chunk in ("1004-1005", "1002", "1001,1003"):
        assert _run(shot, tmp_path / "chunks", chunk, "--strength", "2") == 0
    for number in range(1001, 1006):
        name = f"s.{number}.exr"
        assert (tmp_path / "all" / name).read_bytes() == (tmp_path / "chunks" / name).read_bytes()
    capsys.readouterr()
    assert _run(shot, tmp_path / "all", "1001-1005", "--strength", "2") == 0
    assert {line["state"] for line in _lines(capsys)} == {"kept"}
    assert _run(shot, tmp_path / "all", "1001-1005", "--strength", "1") == 0
    assert {line["state"] for line in _lines(capsys)} == {"made"}


def test_a_window_ends_at_a_cut_that_is_named_and_at_the_shots_ends(shot, tmp_path, capsys):
    assert _run(shot, tmp_path / "cut", "1001-1005", "--cuts", "1003") == 0
    used = {line["frame"]: line["neighbours_used"] for line in _lines(capsys)}
    assert used == {1001: [1002], 1002: [1001], 1003: [1004], 1004: [1003, 1005], 1005: [1004]}


def test_a_missing_matte_is_a_sentence(shot, tmp_path, capsys):
    assert _run(shot, tmp_path / "gap", "1005-1006") == 2
    assert "got none for 1006" in capsys.readouterr().err
