"""What an artist does with the LFPNet node, step by step, with checks. Runs in the fake and in a real `nuke -t`.

Only `nuke`, the plugin and the stage are used here: pictures are made and judged by the stage, so that Nuke's own
Python needs nothing. Each scenario begins with an empty script.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import nuke

SIZE = "96 64 0 0 96 64 1 lfpnet_scenario"
FRAMES = [1001, 1002, 1003]
#: Channels of the sidecar's file -> channels of what Nuke renders from it.
SAME = [
    ["R", "R"],
    ["G", "G"],
    ["B", "B"],
    ["A", "A"],
    *[
        [f"{layer}.{short}", f"{layer}.{long}"]
        for layer in ("lfp_fg", "lfp_bg")
        for short, long in zip("RGB", ("red", "green", "blue"))
    ],
    ["lfp_trimap.A", "lfp_trimap.alpha"],
]


class Stage:
    """Where a scenario plays: a folder of its own, pictures, and a way to press a button and wait.

    Attributes:
        folder: empty at the beginning.
        pictures: an object with `make`, `describe` and `difference` of nuke_pictures.py.
        exact: whether the sidecar is the quick one of the tests, whose alpha is the trimap.
    """

    def __init__(self, folder: Path, pictures: Any, *, exact: bool) -> None:
        self.folder, self.pictures, self.exact = folder, pictures, exact

    def begin(self, views: tuple[str, ...] = ("main",), frames: list[int] | None = None) -> None:
        """An empty script of 96 x 64 with these views."""
        frames = frames or FRAMES
        nuke.scriptClear()
        for view in views:
            if view not in nuke.views():
                nuke.addView(view)
        for view in nuke.views():
            if view not in views:
                nuke.deleteView(view)
        nuke.root()["format"].fromScript(SIZE)
        nuke.root()["first_frame"].setValue(frames[0])
        nuke.root()["last_frame"].setValue(frames[-1])
        nuke.frame(frames[0])

    def source(self, pattern: str, frames: list[int] | None = None) -> Any:
        """A Read of a sequence."""
        frames = frames or FRAMES
        read = nuke.nodes.Read(file=pattern, raw=True, first=frames[0], last=frames[-1])
        read["origfirst"].setValue(frames[0])
        read["origlast"].setValue(frames[-1])
        return read

    def node(self, *sources: Any, **knobs: Any) -> Any:
        """An LFPNet node with these inputs."""
        from lfpnet_nuke.commands import create_node

        node = create_node()
        for index, source in enumerate(sources):
            node.setInput(index, source)
        node["lfp_cache"].setValue(str(self.folder / "result" / f"{node.name()}.%V.%04d.exr").replace(os.sep, "/"))
        for name, value in knobs.items():
            node[name].setValue(value)
        return node

    def scene(self, *, window: list[int] | None = None, **knobs: Any) -> Any:
        """Plate and trimap of three frames, and the node."""
        self.begin()
        self.patterns = self.pictures.make(str(self.folder / "source"), FRAMES, window=window)
        return self.node(self.source(self.patterns["plate"]), self.source(self.patterns["trimap"]), **knobs)

    def press(self, node: Any, knob: str) -> None:
        """Press a button and wait until what it began is over."""
        node[knob].execute()

    def result(self, node: Any, frame: int, view: str = "main") -> Path:
        """The file of a result."""
        return Path(str(node["lfp_cache"].value()).replace("%V", view) % frame)

    def render(self, node: Any, frame: int, name: str, view: str = "main") -> Path:
        """What Nuke gives for the node, all channels, in 32 bits."""
        write = nuke.nodes.Write(file=str(self.folder / name), channels="all", raw=True)
        write.setInput(0, node)
        for knob, value in (("file_type", "exr"), ("datatype", "32 bit float"), ("views", view)):
            write[knob].setValue(value)
        nuke.execute(write, frame, frame, 1, [view])
        nuke.delete(write)
        return self.folder / name

    def check_matte(self, node: Any, frame: int, view: str = "main") -> dict:
        """The result exists, and Nuke gives exactly its pixels."""
        path = self.result(node, frame, view)
        assert path.is_file(), f"{path} was not made: {node['lfp_state'].value()}"
        rendered = self.render(node, frame, f"seen.{view}.{frame}.exr", view)
        worst = self.pictures.difference(str(path), str(rendered), SAME)
        assert worst == 0.0, f"Nuke shows other pixels than {path} has: {worst}"
        return self.pictures.describe(str(path))


def the_node_is_made(stage: Stage) -> None:
    """Menu entry: a Group with three inputs, connected to what was selected, that lets the plate through."""
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    read = stage.source(patterns["plate"])
    read.setSelected(True)
    node = stage.node()
    assert node.Class() == "Group"
    assert node.input(0) is not None
    assert node.input(0).name() == read.name()
    names = {inner.name(): int(inner["number"].value()) for inner in node.nodes() if inner.Class() == "Input"}
    assert names == {"Plate": 0, "Trimap": 1, "Core": 2}
    seen = stage.render(node, 1001, "plate.exr")
    same = [["R", "R"], ["G", "G"], ["B", "B"]]
    assert stage.pictures.difference(str(stage.folder / "source" / "plate.main.1001.exr"), str(seen), same) == 0.0


def the_current_frame_is_matted(stage: Stage) -> None:
    """One frame: layers in the stream are the sidecar's pixels; nothing but the result stays on the disk."""
    node = stage.scene()
    count = len(nuke.allNodes())
    stage.press(node, "lfp_matte_current")
    about = stage.check_matte(node, 1001)
    assert not stage.result(node, 1002).exists()
    assert len(nuke.allNodes()) == count
    assert "Write" not in {inner.Class() for inner in node.nodes()}
    left = list(stage.folder.glob("result/.export-*"))
    assert not left, f"exports stayed behind: {left}"
    if stage.exact:
        assert about["channels"]["A"]["range"] == [0.0, 1.0]
        plate = str(stage.folder / "source" / "plate.main.1001.exr")
        same = [[channel, f"lfp_fg.{channel}"] for channel in "RGB"]
        assert stage.pictures.difference(plate, str(stage.result(node, 1001)), same) == 0.0


