"""`lfpnet carry` on a small shot: files, marks, and refusals that leave what is drawn alone."""

import json

import pytest

from lfpnet.evaluation.shots import write_shot
from lfpnet.images import read_mask
from sidecar.cli.main import main


@pytest.fixture(scope="module")
def shot(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shots") / "fur"
    write_shot(folder, "fur", frames=5, height=108, width=192)
    return folder


def _words(shot, output, *more, keys="1002,1004"):
    return ["carry", str(shot / "plate" / "plate.####.exr"), str(shot / "trimap" / "trimap.####.exr"),
            "--keys", keys, "-o", str(output), *more]  # fmt: skip


def test_every_frame_between_and_beyond_the_keys_gets_a_trimap(shot, tmp_path):
    assert main(_words(shot, tmp_path / "t.####.png", "--report", str(tmp_path / "carry.json"))) == 0
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [f"t.{number}.png" for number in range(1001, 1006)]
    report = json.loads((tmp_path / "carry.json").read_text())
    assert [(mark["first"], mark["last"], mark["draw"]) for mark in report["intervals"]] == [(1002, 1004, 1003)]
    assert report["closures"]["1001"] is None
    drawn, made = read_mask(shot / "trimap" / "trimap.1002.exr").pixels, read_mask(tmp_path / "t.1002.png").pixels
    assert abs(drawn - made).max() < 1e-2


def test_a_chunk_of_frames_gets_the_same_bytes_as_the_whole(shot, tmp_path):
    (tmp_path / "all").mkdir()
    (tmp_path / "chunk").mkdir()
    assert main(_words(shot, tmp_path / "all" / "t.####.png")) == 0
    assert main(_words(shot, tmp_path / "chunk" / "t.####.png", "--frames", "1003")) == 0
    assert [path.name for path in (tmp_path / "chunk").iterdir()] == ["t.1003.png"]
    assert (tmp_path / "chunk" / "t.1003.png").read_bytes() == (tmp_path / "all" / "t.1003.png").read_bytes()


def test_a_missing_key_or_an_output_over_the_keys_is_refused(shot, tmp_path, capsys):
    assert main(_words(shot, tmp_path / "t.####.png", keys="1002,1009")) == 2
    assert "Expected a key on 1009" in capsys.readouterr().err
    before = (shot / "trimap" / "trimap.1003.exr").read_bytes()
    assert main(_words(shot, shot / "trimap" / "trimap.####.exr")) == 2
    assert "will not be overwritten" in capsys.readouterr().err
    assert (shot / "trimap" / "trimap.1003.exr").read_bytes() == before
