"""Knob values to settings, frames and files."""

from pathlib import Path

import pytest
from nuke_knob_values import VALUES


@pytest.fixture
def scene(plugin):
    return plugin("settings").Scene(
        node="LFPNet1",
        inputs=frozenset({"Plate", "Trimap"}),
        input_range=(1001, 1004),
        global_range=(1, 3),
        frame=1002,
        views=("left", "right"),
        working_space="ACEScg",
    )


@pytest.fixture
def read(plugin, scene):
    return lambda **changed: plugin("settings").read_settings({**VALUES, **changed}, scene)


def test_every_knob_with_a_value_has_a_value_here(plugin):
    named = {row.name for row in plugin("knobs").VALUE_KNOBS}
    others = set(plugin("knobs").HIDDEN) | {
        "lfp_farm_command",
        "lfp_show",
        "lfp_outside",
        "lfp_pairs",
        "lfp_approved",
        "lfp_new_weights",
        "lfp_minutes",
    }
    assert named - others == set(VALUES)


@pytest.mark.parametrize(("mode", "roles"), [("trimap", {"trimap": "Trimap"}), ("soft roto", {"roto": "Trimap"})])
def test_the_mode_says_what_the_mask_is(read, mode, roles):
    assert read(lfp_mode=mode).roles == roles


def test_core_and_edge_need_the_third_input(plugin, read):
    with pytest.raises(plugin("errors").PluginError, match="input Core of LFPNet1"):
        read(lfp_mode="core and edge")


def test_bands_are_sent_for_a_soft_roto_only(read):
    assert read(lfp_mode="soft roto").request.options()["inner_pixels"] == 8.0
    assert "inner_pixels" not in read().request.options()


@pytest.mark.parametrize("path", ["", "a.%04d.exr", "/shots/a.%04d.tif"])
def test_a_result_that_is_no_absolute_exr_path_is_refused(plugin, read, path):
    with pytest.raises(plugin("errors").PluginError, match="'result'"):
        read(lfp_cache=path)


@pytest.mark.parametrize("tile", [-16, 100])
def test_a_tile_that_no_plan_takes_is_refused(plugin, read, tile):
    with pytest.raises(plugin("errors").PluginError, match="multiple of 16"):
        read(lfp_tile=tile)


@pytest.mark.parametrize(
    "changed",
    [
        {"lfp_weights": "hair"},
        {"lfp_plan": "exact"},
        {"lfp_tta": True},
        {"lfp_tile": 256},
        {"lfp_mode": "soft roto"},
        {"lfp_channel": "red"},
        {"lfp_depth": "float"},
        {"lfp_export_depth": "half"},
    ],
)
def test_what_changes_the_result_changes_the_recipe(read, changed):
    assert read(**changed).request.record() != read().request.record()


@pytest.mark.parametrize("changed", [{"lfp_only": "all"}, {"lfp_keep_exports": True}, {"lfp_address": "tcp://gpu:1"}])
def test_what_does_not_change_the_result_leaves_the_recipe(read, changed):
    assert read(**changed).request.record() == read().request.record()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("input", [1001, 1002, 1003, 1004]), ("global", [1, 2, 3]), ("current frame", [1002]), ("custom", [5, 7, 9, 20])],
)
def test_frames_come_from_where_the_knob_says(plugin, scene, choice, expected):
    values = {**VALUES, "lfp_range": choice, "lfp_frames": "5-10x2,20"}
    assert plugin("frames").chosen_frames(values, scene) == expected


@pytest.mark.parametrize("text", ["", "nonsense", "1-"])
def test_a_custom_range_that_names_no_frame_is_refused(plugin, scene, text):
    with pytest.raises(plugin("errors").PluginError):
        plugin("frames").chosen_frames({**VALUES, "lfp_range": "custom", "lfp_frames": text}, scene)


def test_no_named_view_means_all(plugin, scene):
    assert plugin("frames").chosen_views(VALUES, scene) == ["left", "right"]
    assert plugin("frames").chosen_views({**VALUES, "lfp_views": "right"}, scene) == ["right"]
    with pytest.raises(plugin("errors").PluginError, match="middle"):
        plugin("frames").chosen_views({**VALUES, "lfp_views": "middle"}, scene)


def test_each_frame_of_each_view_has_its_own_file(plugin):
    tasks = plugin("frames").plan_tasks("/shots/a b/a.%V.%04d.exr", [7, 8], ["left", "right"])
    assert [str(task.result) for task in tasks] == [
        str(Path(f"/shots/a b/a.{view}.{frame:04d}.exr")) for frame in (7, 8) for view in ("left", "right")
    ]


@pytest.mark.parametrize(
    ("pattern", "frames", "views"),
    [("/a/a.exr", [1, 2], ["main"]), ("/a/a.%04d.exr", [1], ["left", "right"])],
)
def test_frames_that_would_share_a_file_are_refused(plugin, pattern, frames, views):
    with pytest.raises(plugin("errors").PluginError, match="add it"):
        plugin("frames").plan_tasks(pattern, frames, views)


def test_a_new_nodes_results_go_beside_the_script_or_home(plugin):
    default, new = plugin("frames").default_pattern, plugin("identity").new_identity
    owner = new("/shots/a b/comp_v002.nk", "LFPNet1").owner
    found = default(owner.file, owner.node, owner, "/home/me")
    assert found == "/shots/a b/lfpnet/comp_v002/LFPNet1/LFPNet1.%V.%04d.exr"
    unsaved = [new("unsaved:1", "Group1.LFPNet1").owner for _ in range(2)]
    one, two = (default(owner.file, owner.node, owner, "/home/me") for owner in unsaved)
    assert one != two, "two scripts that were never saved write into one folder"
    assert one.startswith("/home/me/lfpnet/unsaved/")
