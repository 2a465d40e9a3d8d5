"""Nodes, knobs, groups and what they render, checked with OpenEXR."""

import nuke
import numpy as np
import OpenEXR
import pytest
from nuke import _session

pytestmark = pytest.mark.usefixtures("session")


def write_exr(path, channels, data_window=None, size=(8, 6)):
    left, top, right, bottom = data_window or (0, 0, size[0] - 1, size[1] - 1)
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.NO_COMPRESSION,
        "dataWindow": (np.array([left, top], np.int32), np.array([right, bottom], np.int32)),
        "displayWindow": (np.zeros(2, np.int32), np.array([size[0] - 1, size[1] - 1], np.int32)),
    }
    with OpenEXR.File(header, channels) as file:
        file.write(str(path))


def read_exr(path):
    with OpenEXR.File(str(path), separate_channels=True) as file:
        part = file.parts[0]
        window = [int(edge) for corner in part.header["dataWindow"] for edge in corner]
        return window, {name: channel.pixels.copy() for name, channel in part.channels.items()}


def render(node, path, frame=1, **knobs):
    write = nuke.nodes.Write(inputs=[node], file=str(path), channels="all", file_type="exr", raw=True)
    write["datatype"].setValue("32 bit float")
    for name, value in knobs.items():
        write[name].setValue(value)
    nuke.execute(write, frame, frame)
    nuke.delete(write)
    return read_exr(str(path).replace("%04d", f"{frame:04d}"))


@pytest.fixture
def pixels():
    return np.random.default_rng(0).random((6, 8, 4), np.float32)


def test_what_is_read_is_written_exactly(tmp_path, pixels):
    write_exr(tmp_path / "in.0001.exr", {"RGBA": pixels, "other.R": pixels[..., 0].copy()})
    read = nuke.nodes.Read(file=str(tmp_path / "in.%04d.exr"), raw=True)
    window, channels = render(read, tmp_path / "out.exr")
    assert window == [0, 0, 7, 5]
    assert sorted(channels) == ["A", "B", "G", "R", "other.red"]
    for index, name in enumerate("RGBA"):
        np.testing.assert_array_equal(channels[name], pixels[..., index])


def test_a_data_window_is_the_bounding_box_and_black_outside(tmp_path, pixels):
    write_exr(tmp_path / "in.exr", {"RGBA": pixels}, data_window=(-3, -2, 4, 3))
    read = nuke.nodes.Read(file=str(tmp_path / "in.exr"), raw=True)
    box = read.bbox()
    assert (box.x(), box.y(), box.r(), box.t()) == (-4, 1, 6, 9)  # one black pixel more, y upwards
    assert (read.width(), read.height()) == (8, 6)
    window, channels = render(read, tmp_path / "out.exr")
    assert window == [-3, -2, 4, 3]
    np.testing.assert_array_equal(channels["R"], pixels[..., 0])
    assert read.sample("rgba.red", 0, 5) == pixels[2, 3, 0]


def test_edges_go_on_outside_a_picture_of_the_formats_size(tmp_path, pixels):
    write_exr(tmp_path / "in.exr", {"RGBA": pixels})
    crop = nuke.nodes.Crop(inputs=[nuke.nodes.Read(file=str(tmp_path / "in.exr"), raw=True)], crop=False)
    crop["box"].setValue((-2, -1, 10, 7))
    window, channels = render(crop, tmp_path / "out.exr")
    assert window == [-2, -1, 9, 6]
    np.testing.assert_array_equal(channels["G"], np.pad(pixels[..., 1], ((1, 1), (2, 2)), mode="edge"))


def test_a_crop_is_black_outside(tmp_path):
    board = nuke.nodes.CheckerBoard2(boxsize=2)
    window, _ = render(nuke.nodes.Crop(inputs=[board], box=(1, 2, 5, 6)), tmp_path / "out.exr")
    assert window == [1, 0, 4, 3]


