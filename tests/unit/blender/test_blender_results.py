"""Frames of a shot on disk as the extension sees them: numbers, gaps, states."""

import numpy as np
import OpenEXR
import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def matted(blender_module, tmp_path):
    """Make results of frames."""
    owner = blender_module("sidecar.shots.identity").Owner("a" * 32, "Blender")
    request = blender_module("sidecar.shots.request").MatteRequest()
    results = blender_module("results").ShotResults(tmp_path / "mattes", "plate", owner)
    record = blender_module("sidecar.shots.record")

    def make(*frames, sources=None):
        results.folder.mkdir(exist_ok=True)
        for frame in frames:
            pixels = np.full((4, 6, 4), frame, np.float32)
            header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION}
            temporary = tmp_path / "new.exr"
            OpenEXR.File(header, {"RGBA": pixels}).write(str(temporary))
            temporary.replace(results.path(frame))
            about = record.FrameRecord(frame, {}, request.record(), facts={"sources": sources or {}}, owner=owner)
            record.write_record(results.path(frame), about)
        return results

    return make


def value(results, frame):
    return OpenEXR.File(str(results.path(frame))).channels()["RGBA"].pixels[0, 0, 0]


@given(first=st.integers(0, 5000), length=st.integers(1, 300), at=st.integers(-400, 6000))
def test_a_result_is_shown_at_the_frame_of_its_number_and_held_outside(blender_module, first, length, at):
    sequence = blender_module("sequence")
    last = first + length - 1
    number = sequence.file_number(at, sequence.result_user(first, last))
    assert number == (first - 1 if at < first else min(at, last))  # one less than the first: a file is placed there


def test_a_cyclic_sequence_begins_again(blender_module):
    sequence = blender_module("sequence")
    user = sequence.ImageUser(frame_start=1, frame_duration=3, frame_offset=0, is_cyclic=True)
    assert [sequence.file_number(frame, user) for frame in (1, 3, 4, 6)] == [1, 3, 1, 3]


def test_numbers_keep_their_digits(blender_module, tmp_path):
    numbered = blender_module("sequence").numbered
    assert numbered(tmp_path / "a.v2.0999.exr", 1000).name == "a.v2.1000.exr"
    assert numbered(tmp_path / "b7.png", 12).name == "b12.png"
    assert numbered(tmp_path / "still.png", 12).name == "still.png"


def test_gaps_are_held_until_their_frame_is_matted(matted):
    results = matted(1001, 1004)
    assert results.close_gaps("HOLD") == (1001, 1004)
    assert [value(results, frame) for frame in range(1000, 1005)] == [1001, 1001, 1001, 1001, 1004]
    assert results.finished() == [1001, 1004]
    assert results.missing(range(1001, 1005)) == [1002, 1003]
    matted(1002)
    assert value(results, 1001) == 1001  # the held file was another name of this one
    assert results.close_gaps("HOLD") == (1001, 1004)
    assert [value(results, frame) for frame in range(1000, 1005)] == [1001, 1001, 1002, 1002, 1004]


def test_gaps_can_be_empty_or_stay_open(blender_module, matted):
    results = matted(1001, 1003)
    results.close_gaps("EMPTY")
    assert value(results, 1002) == 0
    assert results.state(1002, request(blender_module), {}) == "missing"
    results.close_gaps("REFUSE")
    assert not results.path(1002).exists()
    assert results.close_gaps("EMPTY") == (1001, 1003)
    assert value(results, 1002) == 0


def test_nothing_is_filled_where_nothing_is_matted(matted):
    results = matted()
    assert results.close_gaps("HOLD") is None
    assert list(results.folder.iterdir()) == []


def test_frame_0_needs_no_file_before_it(matted):
    results = matted(0, 1)
    assert results.close_gaps("HOLD") == (0, 1)
    assert len(list(results.folder.glob("*.exr"))) == 2


def test_a_frame_is_stale_when_settings_footage_or_file_changed(blender_module, matted):
    results = matted(1001, sources={"plate": "a.exr 5 6"})
    same = request(blender_module)
    assert results.state(1001, same, {"plate": "a.exr 5 6"}) == "done"
    assert results.state(1001, same, {"plate": "a.exr 5 6", "nodes": "not known then"}) == "unknown"
    assert results.state(1001, same, {"plate": "a.exr 5 7"}) == "stale"
    assert results.state(1001, request(blender_module, plan="exact"), {}) == "stale"
    results.path(1001).write_bytes(b"something else")
    assert results.state(1001, same, {}) == "stale"
    results.path(1001).unlink()
    assert results.state(1001, same, {}) == "missing"


def request(blender_module, **about):
    return blender_module("sidecar.shots.request").MatteRequest(**about)
