import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.wire.errors import SidecarError
from sidecar.wire.images import array_reference, check_image
from sidecar.wire.limits import IMAGE_BYTES, IMAGE_SIDE


def inline(**changes):
    return {"kind": "inline", "dtype": "float32", "shape": [4, 5, 3], **changes}


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(1, 4),
    st.sampled_from(["uint8", "uint16", "float16", "float32"]),
)
def test_an_array_announces_exactly_its_bytes(height, width, channels, dtype):
    pixels = np.zeros((height, width, channels), dtype)
    assert check_image(array_reference(pixels), name="plate") == pixels.nbytes


def test_a_two_dimensional_array_is_one_channel():
    assert check_image(array_reference(np.zeros((3, 4), np.uint8)), name="trimap") == 12


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"dtype": "float64"}, "bad_image"),
        ({"dtype": "object"}, "bad_image"),
        ({"shape": [0, 5, 3]}, "bad_image"),
        ({"shape": [-4, 5, 3]}, "bad_image"),
        ({"shape": [4]}, "bad_image"),
        ({"shape": [4, 5, 3, 1]}, "bad_image"),
        ({"shape": [IMAGE_SIDE + 1, 1, 3]}, "limit_exceeded"),
        ({"shape": [4, 5, 17]}, "limit_exceeded"),
        ({"shape": [IMAGE_SIDE, IMAGE_SIDE, 16]}, "limit_exceeded"),
        ({"colour_space": "acescg"}, "bad_image"),
        ({"origin": "middle"}, "bad_image"),
        ({"channels": ["R"]}, "bad_image"),
        ({"data_window": [0, 0, 5, 3]}, "bad_image"),
        ({"data_window": [0, 0, 4]}, "bad_image"),
        ({"display_window": [5, 0, 4, 3]}, "bad_image"),
    ],
)
def test_inconsistent_or_huge_pictures_are_refused_from_numbers_alone(changes, code):
    with pytest.raises(SidecarError) as caught:
        check_image(inline(**changes), name="plate")
    assert caught.value.code == code
    assert "plate" in caught.value.sentence


def test_overscan_windows_are_fine():
    assert check_image(inline(data_window=[-1, -2, 3, 1], display_window=[0, 0, 2, 2]), name="plate") == 240


@pytest.mark.parametrize("nbytes", [0, IMAGE_BYTES + 1])
def test_exr_bytes_outside_the_limit_are_refused(nbytes):
    with pytest.raises(SidecarError, match="bytes"):
        check_image({"kind": "exr", "bytes": nbytes}, name="plate")


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros(4, np.float32), np.zeros((2, 2), bool)])
def test_an_array_that_cannot_travel_is_refused(pixels):
    with pytest.raises(SidecarError, match="convert"):
        array_reference(pixels)