def test_copy_unites_the_boxes_and_takes_what_it_is_told(tmp_path, pixels):
    write_exr(tmp_path / "mask.exr", {"A": pixels[..., 3].copy()}, data_window=(-3, -2, 4, 3))
    below = nuke.nodes.Constant(color=(1, 2, 3, 0), channels="rgb")
    mask = nuke.nodes.Read(file=str(tmp_path / "mask.exr"), raw=True)
    copy = nuke.nodes.Copy(inputs=[below, mask])
    window, channels = render(copy, tmp_path / "out.exr")
    assert window == [-4, -3, 7, 5]
    np.testing.assert_array_equal(channels["A"][1:7, 1:9], pixels[..., 3])
    assert channels["A"][0].max() == 0
    assert channels["B"].min() == 3
    copy["bbox"].setValue("A")
    assert copy.bbox().w() == 10


def test_switch_follows_an_expression_of_its_group(tmp_path):
    group = nuke.nodes.Group()
    group.addKnob(nuke.Enumeration_Knob("show", "show", ["one", "two"]))
    with group:
        inputs = [nuke.nodes.Input(name=name, number=index) for index, name in enumerate(("One", "Two"))]
        switch = nuke.nodes.Switch(inputs=inputs)
        switch["which"].setExpression("parent.show")
        nuke.nodes.Output(inputs=[switch])
    for index in range(2):
        group.setInput(index, nuke.nodes.Constant(color=(index, 0, 0, 0)))
    for index, name in enumerate(("one", "two")):
        group["show"].setValue(name)
        _, channels = render(group, tmp_path / "out.exr")
        assert channels["R"].max() == index


def test_a_missing_frame_is_an_error_and_before_and_after_are_what_the_read_says(tmp_path, pixels):
    write_exr(tmp_path / "in.0002.exr", {"RGBA": pixels})
    read = nuke.nodes.Read(file=str(tmp_path / "in.####.exr"), raw=True, first=1, last=2)
    with pytest.raises(RuntimeError, match=r"Read1.*in\.0001\.exr"):
        render(read, tmp_path / "out.exr", frame=1)
    _, channels = render(read, tmp_path / "out.exr", frame=9)
    np.testing.assert_array_equal(channels["R"], pixels[..., 0])
    read["after"].setValue("black")
    with pytest.raises(RuntimeError, match="No channels"):
        render(read, tmp_path / "out.exr", frame=9)


def test_a_read_keeps_what_it_read_until_it_is_reloaded(tmp_path, pixels):
    write_exr(tmp_path / "in.exr", {"RGBA": pixels})
    read = nuke.nodes.Read(file=str(tmp_path / "in.exr"), raw=True)
    render(read, tmp_path / "out.exr")
    write_exr(tmp_path / "in.exr", {"RGBA": pixels * 2})
    assert render(read, tmp_path / "out.exr")[1]["R"].max() == pixels[..., 0].max()
    read["reload"].execute()
    assert render(read, tmp_path / "out.exr")[1]["R"].max() == pixels[..., 0].max() * 2


def test_views_have_their_own_files(tmp_path, pixels):
    _session.start(views=("left", "right"))
    for view, factor in (("left", 1), ("right", 2)):
        write_exr(tmp_path / f"in.{view}.exr", {"RGBA": pixels * factor})
    read = nuke.nodes.Read(file=str(tmp_path / "in.%V.exr"), raw=True)
    write = nuke.nodes.Write(
        inputs=[read], file=str(tmp_path / "out.%v.exr"), channels="rgba", file_type="exr", raw=True
    )
    nuke.execute(write, 1, 1, 1, ["right"])
    assert not (tmp_path / "out.l.exr").exists()
    nuke.execute(write, 1, 1)
    assert read_exr(tmp_path / "out.r.exr")[1]["R"].max() > read_exr(tmp_path / "out.l.exr")[1]["R"].max()
    write["file"].setValue(str(tmp_path / "both.exr"))
    with pytest.raises(RuntimeError, match="%V"):
        nuke.execute(write, 1, 1)


