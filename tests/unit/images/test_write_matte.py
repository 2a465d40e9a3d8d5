"""The layered EXR: bit-exact in float, within half a step in half, with all of the plate's metadata."""

import io
import struct
from fractions import Fraction

import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError, OutputError, SizeMismatchError
from lfpnet.images import matte_bytes, read_mask, read_plate, write_matte
from lfpnet.images.exr_stream import check_encoding
from lfpnet.types import Matte

CHANNELS = {"R", "G", "B", "A", "fg.R", "fg.G", "fg.B", "bg.R", "bg.G", "bg.B"}


def _planes(data):
    file = OpenEXR.File(io.BytesIO(data), separate_channels=True)
    assert len(file.parts) == 1
    return {name: channel.pixels for name, channel in file.channels().items()}


def _layer(planes, prefix):
    return np.dstack([planes[prefix + name] for name in "RGB"])


@settings(deadline=None, max_examples=40)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    left=st.integers(-50, 50),
    top=st.integers(-50, 50),
    compression=st.sampled_from(["none", "rle", "zips", "zip", "piz"]),
    scale=st.sampled_from([1e-3, 1.0, 60.0, 1e6]),
)
def test_a_float_matte_comes_back_bit_for_bit(make_plate, make_matte, height, width, left, top, compression, scale):
    window = (left, top, left + width - 1, top + height - 1)
    plate = make_plate(height, width, data_window=window, display_window=(0, 0, 29, 9))
    matte = make_matte(height, width, scale=scale)
    data = matte_bytes(matte, plate, depth="float", compression=compression)
    planes = _planes(data)
    assert set(planes) == CHANNELS
    assert np.array_equal(planes["A"], matte.alpha)
    assert np.array_equal(_layer(planes, "fg."), matte.foreground)
    assert np.array_equal(_layer(planes, "bg."), matte.background)
    assert np.array_equal(_layer(planes, ""), matte.foreground * matte.alpha[..., None])
    header = OpenEXR.File(io.BytesIO(data), header_only=True).header()
    assert np.ravel(header["dataWindow"]).tolist() == list(window)
    assert np.ravel(header["displayWindow"]).tolist() == [0, 0, 29, 9]


@pytest.mark.parametrize("size", [(1, 1), (19, 37), (130, 3)])
def test_a_half_matte_is_within_half_a_step(make_plate, make_matte, size):
    matte = make_matte(*size, scale=60)
    planes = _planes(matte_bytes(matte, make_plate(*size)))
    assert {plane.dtype for plane in planes.values()} == {np.dtype(np.float16)}
    for written, exact in ((_layer(planes, "fg."), matte.foreground), (planes["A"], matte.alpha)):
        assert (np.abs(written - exact) <= np.abs(exact) / 2048 + 2.0**-25).all()


def test_half_is_clamped_instead_of_becoming_infinite(make_plate):
    colour = np.float32([[[1e6, -1e6, 65519]]])
    planes = _planes(matte_bytes(Matte(np.ones((1, 1), np.float32), colour, colour), make_plate(1, 1)))
    assert _layer(planes, "fg.").tolist() == [[[65504, -65504, 65504]]]
    assert _layer(planes, "").tolist() == [[[65504, -65504, 65504]]]


@pytest.mark.parametrize("depth", ["half", "float"])
def test_arrays_in_any_memory_order_are_written_as_they_read(make_plate, depth):
    """OpenEXR writes non-contiguous arrays wrong without an error: here are those that our own code makes."""
    random = np.random.default_rng(3)
    flipped = random.random((23, 31), np.float32)[::-1]
    from_tensor = random.random((3, 23, 31), np.float32).transpose(1, 2, 0)
    sliced = random.random((23, 31, 5), np.float32)[..., 1:4]
    assert not any(array.flags.c_contiguous for array in (flipped, from_tensor, sliced))
    planes = _planes(matte_bytes(Matte(flipped, from_tensor, sliced), make_plate(23, 31), depth=depth))
    dtype = np.float16 if depth == "half" else np.float32
    assert np.array_equal(planes["A"], flipped.astype(dtype))
    assert np.array_equal(_layer(planes, "fg."), from_tensor.astype(dtype))
    assert np.array_equal(_layer(planes, "bg."), sliced.astype(dtype))


