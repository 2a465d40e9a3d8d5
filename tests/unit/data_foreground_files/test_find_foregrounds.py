import json

import numpy as np
import OpenEXR
import pytest

from lfpnet.data.foreground_files import CheckedFile, find_foregrounds, split_foregrounds
from lfpnet.errors import ImageFileError


def test_rgba_pictures_are_found_by_name_and_own_ones_bring_their_licence(tmp_path, write_discs):
    write_discs(tmp_path / "set", ["b", "a"])
    (tmp_path / "set" / "a.json").write_text(json.dumps({"made_by": "lfpnet data render", "licence": "CC0-1.0"}))
    (tmp_path / "set" / "b.json").write_text("[1, 2")
    first, second = find_foregrounds(tmp_path / "set")
    assert (first.name, first.licence, first.is_whole) == ("set/a.png", "CC0-1.0", True)
    assert (second.name, second.licence, second.is_whole) == ("set/b.png", "", False)
    premultiplied = find_foregrounds(tmp_path / "set", is_premultiplied=True)
    assert [file.is_premultiplied for file in premultiplied] == [False, True]


def test_folders_of_equal_names_are_pairs_whatever_their_endings(tmp_path, write_discs):
    for part in ("FG", "alpha"):
        write_discs(tmp_path / part, ["one", "two"])
    (tmp_path / "alpha" / "one.png").rename(tmp_path / "alpha" / "one.jpg")
    found = find_foregrounds(tmp_path)
    assert [(file.colour.name, file.alpha.name) for file in found] == [("one.png", "one.jpg"), ("two.png", "two.png")]


def test_a_foreground_without_its_alpha_is_named(tmp_path, write_discs):
    write_discs(tmp_path / "fg", ["one", "two"])
    write_discs(tmp_path / "alpha", ["one"])
    with pytest.raises(ImageFileError, match=r"two\.png has no alpha"):
        find_foregrounds(tmp_path)


def test_frames_of_a_shot_that_have_a_foreground_are_one_group(tmp_path):
    for part in ("plate", "alpha", "fg"):
        (tmp_path / "sh010" / part).mkdir(parents=True)
        for frame in range(1001, 1004 - (part == "fg")):
            pixels = np.ones((4, 4), np.float16)
            OpenEXR.File({"type": OpenEXR.scanlineimage}, {"R": pixels, "G": pixels, "B": pixels}).write(
                str(tmp_path / "sh010" / part / f"any_{part}.{frame}.exr")
            )
    found = find_foregrounds(tmp_path)
    assert [file.name for file in found] == ["sh010/fg/any_fg.1001.exr", "sh010/fg/any_fg.1002.exr"]
    assert {file.group for file in found} == {"sh010"}


@pytest.mark.parametrize("has_folder", [True, False])
def test_a_folder_without_pictures_is_a_sentence(tmp_path, has_folder):
    folder = tmp_path / "empty"
    if has_folder:
        folder.mkdir()
    with pytest.raises(ImageFileError, match="empty, found none"):
        find_foregrounds(folder)


def test_a_picture_stays_in_its_part_whatever_else_is_there(tmp_path, write_discs):
    write_discs(tmp_path, [f"{number:06d}-fur" for number in range(60)])
    found = [CheckedFile(file, ()) for file in find_foregrounds(tmp_path)]
    training, held_out = split_foregrounds(found)
    assert set(training) | set(held_out) == set(found)
    assert not set(training) & set(held_out)
    assert 1 <= len(held_out) <= 15
    fewer_training, fewer_held_out = split_foregrounds(found[20:])
    assert set(fewer_training) <= set(training)
    assert set(fewer_held_out) <= set(held_out)


def test_frames_of_a_sequence_are_never_split(tmp_path, write_discs):
    write_discs(tmp_path, [f"hair.{frame}" for frame in range(1001, 1041)])
    parts = split_foregrounds([CheckedFile(file, ()) for file in find_foregrounds(tmp_path)])
    assert sorted(len(part) for part in parts) == [0, 40]
    assert len(parts[0]) == 40
