import cv2
import numpy as np
import pytest

from lfpnet.data.layouts import check_cases, find_cases, recognise
from lfpnet.errors import ImageFileError


def _set(folder, names=("a", "b"), size=(6, 8)):
    rng = np.random.default_rng(1)
    for part, channels in (("fg", 3), ("bg", 3), ("alpha", 1), ("trimap", 1)):
        (folder / part).mkdir()
        for name in names:
            pixels = rng.integers(0, 256, (*size, channels)).astype(np.uint8)
            cv2.imwrite(
                str(folder / part / f"{name}.png"), pixels if part != "trimap" else np.full(size, 128, np.uint8)
            )
    return folder


def test_parts_without_plates_are_recognised_and_composed_by_the_equation(tmp_path):
    assert recognise(_set(tmp_path)) == "composed"
    case = check_cases(find_cases(tmp_path))[0].read()
    alpha = case.alpha[..., None]
    assert np.abs(case.plate - (alpha * case.foreground + (1 - alpha) * case.background)).max() <= 0.5 / 255 + 1e-6
    steps = case.plate * 255
    assert np.abs(steps - np.rint(steps)).max() < 1e-4
    assert (case.trimap == 128).all()


def test_a_set_with_plates_is_not_composed_anew(tmp_path):
    _set(tmp_path)
    (tmp_path / "plate").mkdir()
    assert recognise(tmp_path) == "pairs"


def test_a_foreground_without_a_background_is_named_or_skipped(tmp_path):
    _set(tmp_path)
    (tmp_path / "bg" / "a.png").unlink()
    with pytest.raises(ImageFileError, match=r"a\.png has no background"):
        find_cases(tmp_path)
    skipped = []
    assert [case.name for case in find_cases(tmp_path, on_skip=skipped.append)] == ["b"]
    assert len(skipped) == 1
