import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lfpnet.errors import SizeMismatchError
from lfpnet.trimap import with_solid
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def test_unknown_and_holes_under_the_mask_become_foreground_and_nothing_else_changes():
    trimap = np.array([[BACKGROUND, UNKNOWN, FOREGROUND, UNKNOWN, BACKGROUND]], np.uint8)
    solid = np.array([[1, 1, 1, 0.49, np.nan]], np.float32)
    given_before = trimap.copy()
    assert with_solid(trimap, solid).tolist() == [[FOREGROUND, FOREGROUND, FOREGROUND, UNKNOWN, BACKGROUND]]
    assert (trimap == given_before).all()


def test_an_edge_matte_wins_over_the_mask():
    trimap = np.full((1, 3), UNKNOWN, np.uint8)
    edge = np.array([[0, 0.1, 1]], np.float32)
    assert with_solid(trimap, np.ones((1, 3), np.float32), edge=edge).tolist() == [[FOREGROUND, UNKNOWN, UNKNOWN]]


def test_a_mask_of_another_size_is_one_sentence():
    with pytest.raises(SizeMismatchError, match="solid"):
        with_solid(np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.float32))


@given(st.data())
def test_a_solid_mask_only_ever_adds_foreground(data):
    shape = data.draw(arrays.array_shapes(min_dims=2, max_dims=2, max_side=9))
    trimap = data.draw(arrays.arrays(np.uint8, shape, elements=st.sampled_from([BACKGROUND, UNKNOWN, FOREGROUND])))
    solid = data.draw(arrays.arrays(np.float32, shape, elements=st.floats(0, 1, width=32)))
    changed = with_solid(trimap, solid) != trimap
    assert (with_solid(trimap, solid)[changed] == FOREGROUND).all()
    assert (solid[changed] >= 0.5).all()
