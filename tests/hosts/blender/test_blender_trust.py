"""What an artist may trust inside the real Blender: each of these was wrong when the extension was tried."""

import pytest


def test_a_matte_is_as_large_as_its_plate_and_lies_where_the_plate_lies(blender, tmp_path):
    found = blender.run("sizes", tmp_path)
    assert {name: kind["difference"] for name, kind in found.items()} == dict.fromkeys(found, 0)
    assert [kind["size"] for kind in found.values()] == [[128, 80], [256, 160], [256, 160], [128, 80]]
    assert found["in a group"]["box"] == found["plain"]["box"]


def test_a_matte_node_works_inside_a_group_of_the_artists(blender, tmp_path):
    found = blender.run("grouped", tmp_path)
    assert found == {"problem": "", "linked outside": 0, "shown": 0, "linked inside": 0, "groups": []}


def test_keyed_bands_are_honoured_and_the_range_is_that_of_the_footage(blender, tmp_path):
    found = blender.run("keys_and_ranges", tmp_path)
    assert found["unknown"] == sorted(found["unknown"])
    assert found["unknown"][0] < found["unknown"][-1] / 2
    assert found["states"] == "ddddd"
    assert found["range"] == [1001, 1005]
    assert "The footage has frames 1001-1005, the scene 1-250" in found["outside"]
    assert found["still"] == [1]


def test_the_state_of_every_frame_is_true_wherever_the_time_line_stands(blender, tmp_path):
    assert blender.run("states_of_every_frame", tmp_path) == {
        "matted": "ddddd",
        "elsewhere": "ddddd",
        "last key": "dssss",
        "point": "sssss",
        "painting": "ddddd",
        "a stroke": "sssss",
        "objects": "uusss",
    }


def test_the_bit_depth_of_a_mask_changes_no_trimap(blender, tmp_path):
    found = blender.run("depth_of_masks", tmp_path)
    for space in ("sRGB", "Non-Color"):
        levels = [counts for name, counts in found.items() if name.startswith(space)]
        assert len(levels) == 4
        assert all(counts == levels[0] for counts in levels)
        assert len(levels[0]) == 3


def test_results_are_shown_again_after_an_undo(blender, tmp_path):
    assert blender.run("undo", tmp_path) == {"undo": 0, "range": 0, "listens": [True, True]}


def test_neither_other_add_ons_nor_the_time_line_notice_a_capture(blender, tmp_path):
    found = blender.run("guests", tmp_path)
    assert (found["footage"], found["objects"]) == ([], [])
    assert found["frames"] == [1002, 1002, 1002]
    assert (found["half"], found["kept"], found["scenes"]) == ([40, 64], True, ["Scene"])


def test_nothing_is_captured_while_blender_renders(blender, tmp_path):
    found = blender.run("while_rendering", tmp_path)
    assert not found["is_over"]
    assert "Blender is rendering" in found["said"]
    assert "wait until it has ended" in found["preview"]
    assert (found["done"], found["then"]) == (2, "2 matted; 0 were up to date.")


def test_the_preview_follows_the_mask_and_hide_leaves_nothing_of_it(blender, tmp_path):
    found = blender.run("preview_follows", tmp_path)
    assert found["no mask"] < found["first"] < found["slider"]
    assert not found["same again"]
    assert (found["after saving"], found["in the file"]) == (found["first"], False)
    assert (found["left"], found["viewer"]) == ([False, False], "Premultiplied")


def test_the_farms_script_saves_the_file_so_that_any_blender_renders_the_mattes(blender, tmp_path):
    found = blender.run("farm_saves", tmp_path)
    assert found["codes"] == [2, 0, 0]
    assert found["kept"]
    assert found["saved"]
    assert found["files"] == ["other.blend", "shot.blend", "shot.blend1"]
    plain = blender.run("without_add_on", tmp_path)
    assert plain == {"mean": pytest.approx(found["mean"], abs=1e-6), "has_add_on": False}
