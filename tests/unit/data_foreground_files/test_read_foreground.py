import cv2
import numpy as np
import OpenEXR
import pytest

from lfpnet.colour import display_encode
from lfpnet.data.foreground_files import ForegroundFile, check_foregrounds, find_foregrounds, read_foreground
from lfpnet.errors import ImageFileError, SizeMismatchError

ALPHA = np.linspace(0, 1, 24, dtype=np.float32).reshape(4, 6)
COLOUR = np.random.default_rng(1).random((4, 6, 3)).astype(np.float32)


def _exr(path, colour, alpha=None):
    channels = {name: np.ascontiguousarray(colour[..., index]) for index, name in enumerate("RGB")}
    if alpha is not None:
        channels["A"] = alpha
    OpenEXR.File({"type": OpenEXR.scanlineimage}, channels).write(str(path))
    return path


def _file(colour, alpha=None, *, is_premultiplied=False):
    return ForegroundFile("name", "group", colour, alpha, is_premultiplied=is_premultiplied)


def test_a_16_bit_png_keeps_its_values(tmp_path, write_rgba):
    colour, alpha = read_foreground(_file(write_rgba(tmp_path / "a.png", COLOUR, ALPHA)))
    np.testing.assert_allclose(colour, COLOUR, atol=1 / 65535)
    np.testing.assert_allclose(alpha, ALPHA, atol=1 / 65535)


def test_a_linear_exr_is_display_encoded_and_its_alpha_left_alone(tmp_path):
    colour, alpha = read_foreground(_file(_exr(tmp_path / "a.exr", COLOUR * 3, ALPHA)))
    np.testing.assert_array_equal(colour, display_encode(COLOUR * 3))
    np.testing.assert_array_equal(alpha, ALPHA)


def test_premultiplied_colours_are_divided_before_they_are_encoded(tmp_path):
    path = _exr(tmp_path / "a.exr", COLOUR * ALPHA[..., None], ALPHA)
    colour, _ = read_foreground(_file(path, is_premultiplied=True))
    np.testing.assert_allclose(colour[ALPHA > 0], display_encode(COLOUR)[ALPHA > 0], atol=1e-5)


def test_a_float_tiff_is_linear_and_may_hold_nan(tmp_path):
    pixels = np.concatenate([COLOUR[..., ::-1], ALPHA[..., None]], axis=2)
    pixels[1, 1] = np.nan
    cv2.imwrite(str(tmp_path / "a.tiff"), pixels)
    colour, alpha = read_foreground(_file(tmp_path / "a.tiff"))
    assert (alpha[1, 1], colour[1, 1].max()) == (0, 0)
    np.testing.assert_allclose(colour[2], display_encode(COLOUR)[2], atol=1e-6)


def test_colour_and_alpha_come_from_two_files(tmp_path, write_rgba):
    write_rgba(tmp_path / "fg" / "a.png", COLOUR, np.ones_like(ALPHA))
    (tmp_path / "alpha").mkdir()
    _exr(tmp_path / "alpha" / "a.exr", np.repeat(ALPHA[..., None], 3, axis=2))
    (file,) = find_foregrounds(tmp_path)
    colour, alpha = read_foreground(file)
    np.testing.assert_allclose(colour, COLOUR, atol=1 / 65535)
    np.testing.assert_array_equal(alpha, ALPHA)


def test_two_files_of_different_sizes_are_both_named(tmp_path, write_rgba):
    colour = write_rgba(tmp_path / "one.png", COLOUR, ALPHA)
    alpha = tmp_path / "other.png"
    cv2.imwrite(str(alpha), np.arange(35, dtype=np.uint8).reshape(5, 7))
    with pytest.raises(SizeMismatchError, match=r"one\.png and .*other\.png do not match"):
        read_foreground(_file(colour, alpha))


def test_a_picture_without_alpha_channel_is_named(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((4, 4, 3), np.uint8))
    for path in (tmp_path / "a.png", _exr(tmp_path / "b.exr", COLOUR)):
        with pytest.raises(ImageFileError, match=f"{path.name} to have an alpha channel"):
            read_foreground(_file(path))


@pytest.mark.parametrize("level", [0, 1])
def test_an_alpha_that_cuts_nothing_out_is_named(tmp_path, write_rgba, level):
    path = write_rgba(tmp_path / "a.png", COLOUR, np.full_like(ALPHA, level))
    with pytest.raises(ImageFileError, match=f"alpha is {level} everywhere"):
        read_foreground(_file(path))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_damaged_file_ends_the_check_or_is_left_out_by_name(tmp_path, write_discs, workers):
    paths = write_discs(tmp_path, ["a", "b", "c"])
    paths[1].write_bytes(paths[1].read_bytes()[:60])
    files = find_foregrounds(tmp_path)
    with pytest.raises(ImageFileError, match=r"b\.png"):
        check_foregrounds(files, workers=workers)
    told = []
    usable = check_foregrounds(files, workers=workers, on_skip=told.append)
    assert [checked.file.colour.stem for checked in usable] == ["a", "c"]
    assert len(told) == 1
    assert len(usable[0].hashes[0]) == 64


def test_nothing_left_to_read_is_a_sentence(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    told = []
    with pytest.raises(ImageFileError, match="none of the 1"):
        check_foregrounds(find_foregrounds(tmp_path), on_skip=told.append)


@pytest.mark.parametrize(("is_premultiplied", "is_suspect"), [(True, True), (False, False)])
def test_premultiplied_colours_that_are_said_to_be_straight_are_noticed(tmp_path, is_premultiplied, is_suspect):
    alpha = np.tile(np.linspace(0, 1, 60, dtype=np.float32).clip(0, 0.7) / 0.7, (20, 1))
    weight = alpha[..., None] if is_premultiplied else np.ones((20, 60, 1), np.float32)
    _exr(tmp_path / "a.exr", (0.6 * weight * np.ones(3)).astype(np.float32), alpha)
    (checked,) = check_foregrounds(find_foregrounds(tmp_path))
    assert checked.looks_premultiplied is is_suspect
    (checked,) = check_foregrounds(find_foregrounds(tmp_path, is_premultiplied=True))
    assert not checked.looks_premultiplied
