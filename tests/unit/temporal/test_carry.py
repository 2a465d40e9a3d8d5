"""Carrying keys: a textured square that moves before a textured background."""

import cv2
import numpy as np
import pytest

from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.temporal import carry

_HEIGHT, _WIDTH, _SIDE = 96, 160, 40


def _texture(seed: int, height: int, width: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (height // 3, width // 3)).astype(np.uint8)
    return cv2.GaussianBlur(cv2.resize(noise, (width, height)), (0, 0), 1.2)


def _shot(frames: int, step: int, *, is_swapped: bool = False) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Plates, and the true mask of the square in each."""
    behind, square = _texture(1, _HEIGHT, _WIDTH), _texture(2, _SIDE, _SIDE)
    plates, masks = [], []
    for index in range(frames):
        plate, mask = behind.copy(), np.zeros((_HEIGHT, _WIDTH), bool)
        place = (slice(28, 28 + _SIDE), slice(20 + step * index, 20 + step * index + _SIDE))
        plate[place] = square if not (is_swapped and index > frames // 2) else _texture(3, _SIDE, _SIDE)
        mask[place] = True
        plates.append(plate)
        masks.append(mask)
    return plates, masks


def _trimap(mask: np.ndarray, band: int = 5) -> np.ndarray:
    kernel = np.ones((2 * band + 1, 2 * band + 1), np.uint8)
    trimap = np.full(mask.shape, 128, np.uint8)
    trimap[cv2.erode(mask.astype(np.uint8), kernel) > 0] = 255
    trimap[cv2.dilate(mask.astype(np.uint8), kernel) == 0] = 0
    return trimap


def test_every_frame_between_two_keys_knows_only_what_is_true():
    plates, masks = _shot(9, 4)
    carried = carry(plates, _trimap(masks[0]), _trimap(masks[-1]))
    for mask, made in zip(masks, carried, strict=True):
        assert mask[made.trimap == 255].all()
        assert not mask[made.trimap == 0].any()
        assert (made.trimap == 255).sum() > 0.25 * mask.sum()
        assert (made.trimap == 0).sum() > 0.6 * (~mask).sum()
        assert made.closure is not None


def test_keys_come_back_as_they_were():
    plates, masks = _shot(5, 4)
    first, last = _trimap(masks[0]), _trimap(masks[-1])
    carried = carry(plates, first, last)
    assert (carried[0].trimap == first).all()
    assert (carried[-1].trimap == last).all()


@pytest.mark.parametrize("is_forwards", [True, False])
def test_one_key_serves_the_frames_on_either_side_of_it(is_forwards):
    plates, masks = _shot(5, 4)
    ends = (_trimap(masks[0]), None) if is_forwards else (None, _trimap(masks[-1]))
    carried = carry(plates, *ends)
    for mask, made in zip(masks, carried, strict=True):
        assert made.closure is None
        assert mask[made.trimap == 255].all()
        assert not mask[made.trimap == 0].any()
        assert (made.trimap == 255).any()


def test_keys_that_disagree_raise_the_closure():
    plates, masks = _shot(9, 4)
    right = carry(plates, _trimap(masks[0]), _trimap(masks[-1]))[4].closure
    still = carry([plates[0], *plates[:1] * 3, *plates[5:]], _trimap(masks[0]), _trimap(masks[-1]))[4].closure
    assert right is not None
    assert still is not None
    assert still > right + 2


def test_a_trimap_does_not_depend_on_how_many_threads_opencv_has():
    plates, masks = _shot(4, 4)
    before = cv2.getNumThreads()
    made = []
    try:
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            made.append([at.trimap.tobytes() for at in carry(plates, _trimap(masks[0]), _trimap(masks[-1]))])
    finally:
        cv2.setNumThreads(before)
    assert made[0] == made[1]


def test_no_key_and_a_key_of_another_size_are_sentences():
    plates, masks = _shot(3, 4)
    with pytest.raises(ConfigurationError, match="draw a key first"):
        carry(plates, None, None)
    with pytest.raises(SizeMismatchError, match="Expected frames and keys of 160 x 96"):
        carry(plates, _trimap(masks[0])[:-1], None)
