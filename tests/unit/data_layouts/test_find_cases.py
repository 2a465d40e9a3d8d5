import cv2
import numpy as np
import pytest

from lfpnet.data.layouts import LAYOUT_NAMES, find_cases, recognise
from lfpnet.errors import ConfigurationError, ImageFileError

SETS = {
    "pairs": ("image", "gt", "trimap1", ("fg", "bg")),
    "alphamatting": ("input_training_lowres", "gt_training_lowres", "trimap_training_lowres/Trimap1", ()),
    "composition-1k": ("merged", "alpha_copy", "trimaps", ("fg",)),
    "distinctions-646": ("Image", "GT", "Trimap", ("FG",)),
    "aim-500": ("original", "mask", "trimap", ()),
}


def _write(path, value=128, shape=(4, 6)):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full(shape, value, np.uint8))


def _data_set(folder, layout, names=("a", "b")):
    plates, alphas, trimaps, more = SETS[layout]
    for name in names:
        for part in (plates, alphas, trimaps, *more):
            _write(folder / part / f"{name}.png")
    return folder


@pytest.mark.parametrize("layout", list(SETS))
def test_a_layout_is_recognised_by_its_folders_and_gives_every_file(tmp_path, layout):
    folder = _data_set(tmp_path, layout)
    plates, alphas, trimaps, more = SETS[layout]
    assert recognise(folder) == layout
    cases = find_cases(folder)
    assert [case.name for case in cases] == ["a", "b"]
    first = cases[0]
    assert (first.plate, first.alpha) == (folder / plates / "a.png", folder / alphas / "a.png")
    assert first.trimap == folder / trimaps / "a.png"
    assert first.foreground == (folder / more[0] / "a.png" if more else None)
    assert first.background == (folder / "bg/a.png" if "bg" in more else None)
    assert find_cases(folder, layout) == cases


def test_every_layout_has_a_test_here_or_in_a_test_of_its_own():
    assert {*SETS, "shot", "composed"} == set(LAYOUT_NAMES)


@pytest.mark.parametrize("plates", ["plate", "image", "merged"])
@pytest.mark.parametrize("alphas", ["alpha", "gt"])
def test_ready_pairs_may_have_any_of_their_names_and_any_pictures(tmp_path, plates, alphas):
    _write(tmp_path / plates / "a.jpg")
    _write(tmp_path / alphas / "a.png")
    (tmp_path / plates / "notes.txt").write_text("no picture")
    (tmp_path / plates / ".hidden.png").touch()
    (case,) = find_cases(tmp_path, "pairs")
    assert (case.name, case.trimap) == ("a", None)


def test_the_first_folder_of_trimaps_is_taken_unless_another_is_named(tmp_path):
    folder = _data_set(tmp_path, "alphamatting")
    _write(folder / "trimap_training_lowres/Trimap2/a.png")
    _write(folder / "trimap_training_lowres/Trimap2/b.png")
    assert find_cases(folder)[0].trimap.parent.name == "Trimap1"
    assert find_cases(folder, trimap="trimap2")[0].trimap.parent.name == "Trimap2"
    with pytest.raises(ImageFileError, match="Trimap1, Trimap2"):
        find_cases(folder, trimap="Trimap3")


@pytest.mark.parametrize(("part", "what"), [(1, "an alpha"), (2, "a trimap")])
def test_a_plate_without_partner_is_refused_by_name_or_skipped_by_name(tmp_path, part, what):
    folder = _data_set(tmp_path, "aim-500")
    (folder / SETS["aim-500"][part] / "b.png").unlink()
    with pytest.raises(ImageFileError, match=rf"{what} for every plate, but 1 of 2.*b\.png"):
        find_cases(folder)
    skipped = []
    assert [case.name for case in find_cases(folder, on_skip=skipped.append)] == ["a"]
    assert len(skipped) == 1
    assert "b.png" in skipped[0]


def test_two_plates_of_one_name_are_refused(tmp_path):
    folder = _data_set(tmp_path, "pairs")
    _write(folder / "image/a.jpg")
    with pytest.raises(ImageFileError, match=r"a\.jpg and .*a\.png have one name"):
        find_cases(folder)


def test_a_folder_that_cannot_be_used_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ImageFileError, match="found none"):
        find_cases(tmp_path / "missing")
    with pytest.raises(ImageFileError, match="nothing in it"):
        find_cases(tmp_path)
    with pytest.raises(ImageFileError, match="the layout aim-500"):
        find_cases(tmp_path, "aim-500")
    with pytest.raises(ImageFileError, match="does not exist"):
        find_cases(tmp_path / "missing", "pairs")
    with pytest.raises(ConfigurationError, match="'adobe'"):
        find_cases(tmp_path, "adobe")
    (tmp_path / "plate").mkdir()
    (tmp_path / "alpha").mkdir()
    with pytest.raises(ImageFileError, match="no complete case"):
        find_cases(tmp_path)