def a_range_is_matted_and_kept(stage: Stage) -> None:
    """All frames; a second press computes nothing; a missing frame is made again, and only that one."""
    node = stage.scene()
    stage.press(node, "lfp_matte")
    for frame in FRAMES:
        stage.check_matte(node, frame)
    digests = {stage.pictures.describe(str(stage.result(node, frame)))["channels"]["R"]["digest"] for frame in FRAMES}
    assert len(digests) == len(FRAMES), "two frames have the same picture"
    times = {frame: stage.result(node, frame).stat().st_mtime_ns for frame in FRAMES}
    stage.press(node, "lfp_matte")
    assert times == {frame: stage.result(node, frame).stat().st_mtime_ns for frame in FRAMES}
    for only in ("missing", "missing or stale"):
        node["lfp_only"].setValue(only)
        stage.result(node, 1002).unlink()
        stage.press(node, "lfp_matte")
        assert stage.result(node, 1002).is_file()
        for frame in (1001, 1003):
            assert stage.result(node, frame).stat().st_mtime_ns == times[frame]


def a_changed_input_is_stale(stage: Stage) -> None:
    """One plate is rendered anew: its frame is matted again, the others stay. Another band makes all stale."""
    node = stage.scene(lfp_mode="soft roto")
    node.setInput(1, stage.source(stage.patterns["roto"]))
    stage.press(node, "lfp_matte")
    stage.check_matte(node, 1002)  # Nuke has this picture in its cache now
    times = {frame: stage.result(node, frame).stat().st_mtime_ns for frame in FRAMES}
    stage.pictures.make(str(stage.folder / "source"), [1002], seed=1)
    node.input(0)["reload"].execute()
    stage.press(node, "lfp_matte")
    changed = [frame for frame in FRAMES if stage.result(node, frame).stat().st_mtime_ns != times[frame]]
    assert changed == [1002], changed
    stage.check_matte(node, 1002)
    node["lfp_outer"].setValue(3.0)
    stage.press(node, "lfp_matte")
    assert all(stage.result(node, frame).stat().st_mtime_ns != times[frame] for frame in FRAMES)


def a_custom_range_is_matted(stage: Stage) -> None:
    """1001-1003x2 is two frames; nonsense is one sentence and no file."""
    node = stage.scene(lfp_range="custom", lfp_frames="1001-1003x2")
    stage.press(node, "lfp_matte")
    assert [stage.result(node, frame).exists() for frame in FRAMES] == [True, False, True]
    stage.check_matte(node, 1003)


def frames_below_zero_are_matted(stage: Stage) -> None:
    """Handles that begin before frame 0: what is written is what Nuke's Read looks for."""
    frames = [-2, -1]
    stage.begin(frames=frames)
    patterns = stage.pictures.make(str(stage.folder / "source"), frames)
    node = stage.node(stage.source(patterns["plate"], frames), stage.source(patterns["trimap"], frames))
    stage.press(node, "lfp_matte")
    for frame in frames:
        stage.check_matte(node, frame)