def test_writing_changes_neither_matte_nor_plate(make_plate, make_matte):
    plate, matte = make_plate(5, 7, header={"owner": "studio", "lfpnet/plan": "fast"}), make_matte(5, 7, scale=1e6)
    before = matte.foreground.copy()
    attributes = {"lfpnet/tile": 512}
    matte_bytes(matte, plate, attributes=attributes)
    assert plate.header == {"owner": "studio", "lfpnet/plan": "fast"}
    assert attributes == {"lfpnet/tile": 512}
    assert np.array_equal(matte.foreground, before)


def test_a_file_and_its_bytes_are_the_same(tmp_path, make_plate, make_matte):
    plate, matte = make_plate(19, 37), make_matte(19, 37)
    write_matte(tmp_path / "m.exr", matte, plate)
    assert (tmp_path / "m.exr").read_bytes() == matte_bytes(matte, plate)
    assert list(tmp_path.iterdir()) == [tmp_path / "m.exr"]


def test_a_written_matte_is_read_back_as_plate_and_mask(tmp_path, make_plate, make_matte):
    matte = make_matte(19, 37)
    write_matte(tmp_path / "m.exr", matte, make_plate(19, 37), depth="float")
    assert np.array_equal(read_plate(tmp_path / "m.exr", layer="fg").pixels, matte.foreground)
    assert np.array_equal(read_plate(tmp_path / "m.exr").pixels, matte.foreground * matte.alpha[..., None])
    assert np.array_equal(read_mask(tmp_path / "m.exr").pixels, matte.alpha)


METADATA = [
    ("timeCode", "timecode", struct.pack("<II", 0x01223344 | 0x80, 0xDEADBEEF)),
    ("framesPerSecond", "rational", struct.pack("<iI", 24000, 1001)),
    ("chromaticities", "chromaticities", struct.pack("<8f", 0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767)),
    ("keyCode", "keycode", struct.pack("<7i", 1, 2, 3, 4, 5, 4, 64)),
    ("capDate", "string", b"2024:02:29 12:00:00"),
    ("owner", "string", "Büro für Bilder".encode()),
    ("comments", "string", b""),
    ("isoSpeed", "float", struct.pack("<f", 800)),
    ("camera/lens", "stringvector", struct.pack("<i", 2) + b"40" + struct.pack("<i", 3) + b"T15"),
    ("camera/distortion", "floatvector", struct.pack("<3f", 1, 2, 3)),
    ("frame", "int", struct.pack("<i", -7)),
    ("exposureStart", "double", struct.pack("<d", 0.1)),
    ("worldToCamera", "m44f", struct.pack("<16f", *range(16))),
    ("offset", "v3f", struct.pack("<3f", 1, 2, 3)),
    ("sensor", "box2i", struct.pack("<4i", 1, 2, 3, 4)),
    ("envmap", "envmap", b"\1"),
    ("vendor", "vendortype", b"\1\2\3\4"),
    ("a-name-longer-than-thirty-one-characters", "int", struct.pack("<i", 1)),
]


def test_every_attribute_of_the_plate_is_carried_over_byte_for_byte(
    tmp_path, save_exr, with_attributes, exr_attributes, make_matte
):
    source = save_exr(tmp_path / "bare.exr", {"RGB": np.ones((5, 7, 3), np.float32)}, pixelAspectRatio=2.0)
    (tmp_path / "plate.exr").write_bytes(with_attributes(source.read_bytes(), METADATA))
    plate = read_plate(tmp_path / "plate.exr")
    assert plate.header["framesPerSecond"] == Fraction(24000, 1001)
    write_matte(tmp_path / "m.exr", make_matte(5, 7), plate)
    written = exr_attributes((tmp_path / "m.exr").read_bytes())
    for name, kind, value in METADATA:
        assert written[name] == (kind, value), name
    assert written["pixelAspectRatio"] == ("float", struct.pack("<f", 2))


