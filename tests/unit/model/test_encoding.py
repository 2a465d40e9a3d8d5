"""Encoded patches, against a slow reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.model.encoding import encode_patch, halve_patch


def _slow_closeness(trimap, value, pixel_size):
    """Distance to every pixel of the class in turn."""
    places = np.argwhere(trimap == value)
    maps = np.zeros((3, *trimap.shape))
    if len(places):
        for y, x in np.ndindex(trimap.shape):
            squared = ((places - (y, x)) ** 2).sum(1).min() * pixel_size**2
            maps[:, y, x] = [np.exp(-squared / (2 * (scale * 320) ** 2)) for scale in (0.02, 0.08, 0.16)]
    return maps


@given(st.integers(1, 24), st.integers(1, 24), st.sampled_from([1, 2]), st.integers(0, 2**32 - 1))
def test_every_channel_is_what_its_description_says(height, width, pixel_size, seed):
    rng = np.random.default_rng(seed)
    plate = rng.random((height, width, 3), np.float32)
    trimap = rng.choice(np.array([0, 128, 128, 128, 255], np.uint8), (height, width))
    encoded = encode_patch(plate, trimap, pixel_size)
    normalised = (plate - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    assert np.allclose(encoded[:3], normalised.transpose(2, 0, 1), atol=1e-5)
    for channel, value in enumerate((0, 128, 255), start=3):
        assert np.array_equal(encoded[channel], trimap == value)
    assert np.allclose(encoded[6:9], _slow_closeness(trimap, 0, pixel_size), atol=1e-6)
    assert np.allclose(encoded[9:12], _slow_closeness(trimap, 255, pixel_size), atol=1e-6)


def test_a_class_that_a_patch_does_not_hold_is_nowhere_near():
    encoded = encode_patch(np.zeros((4, 4, 3), np.float32), np.full((4, 4), 128, np.uint8))
    assert (encoded[6:] == 0).all()


def test_the_same_patch_is_encoded_the_same_wherever_it_lies_in_memory():
    trimap = np.full((80, 80), 128, np.uint8)
    trimap[50:, 10:] = 255
    memory = np.zeros(6400 + 64, np.uint8)
    first = encode_patch(np.zeros((80, 80, 3), np.float32), trimap)
    for offset in range(0, 64, 4):
        moved = memory[offset : offset + 6400].reshape(80, 80)
        moved[:] = trimap
        keep = [np.empty(1000 + 16 * offset, np.uint8)]
        assert np.array_equal(encode_patch(np.zeros((80, 80, 3), np.float32), moved), first), keep


def test_a_halved_trimap_knows_what_no_pixel_of_four_contradicts():
    trimap = np.array([[0, 0, 255, 0], [0, 128, 255, 255]], np.uint8)
    plate = np.arange(24, dtype=np.float32).reshape(2, 4, 3) / 24
    halved, known = halve_patch(plate, trimap)
    assert known.tolist() == [[0, 128]]
    assert halved[0, 0] == pytest.approx(plate[:, :2].mean((0, 1)))
