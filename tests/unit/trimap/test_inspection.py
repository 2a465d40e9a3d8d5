"""What is said about a trimap before it is matted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lfpnet.errors import SizeMismatchError, TrimapError
from lfpnet.trimap import Box, inspect
from lfpnet.trimap.inspection import NO_BACKGROUND, NO_FOREGROUND, NO_UNKNOWN, NOTHING_KNOWN
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def _trimap(*values: int) -> np.ndarray:
    return np.array([values], np.uint8)


@given(
    arrays.arrays(
        np.uint8,
        arrays.array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.sampled_from([BACKGROUND, UNKNOWN, FOREGROUND]),
    )
)
def test_counts_and_box_are_those_of_a_pixel_by_pixel_count(trimap):
    unknown = [(y, x) for y, x in np.ndindex(trimap.shape) if trimap[y, x] == UNKNOWN]
    summary = inspect(trimap, (*trimap.shape, 3))
    values = trimap.ravel().tolist()
    assert summary.background_pixels == values.count(BACKGROUND)
    assert summary.foreground_pixels == values.count(FOREGROUND)
    assert summary.unknown_pixels == len(unknown)
    assert summary.unknown_share == len(unknown) / trimap.size
    if unknown:
        rows, columns = zip(*unknown, strict=True)
        assert summary.unknown_box == Box(min(rows), min(columns), max(rows) + 1, max(columns) + 1)
    else:
        assert summary.unknown_box is None


@pytest.mark.parametrize(
    ("values", "warnings"),
    [
        ((BACKGROUND, UNKNOWN, FOREGROUND), ()),
        ((BACKGROUND, UNKNOWN), (NO_FOREGROUND,)),
        ((UNKNOWN, FOREGROUND), (NO_BACKGROUND,)),
        ((BACKGROUND, FOREGROUND), (NO_UNKNOWN,)),
        ((BACKGROUND,), (NO_UNKNOWN, NO_FOREGROUND)),
        ((FOREGROUND,), (NO_UNKNOWN, NO_BACKGROUND)),
    ],
)
def test_a_class_that_is_missing_works_and_is_said(values, warnings):
    assert inspect(_trimap(*values), (1, len(values))).warnings == warnings


def test_a_trimap_without_any_known_pixel_works_with_one_warning():
    assert inspect(np.full((2, 3), UNKNOWN, np.uint8), (2, 3)).warnings == (NOTHING_KNOWN,)


@pytest.mark.parametrize("stray", [1, 127, 129, 254])
def test_other_values_are_refused_with_their_number_and_one_of_them(stray):
    with pytest.raises(TrimapError, match=rf"2 pixels hold other values such as {stray}; make it with"):
        inspect(_trimap(0, stray, 128, stray, 255), (1, 5))


@pytest.mark.parametrize(
    "wrong",
    [np.zeros((2, 2), np.float32), np.zeros((2, 2), bool), np.zeros((2, 2, 1), np.uint8), np.zeros((0, 2), np.uint8)],
    ids=["float", "bool", "third axis", "empty"],
)
def test_another_form_is_refused_with_what_came(wrong):
    with pytest.raises(TrimapError, match=rf"it is {wrong.dtype} of shape"):
        inspect(wrong, wrong.shape)


def test_another_size_is_refused_with_both_sizes():
    with pytest.raises(SizeMismatchError, match=r"plate is 1920 x 1080 pixels and the trimap is 3 x 1; export"):
        inspect(_trimap(0, 128, 255), (1080, 1920, 3))
