"""What the network sees: sRGB below the knee, a smooth and invertible roll-off above."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lfpnet.colour import display_decode, display_encode, srgb_encode
from lfpnet.colour.display import KNEE_LINEAR


def _show(*linear: float) -> np.ndarray:
    return display_encode(np.array(linear, np.float32))


def test_below_the_knee_the_network_sees_plain_srgb():
    ordinary = np.linspace(0, KNEE_LINEAR, 10_001, dtype=np.float32)
    np.testing.assert_allclose(display_encode(ordinary), srgb_encode(ordinary), atol=1e-7)


def test_negatives_are_shown_as_black():
    assert np.array_equal(_show(-0.0, -1e-6, -3), [0, 0, 0])


def test_the_figures_of_the_documentation_hold():
    np.testing.assert_allclose(_show(1, 2, 10, 60), [0.947, 0.975, 0.991, 0.996], atol=5e-4)
    np.testing.assert_allclose(_show(10_000), [0.9997], atol=5e-5)


def test_brighter_is_always_shown_brighter_between_0_and_100():
    linear = np.concatenate([np.linspace(0, 1, 20_001), np.linspace(1, 100, 10_001)[1:]]).astype(np.float32)
    assert (np.diff(display_encode(linear)) > 0).all()


def test_no_step_of_float32_is_shown_darker_than_the_one_before():
    for centre in (0.0031308, 0.02, 0.5, KNEE_LINEAR, 1, 7, 60):
        first = np.float32(centre).view(np.int32) - 4000
        neighbours = np.arange(first, first + 8000, dtype=np.int32).view(np.float32)
        assert (np.diff(display_encode(neighbours)) >= -1.5e-7).all()


def test_highlights_up_to_any_value_stay_apart_and_below_one():
    linear = np.geomspace(60, 65_504, 2_000, dtype=np.float32)
    shown = display_encode(linear)
    assert (np.diff(shown) > 0).all()
    assert shown.max() < 1
    assert _show(3e38)[0] < 1


def test_value_and_slope_are_continuous_at_the_knee():
    step = 1e-3
    below, at, above = (float(v) for v in _show(KNEE_LINEAR - step, KNEE_LINEAR, KNEE_LINEAR + step))
    assert above - at == pytest.approx(at - below, rel=1e-2)


def test_the_slope_of_the_roll_off_is_that_of_its_formula_and_falls_steadily():
    linear = np.geomspace(1, 50, 40, dtype=np.float32)
    step = linear * np.float32(0.01)
    width = (linear + step).astype(np.float64) - (linear - step)
    slope = (display_encode(linear + step).astype(np.float64) - display_encode(linear - step)) / width
    knee_slope = 1.055 / 2.4 * 0.8 ** (1 / 2.4 - 1)
    headroom = 1.055 * (1 - 0.8 ** (1 / 2.4))
    exact = knee_slope * (1 + 2 * knee_slope * (linear - 0.8) / headroom) ** -1.5
    np.testing.assert_allclose(slope, exact, rtol=2e-2)
    assert (np.diff(slope) < 0).all()


def test_the_round_trip_of_0_to_60_keeps_its_documented_bound():
    linear = np.concatenate([np.linspace(0, 60, 60_001), np.geomspace(1e-7, 60, 20_001)]).astype(np.float32)
    error = np.abs(display_decode(display_encode(linear)).astype(np.float64) - linear)
    assert (error <= 3e-7 + 3e-5 * linear).all()


@given(st.floats(0, 1, width=32), st.floats(0.0625, 1000, width=32))
def test_decoding_never_exceeds_the_given_brightest_value(display, brightest):
    decoded = display_decode(np.full((1, 1, 3), display, np.float32), brightest=brightest)
    assert decoded.shape == (1, 1, 3)
    assert np.isfinite(decoded).all()
    assert 0 <= decoded.min() <= decoded.max() <= np.float32(brightest)


def test_full_white_decodes_to_the_largest_half_and_not_to_infinity():
    assert display_decode(np.array([1, 2], np.float32)).tolist() == [65_504, 65_504]


def test_what_a_network_may_return_below_zero_decodes_to_black():
    assert display_decode(np.array([-0.2], np.float32)).tolist() == [0]
