"""The extension's own EXR reader and writer against OpenEXR."""

import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def exr(blender_module):
    return blender_module("exr")


@settings(max_examples=20, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 99))
def test_openexr_reads_what_the_extension_writes(blender_module, tmp_path_factory, height, width, seed):
    exr, path = blender_module("exr"), tmp_path_factory.mktemp("exr") / "plate.exr"
    pixels = np.random.default_rng(seed).standard_normal((height, width, 3)).astype(np.float32)
    exr.write_channels(path, {name: pixels[..., index] for index, name in enumerate("RGB")})
    read = OpenEXR.File(str(path)).channels()["RGB"].pixels
    np.testing.assert_array_equal(read, pixels)
    channels = exr.read_channels(path)
    np.testing.assert_array_equal(np.stack([channels[name] for name in "RGB"], -1), pixels)


def test_layers_of_blender_are_read_by_name(exr, tmp_path):
    pixels = {"plate.R": np.ones((3, 5), np.float32), "matte.V": np.arange(15, dtype=np.float32).reshape(3, 5)}
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.NO_COMPRESSION}
    OpenEXR.File(header, dict(pixels)).write(str(tmp_path / "capture.exr"))
    found = exr.read_channels(tmp_path / "capture.exr")
    assert set(found) == set(pixels)
    np.testing.assert_array_equal(found["matte.V"], np.arange(15, dtype=np.float32).reshape(3, 5))


@pytest.mark.parametrize("width", [1, 2, 333])
def test_an_empty_frame_has_the_channels_and_size_of_its_neighbour(exr, tmp_path, width):
    pixels = {"RGBA": np.ones((7, width, 4), np.float16), "fg": np.ones((7, width, 3), np.float16)}
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION}
    OpenEXR.File(header, dict(pixels)).write(str(tmp_path / "matte.exr"))
    exr.write_empty(tmp_path / "empty.exr", tmp_path / "matte.exr")
    found = OpenEXR.File(str(tmp_path / "empty.exr")).channels()
    assert {name: channel.pixels.shape for name, channel in found.items()} == {
        "RGBA": (7, width, 4),
        "fg": (7, width, 3),
    }
    assert all(channel.pixels.dtype == np.float16 and not channel.pixels.any() for channel in found.values())


def test_a_compressed_a_damaged_and_a_foreign_file_are_refused_in_a_sentence(exr, blender_module, tmp_path):
    problem = blender_module("errors").ShotProblem
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File(header, {"RGB": np.ones((4, 4, 3), np.float32)}).write(str(tmp_path / "zip.exr"))
    with pytest.raises(problem, match="not an uncompressed EXR"):
        exr.read_channels(tmp_path / "zip.exr")
    (tmp_path / "text.exr").write_text("no picture, but long enough to look at")
    with pytest.raises(problem, match="scanline EXR"):
        exr.read_header(tmp_path / "text.exr")
    exr.write_channels(tmp_path / "cut.exr", {"Y": np.ones((4, 4), np.float32)})
    (tmp_path / "cut.exr").write_bytes((tmp_path / "cut.exr").read_bytes()[:-5])
    with pytest.raises(problem, match="capture it again"):
        exr.read_channels(tmp_path / "cut.exr")
    with pytest.raises(problem, match="cannot be read"):
        exr.read_header(tmp_path / "nothing.exr")