def test_storage_of_the_plate_does_not_leak_into_the_matte(tmp_path, save_parts, exr_attributes, make_matte):
    path = save_parts(
        tmp_path / "p.exr", {"z": {"Z": np.ones((5, 7), np.float32)}, "rgba": {"RGB": np.ones((5, 7, 3), np.float32)}}
    )
    written = exr_attributes(matte_bytes(make_matte(5, 7), read_plate(path)))
    assert not {"name", "chunkCount", "tiles", "version", "preview"} & set(written)
    assert written["compression"][1] == b"\2"
    assert written["type"][1] == b"scanlineimage"


def test_an_attribute_list_that_openexr_cannot_write_does_not_stop_the_matte(
    tmp_path, save_exr, with_attributes, make_matte
):
    source = save_exr(tmp_path / "bare.exr", {"RGB": np.ones((5, 7, 3), np.float32)})
    (tmp_path / "plate.exr").write_bytes(with_attributes(source.read_bytes(), [("empty", "floatvector", b"")]))
    assert matte_bytes(make_matte(5, 7), read_plate(tmp_path / "plate.exr"))


def test_own_attributes_are_written_and_those_of_an_earlier_matte_dropped(make_plate, make_matte, exr_attributes):
    plate = make_plate(5, 7, header={"lfpnet/old": 1, "owner": "studio"})
    attributes = {"lfpnet/plan": "fast", "lfpnet/tile": 512, "lfpnet/seconds": np.float64(0.5), "owner": "us"}
    written = exr_attributes(matte_bytes(make_matte(5, 7), plate, attributes=attributes))
    assert written["lfpnet/plan"] == ("string", b"fast")
    assert written["lfpnet/tile"] == ("int", struct.pack("<i", 512))
    assert written["lfpnet/seconds"] == ("float", struct.pack("<f", 0.5))
    assert written["owner"] == ("string", b"us")
    assert "lfpnet/old" not in written


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lfpnet/x", 2**31),
        ("lfpnet/x", float("nan")),
        ("lfpnet/x", "a\0b"),
        ("lfpnet/\0", 1),
        ("", 1),
        ("n" * 256, 1),
        ("compression", 1),
        ("dataWindow", "0"),
    ],
)
def test_an_attribute_that_a_header_cannot_hold_is_refused(make_plate, make_matte, name, value):
    with pytest.raises(ConfigurationError, match="EXR attribute"):
        matte_bytes(make_matte(5, 7), make_plate(5, 7), attributes={name: value})


def test_an_attribute_of_the_plate_that_openexr_refuses_is_a_sentence(make_plate, make_matte):
    with pytest.raises(OutputError, match="cannot be encoded"):
        matte_bytes(make_matte(5, 7), make_plate(5, 7, header={"odd": object()}))


def test_a_matte_of_another_size_is_refused_with_both_sizes(tmp_path, make_plate, make_matte):
    with pytest.raises(SizeMismatchError, match="matte's alpha is 8 x 5 but the plate is 7 x 5"):
        write_matte(tmp_path / "m.exr", make_matte(5, 8), make_plate(5, 7))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("depth", "compression"), [("half", "dwaa"), ("float", "b44"), ("uint8", "zips")])
def test_unknown_and_lossy_encodings_are_refused(depth, compression):
    with pytest.raises(ConfigurationError, match="was expected to be"):
        check_encoding(depth, compression)


def test_a_matte_must_be_named_exr(tmp_path, make_plate, make_matte):
    with pytest.raises(ConfigurationError, match=r"does not end in \.exr; rename"):
        write_matte(tmp_path / "m.png", make_matte(5, 7), make_plate(5, 7))


def test_the_plate_is_never_overwritten(tmp_path, save_exr, make_matte):
    path = save_exr(tmp_path / "p.exr", {"RGB": np.ones((5, 7, 3), np.float32)})
    before = path.read_bytes()
    (tmp_path / "link.exr").symlink_to(path)
    for name in ("p.exr", "link.exr"):
        with pytest.raises(OutputError, match="is the plate itself"):
            write_matte(tmp_path / name, make_matte(5, 7), read_plate(path))
    assert path.read_bytes() == before
