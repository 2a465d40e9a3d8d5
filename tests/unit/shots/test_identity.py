"""Who owns a result, and that nobody else writes there."""

import json
from pathlib import Path

import pytest

from sidecar.shots.errors import ShotError
from sidecar.shots.identity import Owner, command_line_owner, default_result_folder, new_owner
from sidecar.shots.ownership import ForeignResults, check_owner
from sidecar.shots.pattern import FramePattern
from sidecar.shots.record import FrameRecord, FrameState, frame_state, read_record, record_path, write_record

FIRST, SECOND = (new_owner("Nuke", "/shots/a.nk", name) for name in ("LFPNet1", "LFPNet2"))


@pytest.fixture
def pattern(tmp_path):
    """Frames 1 and 2 of the first owner."""
    found = FramePattern(str(tmp_path / "a.####.exr"))
    for frame in (1, 2):
        found.path(frame).write_bytes(b"matte")
        write_record(found.path(frame), FrameRecord(frame, {"plate": "p"}, {}, owner=FIRST))
    return found


def test_an_owner_reads_back_from_a_record_and_from_a_command_line(pattern):
    assert read_record(pattern.path(1)).owner == FIRST
    odd = new_owner("Blender", "C:\\shots\\a b:c.blend", "matte: 1 %")
    assert Owner.from_text(odd.text()) == odd
    with pytest.raises(ShotError, match="Expected an owner as a shot node gives it"):
        Owner.from_text("somebody")


def test_two_nodes_of_one_name_in_one_file_are_two_owners():
    assert new_owner("Nuke", "/a.nk", "LFPNet1").id != new_owner("Nuke", "/a.nk", "LFPNet1").id


def test_a_folder_of_another_owner_is_refused_whichever_frames_are_asked_for(pattern):
    assert check_owner(pattern, [""], FIRST) == ""
    with pytest.raises(
        ForeignResults, match=r"belongs to LFPNet1 in /shots/a\.nk \(Nuke\).*choose another folder"
    ) as e:
        check_owner(pattern, [""], SECOND)
    assert e.value.owner == FIRST
    pattern.path(1).unlink()
    with pytest.raises(ForeignResults):
        check_owner(pattern, [""], SECOND)


def test_other_sequences_in_the_same_folder_are_nobodys_business(pattern, tmp_path):
    assert pattern.path(1).parent == tmp_path
    assert check_owner(FramePattern(str(tmp_path / "b.####.exr")), [""], SECOND) == ""


def test_records_of_format_1_are_stale_and_taken_over_with_a_sentence(pattern):
    path = record_path(pattern.path(1))
    values = json.loads(path.read_text())
    del values["owner"], values["neighbours"]
    path.write_text(json.dumps({**values, "format": 1}))
    assert frame_state(pattern.path(1), {"plate": "p"}, {}) is FrameState.STALE
    assert "1 results in" in check_owner(pattern, [""], FIRST)
    write_record(pattern.path(1), FrameRecord(1, {"plate": "p"}, {}, owner=FIRST))
    assert check_owner(pattern, [""], FIRST) == ""


def test_two_shells_that_write_the_same_files_are_one_owner(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    spellings = ("real/m.####.exr", "link/m.%04d.exr", "real/../real/m.#.exr", str(tmp_path / "real" / "m.####.exr"))
    assert len({command_line_owner(text).id for text in spellings}) == 1
    assert command_line_owner("real/n.####.exr").id != command_line_owner("real/m.####.exr").id


def test_default_folders_hold_file_version_and_node_and_keep_unsaved_files_apart():
    folders = {
        default_result_folder(file, node, owner, unsaved=Path("/tmp/cache"))
        for file, node, owner in [
            ("/shots/a_v001.nk", "LFPNet1", FIRST),
            ("/shots/a_v002.nk", "LFPNet1", FIRST),
            ("/shots/a_v002.nk", "LFPNet2", SECOND),
            ("", "LFPNet1", FIRST),
            ("", "LFPNet1", SECOND),
        ]
    }
    assert len(folders) == 5
    assert Path("/shots/lfpnet/a_v002/LFPNet1") in folders
    assert default_result_folder("/s/a.blend", 'a/b:"c"', FIRST, unsaved=Path()).name == "a_b_c_"