def test_proxy_mode_renders_half_the_size(tmp_path):
    board = nuke.nodes.CheckerBoard2()
    nuke.root()["proxy"].setValue(True)
    assert render(board, tmp_path / "out.exr")[0] == [0, 0, 3, 2]


def test_without_raw_ocio_changes_colours_but_not_alpha(tmp_path):
    white = nuke.nodes.Constant(color=1, channels="rgba")
    nuke.root()["colorManagement"].setValue("OCIO")
    _, channels = render(white, tmp_path / "out.exr", raw=False)
    assert (channels["R"].max(), channels["A"].max()) == (np.float32(0.8), 1)


def test_frames_run_from_start_to_end(tmp_path):
    write = nuke.nodes.Write(inputs=[nuke.nodes.Constant()], file=str(tmp_path / "a.%04d.exr"), file_type="exr")
    nuke.execute(write, 1, 7, 3)
    nuke.execute(write, nuke.FrameRanges("10-12x2 20"))
    assert sorted(path.name[2:6] for path in tmp_path.iterdir()) == ["0001", "0004", "0007", "0010", "0012", "0020"]
    assert nuke.frame() == 1


def test_a_write_needs_a_folder_a_file_type_and_channels(tmp_path):
    write = nuke.nodes.Write(inputs=[nuke.nodes.Constant()], file=str(tmp_path / "new" / "a.exr"))
    with pytest.raises(RuntimeError, match="file_type"):
        nuke.execute(write, 1, 1)
    assert write.knob("datatype") is None
    write["file_type"].setValue("exr")
    with pytest.raises(RuntimeError, match="No such file or directory"):
        nuke.execute(write, 1, 1)
    write["create_directories"].setValue(True)
    nuke.execute(write, 1, 1)
    write["channels"].setValue("alpha")
    with pytest.raises(RuntimeError, match="No channels"):
        nuke.execute(write, 1, 1)


def test_files_with_metadata_differ_each_time_and_files_without_do_not(tmp_path):
    board = nuke.nodes.CheckerBoard2()
    for metadata, is_same in (("default metadata", False), ("no metadata", True)):
        found = set()
        for name in ("first.exr", "second.exr"):
            render(board, tmp_path / name, metadata=metadata)
            found.add((tmp_path / name).read_bytes())
        assert (len(found) == 1) == is_same


def test_unknown_classes_knobs_menu_items_and_channels_are_errors():
    with pytest.raises(RuntimeError, match="Unknown command"):
        nuke.nodes.Wirte()
    read = nuke.nodes.Read()
    assert read.knob("nothing") is None
    with pytest.raises(NameError):
        read["nothing"]
    with pytest.raises(TypeError):
        read["on_error"].setValue("shrug")
    with pytest.raises(TypeError):
        read["file"].setValue(3)
    with pytest.raises(ValueError, match="no channel"):
        nuke.nodes.Copy()["from0"].setValue("unheard.red")
    nuke.Layer("unheard", ["red"])
    nuke.nodes.Copy()["from0"].setValue("unheard.red")


def test_nodes_of_different_groups_do_not_connect():
    outside = nuke.nodes.Constant()
    with nuke.nodes.Group():
        inside = nuke.nodes.Dot()
        with pytest.raises(RuntimeError, match="one group"):
            inside.setInput(0, outside)


def test_names_count_up_and_a_new_node_takes_the_selected_one():
    first, second = nuke.createNode("Constant"), nuke.createNode("Dot")
    assert (first.name(), second.name(), second.input(0)) == ("Constant1", "Dot1", first)
    third = nuke.nodes.Dot()
    third.setName("Dot1")
    assert third.name() == "Dot2"
    with pytest.raises(ValueError, match="no name"):
        third.setName("two words")
    nuke.delete(first)
    assert second.input(0) is None
    with pytest.raises(ValueError, match="not attached"):
        first.knob("name")
