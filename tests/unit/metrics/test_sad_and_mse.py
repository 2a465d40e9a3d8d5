"""SAD and MSE against loops over pixels and sums done by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.metrics import Quantisation, mse, sad

#  alpha   1    0.5   0          truth   1    0.75  0.25         trimap   255  128  128
#          0.25 0     1                  0    0     0.5                   128  0    128
ALPHA = np.array([[1, 0.5, 0], [0.25, 0, 1]], np.float32)
TRUTH = np.array([[1, 0.75, 0.25], [0, 0, 0.5]], np.float32)
TRIMAP = np.array([[255, 128, 128], [128, 0, 128]], np.uint8)


def slow_differences(alpha: np.ndarray, truth: np.ndarray, trimap: np.ndarray, mode: Quantisation) -> list[float]:
    """Differences over the unknown pixels, one after the other, in 8-bit steps where asked."""
    differences = []
    for row, column in np.ndindex(trimap.shape):
        if trimap[row, column] == 128:
            value, true_value = float(alpha[row, column]), float(truth[row, column])
            if mode is not None:
                step = value * 255
                value = (round(step) if mode == "round" else int(step)) / 255
                true_value = round(true_value * 255) / 255
            differences.append(value - true_value)
    return differences


@settings(deadline=None, max_examples=50)
@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    seed=st.integers(0, 1000),
    quantise=st.sampled_from([None, "round", "truncate"]),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_sad_and_mse_are_sums_over_the_unknown_pixels(
    height: int, width: int, seed: int, quantise: Quantisation, dtype: type
) -> None:
    random = np.random.default_rng(seed)
    alpha, truth = random.random((height, width)).astype(dtype), random.random((height, width)).astype(dtype)
    trimap = random.choice(np.array([0, 128, 255], np.uint8), (height, width))
    differences = slow_differences(alpha, truth, trimap, quantise)
    expected_mse = sum(d * d for d in differences) / len(differences) if differences else 0
    assert sad(alpha, truth, trimap, quantise=quantise) * 1000 == pytest.approx(sum(map(abs, differences)))
    assert mse(alpha, truth, trimap, quantise=quantise) == pytest.approx(expected_mse)


def test_sad_of_the_small_picture_is_what_one_adds_up_by_hand() -> None:
    # 0.25 + 0.25 + 0.25 + 0.5 = 1.25, in thousands.
    assert sad(ALPHA, TRUTH, TRIMAP) == pytest.approx(0.00125)


def test_mse_of_the_small_picture_is_what_one_adds_up_by_hand() -> None:
    # (3 x 0.0625 + 0.25) / 4 = 0.109375 over the unknown pixels; the same sum over all 6 pixels is 0.0729.
    assert mse(ALPHA, TRUTH, TRIMAP) == pytest.approx(0.109375)
    assert mse(ALPHA, TRUTH, TRIMAP, region="whole") == pytest.approx(0.4375 / 6)


def test_known_pixels_count_in_the_whole_picture_only() -> None:
    alpha = ALPHA.copy()
    alpha[0, 0] = 0.5  # known foreground, 0.5 off
    assert sad(alpha, TRUTH, TRIMAP) == pytest.approx(0.00125)
    assert sad(alpha, TRUTH, TRIMAP, region="whole") == pytest.approx(0.00175)


def test_truncating_costs_half_a_step_a_pixel_on_average() -> None:
    alpha = np.linspace(0, 1, 1_000_000, dtype=np.float32).reshape(1000, 1000)
    trimap = np.full(alpha.shape, 128, np.uint8)
    # Truncated alpha is 0.5/255 too dark on average: 0.5 / 255 x 1,000,000 / 1000 = 1.96.
    darker = sad(np.floor(alpha * 255) / 255, alpha, trimap)
    assert darker == pytest.approx(1.96, abs=0.01)
    assert sad(alpha, alpha, trimap, quantise="round") == 0
    # Against 8-bit truth, half of the pixels are one step too low: 1 / 255 x 500,000 / 1000.
    assert sad(alpha, alpha, trimap, quantise="truncate") == pytest.approx(1.96, abs=0.01)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_truncating_leaves_8_bit_values_alone(dtype: type) -> None:
    alpha = (np.arange(256, dtype=dtype) / dtype(255)).reshape(16, 16)
    trimap = np.full((16, 16), 128, np.uint8)
    assert sad(alpha, alpha, trimap, quantise="truncate") == 0


def test_quantising_clips_values_outside_zero_to_one() -> None:
    alpha, truth = np.array([[-0.5, 1.5]], np.float32), np.array([[0, 1]], np.float32)
    trimap = np.full((1, 2), 128, np.uint8)
    assert sad(alpha, truth, trimap) == pytest.approx(0.001)
    assert sad(alpha, truth, trimap, quantise="round") == 0
    assert mse(alpha, truth, trimap, quantise="truncate") == 0


def test_a_stray_grey_in_the_trimap_is_unknown() -> None:
    trimap = np.where(TRIMAP == 128, 127, TRIMAP).astype(np.uint8)
    assert sad(ALPHA, TRUTH, trimap) == sad(ALPHA, TRUTH, TRIMAP)
