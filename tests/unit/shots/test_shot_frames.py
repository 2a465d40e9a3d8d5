"""Ranges and names of frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.shots.errors import ShotError
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.shots.pattern import FramePattern


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1001", [1001]),
        ("1001-1004", [1001, 1002, 1003, 1004]),
        ("1001-1010x3, 1020", [1001, 1004, 1007, 1010, 1020]),
        ("3 1 2 2-3", [1, 2, 3]),
        ("-3--1,0", [-3, -2, -1, 0]),
        ("1 - 3 x 2", [1, 3]),
        ("1001-1005:2", [1001, 1003, 1005]),
    ],
)
def test_a_range_reads_as_artists_write_it(text, frames):
    assert parse_frames(text) == frames


@pytest.mark.parametrize("text", ["", " , ", "a", "1-", "5-1", "1-5x0", "1..5", "1-99999999"])
def test_nonsense_is_one_sentence_that_shows_it(text):
    with pytest.raises(ShotError, match="Expected"):
        parse_frames(text)


@given(st.sets(st.integers(-200, 2000), min_size=1, max_size=40))
def test_formatted_frames_read_back(frames):
    assert parse_frames(format_frames(frames)) == sorted(frames)


def test_runs_become_ranges():
    assert format_frames([1001, 1002, 1003, 1005, 1007, 1009, 1020]) == "1001-1003,1005-1009x2,1020"


@pytest.mark.parametrize("text", ["a.####.exr", "a.%04d.exr"])
def test_both_tokens_name_the_same_file(text):
    assert FramePattern(text).path(7).name == "a.0007.exr"
    assert FramePattern(text).path(12345).name == "a.12345.exr"


@pytest.mark.parametrize(("text", "name"), [("a.####.exr", "a.-0007.exr"), ("a.%04d.exr", "a.-007.exr")])
def test_frames_below_zero_are_written_as_blender_and_c_write_them(text, name, tmp_path):
    pattern = FramePattern(str(tmp_path / text))
    assert pattern.path(-7).name == name
    pattern.path(-7).touch()
    assert pattern.frames() == [-7]


def test_views_stand_in_folder_and_name():
    assert FramePattern("/s/%V/a.%v.####.exr").path(1, "left").as_posix() == "/s/left/a.l.0001.exr"


def test_a_still_has_one_file_for_every_frame(tmp_path):
    still = FramePattern(str(tmp_path / "a.exr"))
    assert not still.is_sequence
    assert still.path(1) == still.path(2)
    assert still.frames() == []


def test_frames_on_disk_are_those_with_exactly_this_name(tmp_path):
    for name in ("a.0001.exr", "a.0010.exr", "a.10.exr", "b.0002.exr", "a.0003.exr.tmp", "a.-0004.exr"):
        (tmp_path / name).touch()
    assert FramePattern(str(tmp_path / "a.####.exr")).frames() == [-4, 1, 10]


def test_two_frame_tokens_are_refused():
    with pytest.raises(ShotError, match="one frame token"):
        FramePattern("a.####.%04d.exr")


def test_a_number_sign_in_a_folder_is_part_of_its_name():
    assert FramePattern("shot#1/a.##.exr").path(3).as_posix() == "shot#1/a.03.exr"