def overscan_is_kept(stage: Stage) -> None:
    """The picture goes beyond the format: so does the matte, with the same windows."""
    window = [-8, -5, 103, 67]
    node = stage.scene(window=window)
    stage.press(node, "lfp_matte_current")
    about = stage.check_matte(node, 1001)
    assert about["dataWindow"] == window, about["dataWindow"]
    assert about["displayWindow"] == [0, 0, 95, 63], about["displayWindow"]


def masks_of_another_size_are_merged(stage: Stage) -> None:
    """The trimap has overscan and the plate has none: both are handed over with one common box."""
    stage.begin()
    plates = stage.pictures.make(str(stage.folder / "plate"), FRAMES)
    masks = stage.pictures.make(str(stage.folder / "mask"), FRAMES, window=[-8, -5, 103, 67])
    node = stage.node(stage.source(plates["plate"]), stage.source(masks["trimap"]))
    stage.press(node, "lfp_matte_current")
    about = stage.check_matte(node, 1001)
    left, top, right, bottom = about["dataWindow"]
    assert max(left + 8, top + 5, 103 - right, 67 - bottom) <= 0, about["dataWindow"]
    assert about["displayWindow"] == [0, 0, 95, 63]


def a_soft_roto_gets_its_bands(stage: Stage) -> None:
    """Wider bands around the same roto leave more unknown."""
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    plate, roto = stage.source(patterns["plate"]), stage.source(patterns["roto"])
    shares = []
    for band in (1.0, 7.0):
        node = stage.node(plate, roto, lfp_mode="soft roto", lfp_inner=band, lfp_outer=band)
        stage.press(node, "lfp_matte_current")
        about = stage.check_matte(node, 1001)
        shares.append(about["channels"]["lfp_trimap.A"]["digest"])
    assert shares[0] != shares[1]


def core_and_edge_make_a_trimap(stage: Stage) -> None:
    """Two masks, the second in the input Core."""
    stage.begin()
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    sources = [stage.source(patterns[role]) for role in ("plate", "edge", "core")]
    node = stage.node(*sources, lfp_mode="core and edge")
    stage.press(node, "lfp_matte_current")
    about = stage.check_matte(node, 1001)
    assert about["channels"]["lfp_trimap.A"]["levels"] == 3


def a_channel_of_the_mask_is_chosen(stage: Stage) -> None:
    """The trimap in red gives the same matte as the one in alpha."""
    first = stage.scene()
    second = stage.node(first.input(0), first.input(1), lfp_channel="red")
    for node in (first, second):
        stage.press(node, "lfp_matte_current")
        stage.check_matte(node, 1001)
    same = [[channel, channel] for channel in "RGBA"]
    assert stage.pictures.difference(str(stage.result(first, 1001)), str(stage.result(second, 1001)), same) == 0.0


def both_views_are_matted(stage: Stage) -> None:
    """left and right have files of their own, from their own plates; one view can be chosen."""
    stage.begin(("left", "right"))
    for view in ("left", "right"):
        patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES, view=view)
    node = stage.node(stage.source(patterns["plate"]), stage.source(patterns["trimap"]), lfp_views="right")
    stage.press(node, "lfp_matte_current")
    assert stage.result(node, 1001, "right").is_file()
    assert not stage.result(node, 1001, "left").exists()
    node["lfp_views"].setValue("")
    stage.press(node, "lfp_matte_current")
    about = [stage.check_matte(node, 1001, view) for view in ("left", "right")]
    assert about[0]["channels"]["R"]["digest"] != about[1]["channels"]["R"]["digest"]


def proxy_mode_changes_nothing(stage: Stage) -> None:
    """The export is made in full size; proxy mode and the modified state are as they were."""
    node = stage.scene()
    nuke.root()["proxy"].setValue(True)
    stage.press(node, "lfp_matte_current")
    assert nuke.root()["proxy"].value(), "proxy mode was not put back"
    about = stage.pictures.describe(str(stage.result(node, 1001)))
    assert about["dataWindow"] == [0, 0, 95, 63], about["dataWindow"]
    nuke.root()["proxy"].setValue(False)
    stage.check_matte(node, 1001)


