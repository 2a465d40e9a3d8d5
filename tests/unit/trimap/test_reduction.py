"""A reduced trimap keeps thin marks."""

import numpy as np

from lfpnet.trimap import reduced_trimap


def test_a_mark_of_one_pixel_stays():
    trimap = np.full((8, 8), 128, np.uint8)
    trimap[:, 3] = 255  # the shaft of a feather
    trimap[5, 6] = 0
    assert reduced_trimap(trimap, 2).tolist() == [[128, 255, 128, 128]] * 2 + [[128, 255, 128, 0], [128, 255, 128, 128]]
    assert reduced_trimap(trimap, 4).tolist() == [[255, 128], [255, 0]]


def test_a_block_that_is_known_for_both_sides_is_unknown():
    assert reduced_trimap(np.array([[0, 255], [128, 128]], np.uint8), 2).tolist() == [[128]]
    assert reduced_trimap(np.array([[0, 0], [0, 255]], np.uint8), 2).tolist() == [[128]]


def test_what_is_known_throughout_stays_and_one_is_no_reduction():
    trimap = np.array([[0, 0, 255, 255], [0, 0, 255, 255]], np.uint8)
    assert reduced_trimap(trimap, 2).tolist() == [[0, 255]]
    assert (reduced_trimap(trimap, 1) == trimap).all()
