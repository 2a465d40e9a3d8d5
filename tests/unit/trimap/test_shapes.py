"""Roto shapes in a file, drawn on the plate."""

import json

import numpy as np
import pytest

from lfpnet.errors import SizeMismatchError, TrimapError
from lfpnet.trimap import from_core_and_edge
from lfpnet.trimap.shapes import read_shapes

SQUARE = [[10, 20], [30, 20], [30, 50], [10, 50]]


def _file(folder, *shapes, width=64, height=64):
    path = folder / "roto.json"
    content = [{"role": role, "points": points, "is_smooth": is_smooth} for role, points, is_smooth in shapes]
    path.write_text(json.dumps({"width": width, "height": height, "shapes": content}))
    return path


def test_a_polygon_covers_exactly_its_pixels(tmp_path):
    core, edge = read_shapes(_file(tmp_path, ("core", SQUARE, False))).rasterise(64, 64)
    expected = np.zeros((64, 64), np.float32)
    expected[20:50, 10:30] = 1
    assert np.abs(core - expected)[21:49, 11:29].max() == 0
    assert abs(core.sum() - expected.sum()) < 30
    assert (core[:19] == 0).all()
    assert (edge == 0).all()


def test_borders_between_pixels_are_anti_aliased(tmp_path):
    half = [[10.5, 20], [30, 20], [30, 50], [10.5, 50]]
    core, _ = read_shapes(_file(tmp_path, ("core", half, False))).rasterise(64, 64)
    assert core[30, 10] == pytest.approx(0.5, abs=0.13)


def test_a_smooth_shape_passes_through_its_vertices_and_bulges_between(tmp_path):
    shapes = read_shapes(_file(tmp_path, ("core", SQUARE, True)))
    outline = shapes.shapes[0].outline()
    for vertex in SQUARE:
        assert np.abs(outline - vertex).sum(1).min() < 1e-9
    smooth, _ = shapes.rasterise(64, 64)
    assert smooth[35, 8] == 1


def test_holes_cut_out_and_shapes_may_leave_the_frame(tmp_path):
    beyond = [[-50, -50], [200, -50], [200, 200], [-50, 200]]
    hole = [[30, 30], [40, 30], [40, 40], [30, 40]]
    outside = [[100, 100], [120, 100], [120, 120]]
    path = _file(
        tmp_path,
        ("edge", beyond, False),
        ("core", SQUARE, False),
        ("core_hole", [[12, 22], [20, 22], [20, 30], [12, 30]], False),
        ("edge_hole", hole, False),
        ("edge", outside, False),
    )
    core, edge = read_shapes(path).rasterise(64, 64)
    trimap = from_core_and_edge(core, edge)
    assert trimap[35, 35] == 0
    assert trimap[26, 16] == 128
    assert trimap[40, 20] == 255
    assert trimap[0, 0] == trimap[63, 63] == 128


def test_shapes_drawn_on_another_size_are_refused(tmp_path):
    with pytest.raises(SizeMismatchError, match="drawn on 64 x 64 pixels, but the plate has 32 x 16"):
        read_shapes(_file(tmp_path, ("core", SQUARE, False))).rasterise(16, 32)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"width": 4}',
        '{"width": 4, "height": 4, "shapes": [{"role": "core", "points": [[0, 0], [1, 1]]}]}',
        '{"width": 4, "height": 4, "shapes": [{"role": "garbage", "points": [[0, 0], [1, 1], [2, 0]]}]}',
        '{"width": 4, "height": 4, "shapes": [{"role": "core", "points": [[0, 0], [1, NaN], [2, 0]]}]}',
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, content):
    path = tmp_path / "roto.json"
    path.write_text(content)
    with pytest.raises(TrimapError, match="Expected roto shapes"):
        read_shapes(path)