def colour_management_does_not_touch_the_result(stage: Stage) -> None:
    """With OCIO, what is exported and read back are raw values of the working space, whose name is in the result."""
    stage.begin()
    root = nuke.root()
    root["colorManagement"].setValue("OCIO")
    patterns = stage.pictures.make(str(stage.folder / "source"), FRAMES)
    node = stage.node(stage.source(patterns["plate"]), stage.source(patterns["trimap"]))
    stage.press(node, "lfp_matte_current")
    about = stage.check_matte(node, 1001)
    assert about["workingSpace"] == str(root["workingSpaceLUT"].value()), about["workingSpace"]
    if stage.exact:
        plate = str(stage.folder / "source" / "plate.main.1001.exr")
        same = [[channel, f"lfp_fg.{channel}"] for channel in "RGB"]
        assert stage.pictures.difference(plate, str(stage.result(node, 1001)), same) == 0.0


def two_nodes_share_one_sidecar(stage: Stage) -> None:
    """Two nodes of one script, each with its own files."""
    first = stage.scene()
    second = stage.node(first.input(0), first.input(1))
    assert first.name() != second.name()
    for node in (first, second):
        stage.press(node, "lfp_matte_current")
    for node in (first, second):
        stage.check_matte(node, 1001)


def a_training_pair_is_added(stage: Stage) -> None:
    """Plate and the result's alpha of the current frame become a pair."""
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    node["lfp_pairs"].setValue(str(stage.folder / "pairs"))
    stage.press(node, "lfp_add_pair")
    files = sorted(path.name for path in (stage.folder / "pairs").rglob("*.*") if path.is_file())
    assert any("1001" in name for name in files), f"{node['lfp_state'].value()} {files}"


def a_pair_has_one_box_whatever_approved_it(stage: Stage) -> None:
    """The approved alpha has overscan and the plate has none: both files of the pair have the same windows."""
    stage.begin()
    plates = stage.pictures.make(str(stage.folder / "plate"), FRAMES)
    others = stage.pictures.make(str(stage.folder / "approved"), FRAMES, window=[-8, -5, 103, 67])
    approved = stage.source(others["roto"])
    node = stage.node(stage.source(plates["plate"]), stage.source(plates["trimap"]))
    node["lfp_pairs"].setValue(str(stage.folder / "pairs"))
    node["lfp_approved"].setValue(approved.fullName())
    stage.press(node, "lfp_add_pair")
    pair = {path.parent.name: stage.pictures.describe(str(path)) for path in (stage.folder / "pairs").rglob("*.exr")}
    assert set(pair) == {"plate", "alpha"}, node["lfp_state"].value()
    assert pair["plate"]["dataWindow"] == pair["alpha"]["dataWindow"], pair
    assert pair["alpha"]["channels"]["A"]["levels"] > 3


def nothing_connected_is_one_sentence(stage: Stage) -> None:
    """Neither plate nor trimap: nothing is written, and the node says in one sentence what to do."""
    stage.begin()
    node = stage.node()
    stage.press(node, "lfp_matte")
    assert not (stage.folder / "result").exists()
    said = str(node["lfp_state"].value())
    assert said.startswith("Expected something connected to the input Plate of LFPNet"), said
    assert "\n" not in said


def a_missing_plate_fails_that_frame_only(stage: Stage) -> None:
    """One plate is not on the disk: no result for its frame, the node says so, and the others are matted."""
    node = stage.scene()
    (stage.folder / "source" / "plate.main.1002.exr").unlink()
    stage.press(node, "lfp_matte")
    assert not stage.result(node, 1002).exists()
    assert "1002" in str(node["lfp_state"].value()), node["lfp_state"].value()
    assert "1 failed" in str(node["lfp_state"].value()), node["lfp_state"].value()
    for frame in (1001, 1003):
        stage.check_matte(node, frame)
    assert len(nuke.root().nodes()) == 3  # the two Reads and the node: no Write stayed


def outside_of_the_result_is_what_the_artist_chose(stage: Stage) -> None:
    """Before the first and after the last matte: an error, the nearest matte, black, or the plate."""
    stage.begin()
    frames = [1000, *FRAMES, 1004]
    patterns = stage.pictures.make(str(stage.folder / "source"), frames)
    node = stage.node(stage.source(patterns["plate"], frames), stage.source(patterns["trimap"], frames))
    node["lfp_range"].setValue("custom")
    node["lfp_frames"].setValue("1001-1003")
    stage.press(node, "lfp_matte")
    for frame, nearest in ((1000, 1001), (1004, 1003)):
        try:
            stage.render(node, frame, "error.exr")
        except RuntimeError as problem:
            said = str(problem)
        else:
            raise AssertionError("a frame without a matte was rendered without an error")
        assert "outside" in said, said
        node["lfp_outside"].setValue("hold")
        seen = stage.render(node, frame, f"hold.{frame}.exr")
        assert stage.pictures.difference(str(stage.result(node, nearest)), str(seen), SAME) == 0.0
        node["lfp_outside"].setValue("black")
        black = stage.pictures.describe(str(stage.render(node, frame, f"black.{frame}.exr")))
        assert all(black["channels"][channel]["range"] == [0.0, 0.0] for channel in "RGBA")
        node["lfp_outside"].setValue("plate")
        seen = stage.render(node, frame, f"plate.{frame}.exr")
        plate = str(stage.folder / "source" / f"plate.main.{frame}.exr")
        assert stage.pictures.difference(plate, str(seen), [["R", "R"], ["G", "G"], ["B", "B"]]) == 0.0
        stage.check_matte(node, 1002)
        node["lfp_outside"].setValue("error")
        stage.check_matte(node, 1002)


