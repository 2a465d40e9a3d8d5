import cv2
import numpy as np
import pytest

from lfpnet.colour import srgb_decode
from lfpnet.data.layouts import Case, check_cases, find_cases
from lfpnet.errors import ImageFileError, InputError, SizeMismatchError
from lfpnet.images import write_mask


def _write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.asarray(pixels, np.uint8))
    return path


@pytest.fixture
def case(tmp_path):
    ramp = np.tile(np.linspace(0, 255, 40), (30, 1))
    ramp[:, :15], ramp[:, 25:] = 0, 255
    return Case(
        "a",
        plate=_write(tmp_path / "plate/a.png", np.full((30, 40, 3), (30, 60, 90))),
        alpha=_write(tmp_path / "alpha/a.png", ramp),
        foreground=_write(tmp_path / "fg/a.png", np.full((30, 40, 3), (0, 0, 255))),
        band_pixels=3,
    )


def test_a_case_is_read_display_encoded_with_red_first(case):
    pixels = case.read()
    assert not pixels.is_linear
    assert pixels.plate[0, 0] == pytest.approx(np.array([90, 60, 30]) / 255)
    assert pixels.foreground[0, 0].tolist() == [1, 0, 0]
    assert pixels.background is None


def test_a_trimap_made_from_alpha_has_the_stated_bands(case):
    pixels = case.read()
    assert pixels.trimap_origin == "made from alpha, 3 pixels into either side"
    assert np.flatnonzero(pixels.trimap[0] == 128).tolist() == list(range(12, 28))


def test_a_trimap_of_the_set_is_taken_as_it_is(case, tmp_path):
    trimap = np.full((30, 40), 128)
    trimap[:, :4] = 0
    given = Case("a", case.plate, case.alpha, trimap=_write(tmp_path / "trimap/a.png", trimap)).read()
    assert (given.trimap == trimap).all()
    assert given.trimap_origin == "trimap/a.png"


def test_a_display_encoded_foreground_beside_a_linear_plate_is_brought_to_light(case, tmp_path):
    write_mask(tmp_path / "linear.exr", np.full((30, 40), 0.5, np.float32), None)
    pixels = Case("a", tmp_path / "linear.exr", case.alpha, foreground=case.plate).read()
    assert pixels.is_linear
    assert pixels.foreground[0, 0] == pytest.approx(srgb_decode(np.float32([90, 60, 30]) / np.float32(255)))


@pytest.mark.parametrize("part", ["alpha", "foreground", "trimap"])
def test_pictures_of_another_size_are_refused_with_both_names_before_and_while_reading(case, tmp_path, part):
    other = _write(tmp_path / "other.png", np.full((30, 41, 3), 255))
    wrong = Case("a", **{"plate": case.plate, "alpha": case.alpha, part: other})
    for attempt in (wrong.read, lambda: check_cases([wrong])):
        with pytest.raises(SizeMismatchError, match=r"(?s)(a\.png.*other\.png|other\.png.*a\.png)"):
            attempt()


def test_headers_are_checked_before_the_first_case_is_read(case, tmp_path):
    broken = tmp_path / "plate/b.png"
    broken.write_bytes(case.plate.read_bytes()[:18])
    note = tmp_path / "plate/c.png"
    note.write_text("not a picture")
    cases = [
        case,
        Case("b", broken, case.alpha),
        Case("c", note, case.alpha),
        Case("d", tmp_path / "d.png", case.alpha),
    ]
    with pytest.raises(ImageFileError, match=r"b\.png cannot be read"):
        check_cases(cases)
    skipped = []
    assert check_cases(cases, on_skip=skipped.append) == [case]
    assert [name in sentence for name, sentence in zip("bcd", skipped, strict=True)] == [True] * 3


def test_a_tiff_is_checked_by_the_directory_at_its_end(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (200, 300, 3))
    _write(tmp_path / "plate/a.tiff", pixels)
    _write(tmp_path / "alpha/a.tif", pixels[:, :, 0])
    assert len(check_cases(find_cases(tmp_path))) == 1


def test_a_truncated_picture_is_named_when_it_is_read(case):
    case.plate.write_bytes(case.plate.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"plate/a\.png"):
        case.read()
