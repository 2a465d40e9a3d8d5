"""The extension inside the real Blender, with a real sidecar process: mattes, inputs, buttons."""

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from lfpnet.trimap import from_core_and_edge
from lfpnet.trimap.shapes import read_shapes

ROOT = Path(__file__).parents[3]


def test_mattes_come_back_into_the_compositor_pixel_for_pixel_and_without_the_add_on_too(blender, tmp_path):
    found = blender.run("frames_and_ranges", tmp_path)
    assert found["first"] == [1001]
    assert found["second"] == [1001, 1003]
    assert found["held"] == 0
    assert found["differences"] == [0] * 7
    assert found["kept"]
    assert found["again"]
    assert found["values"] == [0, 128, 255]
    assert found["highest"] == 3.0
    plain = blender.run("without_add_on", tmp_path)
    assert plain == {"mean": pytest.approx(found["mean"], abs=1e-6), "has_add_on": False}


def test_an_animated_mask_is_taken_at_each_frame_and_a_keyed_matte_as_it_is(blender, tmp_path):
    found = blender.run("animated_mask", tmp_path)
    assert found["animated"] == [1.0, 0.0]
    assert set(found["keyed"]) <= {0, 128, 255}


def test_cancel_keeps_what_is_done_and_a_killed_sidecar_costs_only_time(blender, tmp_path):
    found = blender.run("cancel_and_kill", tmp_path, tiles=10, tile_seconds=0.05)
    assert 2 <= len(found["cancelled"]) < 5
    assert found["finished"] == list(range(1001, 1006))
    assert found["differences"] == [0] * 5
    assert found["is_another"]


def test_every_failure_is_a_sentence(blender, tmp_path):
    said = blender.run("refusals", tmp_path)
    assert "abc" in said["frames"]
    assert "nope" in said["node"]
    assert "1004" in said["plate"]
    assert "lfpnet" in said["sidecar"]
    assert said["edge"]


def test_every_kind_of_footage_reaches_the_sidecar_as_the_compositor_sees_it(blender, tmp_path):
    assert blender.run("plates", tmp_path) == {"clip": 0, "nodes": 0, "layers": 0, "render": 0}


def test_roto_feather_core_and_edge_and_a_picture_make_the_trimap(blender, tmp_path):
    found = blender.run("trimaps", tmp_path)
    assert found["hard"] == [[0, 255], [7840, 2400]]
    levels, counts = found["feathered"]
    assert levels == [0, 128, 255]
    assert counts[2] == 2400
    assert found["core and edge"] == [[0, 128, 255], [6784, 1056, 2400]]
    assert found["picture"] == [[0, 128, 255], [2560, 5120, 2560]]


def test_results_are_half_or_float_and_name_the_working_space(blender, tmp_path):
    found = blender.run("spaces", tmp_path)
    assert (found["float"], found["half"]) == ("float32", "float16")
    assert (found["space"], found["shown_as"]) == ("Linear Rec.709", "Linear Rec.709")
    if "other_space" in found:  # 5.0 and later can change it
        assert (found["other_space"], found["other_shown_as"]) == ("ACEScg", "ACEScg")
        assert (found["other_difference"], found["other_plate"]) == (0, 0)


def test_a_scene_that_cannot_render_is_a_sentence_and_the_next_order_works(blender, tmp_path):
    found = blender.run("no_camera", tmp_path)
    assert "no camera: add one" in found["said"]
    assert (found["scenes"], found["finished"]) == (1, [1003])


def test_done_stale_and_missing_follow_results_footage_and_settings(blender, tmp_path):
    assert blender.run("states", tmp_path) == {
        "none": "mmmmm",
        "some": "dddmm",
        "footage": "dsdmm",
        "settings": "sssmm",
        "again": "ddddd",
    }


def test_reload_shows_new_files_gaps_are_closed_and_the_farms_script_says_so(blender, tmp_path):
    found = blender.run("reload_and_gaps", tmp_path)
    assert (found["reloaded"], found["held"], found["empty"]) == (0, 0, 0)
    assert (found["checked"], found["matted"], found["checked_again"]) == (1, 0, 0)
    assert found["bad"] == [2, 2, 2]


def test_the_trimap_is_shown_over_the_plate_and_the_viewer_comes_back(blender, tmp_path):
    found = blender.run("preview", tmp_path)
    assert found["inside"] == pytest.approx([0.679, 0.569, 0.838], abs=0.01)  # 75 % of the plate, green
    assert found["band"] == pytest.approx([0.947, 0.577, 0.55], abs=0.01)  # 55 % of the plate, amber
    assert max(found["outside"]) < 0.5
    assert (found["nodes"], found["shows"]) == (1, "LFPNet Trimap Preview")
    assert (found["left"], found["after"], found["active"]) == (0, "Alpha", "LFPNet plate")


def test_no_button_is_grey_without_a_reason(blender, tmp_path):
    found = blender.run("reasons", tmp_path)
    always = {"add_matte", "connect", "open_preferences"}
    usable = {"empty": always, "unlinked": always | {"choose_weights", "reload", "take_over"}}
    for where, names in usable.items():
        assert {name for name, reason in found[where].items() if not reason} == names
        for reason in filter(None, found[where].values()):
            assert reason.endswith(".")
            assert "context is incorrect" not in reason  # Blender's own words where there is no reason


def test_weights_are_chosen_pairs_are_kept_and_fine_tuning_starts_and_stops(blender, tmp_path):
    found = blender.run("weights_and_training", tmp_path)
    assert (found["model"], found["models"][0]) == ("default", "default")
    frames = ("LFPNet_plate.1001.exr", "LFPNet_plate.1002.exr")
    assert found["pairs"] == [f"{role}/{name}" for role in ("alpha", "plate", "trimap") for name in frames]
    assert found["painted"] == [1, 0]
    assert "two training pairs" in found["few"]
    assert len(found["refused"]) == 3
    assert all("network's own output" in said for said in found["refused"])
    assert found["running"] == "Fine-tuning: step 1."
    assert "wait, or stop it" in found["busy"]
    assert found["stopped"] == "Fine-tuning was stopped."


def test_the_example_renders_and_its_masks_are_the_roto_of_the_demo(blender, tmp_path):
    found = blender.run("example", tmp_path)
    alpha = OpenEXR.File(found["matte"]).channels()["RGBA"].pixels[..., 3].astype(np.float32)  # that of the trimap
    core, edge = read_shapes(ROOT / "examples" / "astronaut" / "roto.json").rasterise(512, 512)
    assert (np.rint(alpha * 255) != from_core_and_edge(core, edge)).mean() < 0.005
    picture = cv2.imread(found["picture"])
    np.testing.assert_allclose(picture[5, 5], (97, 111, 39), atol=2)  # the plain ground as sRGB
    assert picture[100, 220].max() > 150  # the face


def test_disabled_it_leaves_nothing_and_can_be_enabled_again(blender, tmp_path):
    found = blender.run("on_and_off", tmp_path)
    assert found["off"] == []
    assert not found["has_settings"]
    assert found["again"] == found["on"]
    assert {"LFPNET_OT_matte_frame", "matte_frame", "on_render", "on_change", "_draw_add_menu"} <= set(found["found"])