def the_panel_says_which_frames_are_done(stage: Stage) -> None:
    """Done, stale and missing as ranges; the unfinished are selected; results are cleared, and only those chosen."""
    node = stage.scene(lfp_range="custom", lfp_frames="1001-1002")
    stage.press(node, "lfp_matte")
    node["lfp_range"].setValue("input")
    stage.press(node, "lfp_check")
    assert str(node["lfp_frames_state"].value()) == "done 1001,1002; missing 1003.", node["lfp_frames_state"].value()
    node["lfp_tile"].setValue(16)
    stage.press(node, "lfp_check")
    assert str(node["lfp_frames_state"].value()) == "stale 1001,1002; missing 1003.", node["lfp_frames_state"].value()
    node["lfp_tile"].setValue(0)
    stage.press(node, "lfp_select")
    assert (node["lfp_range"].value(), node["lfp_frames"].value()) == ("custom", "1003")
    stage.press(node, "lfp_matte")
    node["lfp_range"].setValue("input")
    stage.press(node, "lfp_select")
    assert node["lfp_range"].value() == "input", "nothing is left to select"
    node["lfp_range"].setValue("custom")
    node["lfp_frames"].setValue("1002")
    stage.press(node, "lfp_clear")
    assert [stage.result(node, frame).exists() for frame in FRAMES] == [True, False, True]


def each_part_of_the_matte_can_be_looked_at(stage: Stage) -> None:
    """Alpha, foreground, background, trimap and the composite over grey, from the layers of the result."""
    node = stage.scene()
    stage.press(node, "lfp_matte_current")
    result = str(stage.result(node, 1001))
    parts = {
        "matte": [[channel, channel] for channel in "RGBA"],
        "alpha": [["A", channel] for channel in "RGBA"],
        "foreground": [[f"lfp_fg.{channel}", channel] for channel in "RGB"],
        "background": [[f"lfp_bg.{channel}", channel] for channel in "RGB"],
        "trimap": [["lfp_trimap.A", channel] for channel in "RGBA"],
    }
    for name, pairs in parts.items():
        node["lfp_show"].setValue(name)
        seen = stage.render(node, 1001, f"{name}.exr")
        assert stage.pictures.difference(result, str(seen), pairs) == 0.0, name
    node["lfp_show"].setValue("over grey")
    seen = stage.pictures.describe(str(stage.render(node, 1001, "grey.exr")))
    assert min(seen["channels"]["A"]["range"]) > 0.999
    assert seen["channels"]["R"]["digest"] != stage.pictures.describe(result)["channels"]["R"]["digest"]
    stage.press(node, "lfp_matte_current")
    assert node["lfp_show"].value() == "over grey", "what the artist looks at stays"


SCENARIOS: tuple[Callable[[Stage], None], ...] = (
    the_node_is_made,
    the_current_frame_is_matted,
    a_range_is_matted_and_kept,
    a_changed_input_is_stale,
    a_custom_range_is_matted,
    frames_below_zero_are_matted,
    overscan_is_kept,
    masks_of_another_size_are_merged,
    a_soft_roto_gets_its_bands,
    core_and_edge_make_a_trimap,
    a_channel_of_the_mask_is_chosen,
    both_views_are_matted,
    proxy_mode_changes_nothing,
    colour_management_does_not_touch_the_result,
    two_nodes_share_one_sidecar,
    a_training_pair_is_added,
    a_pair_has_one_box_whatever_approved_it,
    nothing_connected_is_one_sentence,
    a_missing_plate_fails_that_frame_only,
    outside_of_the_result_is_what_the_artist_chose,
    each_part_of_the_matte_can_be_looked_at,
    the_panel_says_which_frames_are_done,
)
