import numpy as np
import pytest

from lfpnet.data.layouts import find_cases, recognise
from lfpnet.errors import ImageFileError
from lfpnet.images import write_mask


def _frame(folder, name, values):
    folder.mkdir(parents=True, exist_ok=True)
    write_mask(folder / name, np.asarray(values, np.float32), None)


def _shot(folder, plates=(1001, 1002, 1003), alphas=(1001, 1003)):
    for frame in plates:
        _frame(folder / "plate", f"sh010_comp_v002.{frame}.exr", np.full((3, 4), 2.5))
    for frame in alphas:
        _frame(folder / "alpha", f"approved.{frame}.exr", [[0, 0.5, 1, 1.25]] * 3)
    return folder


def test_the_cases_of_a_shot_are_the_frames_with_an_approved_alpha(tmp_path):
    shot = _shot(tmp_path)
    assert recognise(shot) == "shot"
    cases = find_cases(shot)
    assert [case.name for case in cases] == ["1001", "1003"]
    assert cases[1].plate.name == "sh010_comp_v002.1003.exr"


def test_frames_are_read_scene_linear_with_alpha_within_its_range(tmp_path):
    case = find_cases(_shot(tmp_path), band_pixels=0)[0].read()
    assert case.is_linear
    assert case.plate.max() == 2.5
    assert case.alpha[0].tolist() == [0, 0.5, 1, 1]
    assert case.trimap[0].tolist() == [0, 128, 255, 255]


def test_a_folder_of_shots_gives_the_frames_of_all_of_them(tmp_path):
    _shot(tmp_path / "sh010", alphas=(1001,))
    _shot(tmp_path / "sh020", alphas=(1002,))
    (tmp_path / "notes").mkdir()
    assert [case.name for case in find_cases(tmp_path)] == ["sh010/1001", "sh020/1002"]


def test_an_alpha_without_its_plate_is_refused_or_skipped_by_name(tmp_path):
    shot = _shot(tmp_path, plates=(1001,))
    with pytest.raises(ImageFileError, match=r"approved\.1003\.exr has no plate of frame 1003"):
        find_cases(shot)
    skipped = []
    assert len(find_cases(shot, on_skip=skipped.append)) == 1
    assert "approved.1003.exr" in skipped[0]


def test_two_sequences_in_one_folder_are_refused(tmp_path):
    shot = _shot(tmp_path)
    _frame(shot / "plate", "other.1001.exr", np.zeros((3, 4)))
    with pytest.raises(ImageFileError, match="are both frame 1001"):
        find_cases(shot)
