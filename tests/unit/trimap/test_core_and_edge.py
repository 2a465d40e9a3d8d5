"""Core and edge mattes, in either convention and with contradictions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.errors import ConfigurationError, SizeMismatchError
from lfpnet.trimap import from_core_and_edge
from lfpnet.types import BACKGROUND, FOREGROUND, UNKNOWN


def _one(core: float, edge: float) -> int:
    return int(from_core_and_edge(np.full((1, 1), core, np.float32), np.full((1, 1), edge, np.float32))[0, 0])


@pytest.mark.parametrize(
    ("core", "edge", "expected"),
    [
        (0, 0, BACKGROUND),
        (1, 0, FOREGROUND),
        (0, 1, UNKNOWN),
        (1, 1, FOREGROUND),  # contradiction: the core wins
        (254 / 255, 1, FOREGROUND),
        (0.5, 0, UNKNOWN),  # anti-aliased core without edge
        (0.5, 0.5, UNKNOWN),
        (0, 0.1, UNKNOWN),  # faint edge
        (2 / 255, 3 / 255, BACKGROUND),  # noise
        (60, -1, FOREGROUND),
        (-1, 60, UNKNOWN),
        (float("nan"), 0, UNKNOWN),
        (0, float("nan"), UNKNOWN),
        (1, float("nan"), FOREGROUND),
    ],
)
def test_each_pair_of_values_has_its_class(core, edge, expected):
    assert _one(core, edge) == expected


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_an_edge_that_holds_the_core_gives_the_same_trimap_as_the_band_alone(height, width, seed):
    random = np.random.default_rng(seed)
    core = random.integers(0, 2, (height, width)).astype(np.float32)
    band = random.integers(0, 2, (height, width)).astype(np.float32) * (1 - core)
    assert np.array_equal(from_core_and_edge(core, band), from_core_and_edge(core, np.maximum(core, band)))


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_more_edge_never_makes_a_pixel_more_certain(core, edge):
    was, now = _one(core, edge), _one(core, 1)
    assert now in (was, UNKNOWN)


def test_empty_core_and_empty_edge_are_all_background():
    nothing = np.zeros((3, 4), np.float32)
    assert (from_core_and_edge(nothing, nothing) == BACKGROUND).all()


def test_different_sizes_are_refused_with_both_sizes():
    with pytest.raises(SizeMismatchError, match=r"core is 5 x 4 pixels and the edge is 4 x 5"):
        from_core_and_edge(np.zeros((4, 5), np.float32), np.zeros((5, 4), np.float32))


def test_thresholds_out_of_order_are_refused():
    nothing = np.zeros((1, 1), np.float32)
    with pytest.raises(ConfigurationError):
        from_core_and_edge(nothing, nothing, background_at_most=0.9, foreground_at_least=0.2)
