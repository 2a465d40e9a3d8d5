"""Records of what was computed, and training pairs."""

import os

import pytest

from sidecar.shots.errors import ShotError
from sidecar.shots.fingerprint import bytes_fingerprint, file_fingerprint
from sidecar.shots.pairs import add_training_pair, training_pairs
from sidecar.shots.record import FrameRecord, FrameState, frame_state, read_record, record_path, write_record

INPUTS = {"plate": "p", "trimap": "t"}
RECIPE = {"plan": "fast", "bands": (8, 16)}


@pytest.fixture
def result(tmp_path):
    path = tmp_path / "matte.1001.exr"
    path.write_bytes(b"pixels")
    write_record(path, FrameRecord(1001, INPUTS, RECIPE, facts={"device": "cpu"}))
    return path


def test_a_frame_is_missing_stale_without_a_record_and_done_with_one(tmp_path, result):
    assert frame_state(tmp_path / "other.exr", INPUTS, RECIPE) is FrameState.MISSING
    assert frame_state(result, INPUTS, RECIPE) is FrameState.DONE
    record_path(result).unlink()
    assert frame_state(result, INPUTS, RECIPE) is FrameState.STALE


def test_a_changed_input_recipe_or_file_makes_it_stale(result):
    assert frame_state(result, {**INPUTS, "plate": "q"}, RECIPE) is FrameState.STALE
    assert frame_state(result, INPUTS, {**RECIPE, "plan": "exact"}) is FrameState.STALE
    os.utime(result, ns=(1, 1))
    assert frame_state(result, INPUTS, RECIPE) is FrameState.STALE


def test_a_record_reads_back_and_says_when(result):
    record = read_record(result)
    assert (record.frame, record.inputs, record.facts) == (1001, INPUTS, {"device": "cpu"})
    assert record.made_at.endswith("+00:00")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 9}', '{"format": 1}', '{"format": 1, "frame": []}'])
def test_a_damaged_record_counts_as_none_or_as_stale(result, text):
    record_path(result).write_text(text)
    assert frame_state(result, INPUTS, RECIPE) is FrameState.STALE


def test_nothing_but_the_record_is_left_in_its_folder(result):
    assert [path.name for path in record_path(result).parent.iterdir()] == ["matte.1001.exr.json"]


def test_a_fingerprint_follows_the_content(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = file_fingerprint(path)
    assert first == file_fingerprint(path)
    path.write_bytes(b"other")
    assert file_fingerprint(path) != first


def test_where_a_part_ends_changes_the_fingerprint_of_bytes():
    assert bytes_fingerprint(b"ab", b"c") != bytes_fingerprint(b"a", b"bc")


def test_training_pairs_are_what_the_fine_tuning_reads(tmp_path):
    from lfpnet.data.layouts.shot import find, matches

    for name in ("plate.exr", "alpha.exr"):
        (tmp_path / name).write_bytes(b"exr")
    for frame in (1003, 1001):
        add_training_pair(tmp_path / "pairs", "shot_010", frame, tmp_path / "plate.exr", tmp_path / "alpha.exr")
    assert training_pairs(tmp_path / "pairs") == {"shot_010": [1001, 1003]}
    assert matches(tmp_path / "pairs")
    assert [case.name for case in find(tmp_path / "pairs", None, None)] == ["shot_010/1001", "shot_010/1003"]


def test_a_missing_file_leaves_no_half_pair(tmp_path):
    (tmp_path / "plate.exr").write_bytes(b"exr")
    with pytest.raises(ShotError, match="as alpha"):
        add_training_pair(tmp_path / "pairs", "s", 1, tmp_path / "plate.exr", tmp_path / "alpha.exr")
    assert training_pairs(tmp_path / "pairs") == {}
    assert not (tmp_path / "pairs").exists()


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b"])
def test_a_name_that_is_no_folder_is_refused(tmp_path, name):
    with pytest.raises(ShotError, match="shot name"):
        add_training_pair(tmp_path, name, 1, tmp_path / "a.exr", tmp_path / "b.exr")
