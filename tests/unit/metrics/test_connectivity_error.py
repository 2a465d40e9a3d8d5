"""Conn against a flood fill in plain Python, and the cases where the conventions part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lfpnet.metrics import ConnectivityConvention, connectivity_error

Pixel = tuple[int, int]


def slow_components(is_shared: np.ndarray, order: list[Pixel]) -> list[set[Pixel]]:
    """Flood fill with 4 neighbours, starting at the pixels in the given order."""
    components: list[set[Pixel]] = []
    seen: set[Pixel] = set()
    for start in order:
        if not is_shared[start] or start in seen:
            continue
        component, waiting = {start}, [start]
        while waiting:
            row, column = waiting.pop()
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                inside = 0 <= near[0] < is_shared.shape[0] and 0 <= near[1] < is_shared.shape[1]
                if inside and is_shared[near] and near not in component:
                    component.add(near)
                    waiting.append(near)
        seen |= component
        components.append(component)
    return components


def slow_body(is_shared: np.ndarray, convention: ConnectivityConvention) -> set[Pixel]:
    height, width = is_shared.shape
    if convention == "largest_component":
        by_columns = [(row, column) for column in range(width) for row in range(height)]
        return max(slow_components(is_shared, by_columns), key=len, default=set())
    by_rows = list(np.ndindex(height, width))
    background = {pixel for pixel in by_rows if not is_shared[pixel]}
    return max([background, *slow_components(is_shared, by_rows)], key=len)


def slow_error(
    alpha: np.ndarray, truth: np.ndarray, is_counted: np.ndarray, convention: ConnectivityConvention
) -> float:
    """Take 8-bit alphas and compare whole numbers: v / 255 >= i / 10 just when 10 v >= 255 i."""
    levels = dict.fromkeys(np.ndindex(alpha.shape), 1.0)
    leaving = set(levels)
    for step in range(1, 11):
        if convention == "largest_component":
            reaches = [10 * picture.astype(int) >= 255 * step for picture in (alpha, truth)]
        else:
            reaches = [picture / 255.0 >= np.arange(0, 1.1, 0.1)[step] for picture in (alpha, truth)]
        body = slow_body(reaches[0] & reaches[1], convention)
        for pixel in leaving - body:
            levels[pixel] = (step - 1) / 10
        leaving &= body
    error = 0.0
    for pixel, level in levels.items():
        excess = [picture[pixel] / 255 - level for picture in (alpha, truth)]
        degrees = [1 - (value if value >= 0.15 else 0) for value in excess]
        error += abs(degrees[0] - degrees[1]) * bool(is_counted[pixel])
    return error / 1000


@settings(deadline=None, max_examples=60)
@given(
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    seed=st.integers(0, 10_000),
    density=st.sampled_from([0.2, 0.5, 0.9]),
    convention=st.sampled_from(["largest_component", "argmax_with_background"]),
    quantise=st.sampled_from(["round", "truncate"]),
)
def test_the_error_is_that_of_a_flood_fill(
    height: int, width: int, seed: int, density: float, convention: ConnectivityConvention, quantise: str
) -> None:
    random = np.random.default_rng(seed)
    # Few values, among them those that lie on a threshold, make ties and long components likely.
    values = np.array([0, 51, 102, 130, 153, 178, 204, 255], np.uint8)
    truth = np.where(random.random((height, width)) < density, random.choice(values, (height, width)), 0)
    alpha = np.where(random.random((height, width)) < 0.7, truth, random.choice(values, (height, width)))
    trimap = random.choice(np.array([0, 128, 255], np.uint8), (height, width))
    arguments = ((alpha / 255).astype(np.float32), (truth / 255).astype(np.float32), trimap)
    for region, is_counted in (("unknown", trimap == 128), ("whole", np.ones_like(trimap))):
        error = connectivity_error(*arguments, region=region, quantise=quantise, convention=convention)
        assert error == pytest.approx(slow_error(alpha, truth, is_counted, convention), abs=1e-12)


def error_of(alpha: list[list[float]], truth: list[list[float]], **options: str | None) -> float:
    """The error of a picture that is all unknown, not in thousands."""
    trimap = np.full(np.shape(alpha), 128, np.uint8)
    return 1000 * connectivity_error(np.array(alpha, np.float32), np.array(truth, np.float32), trimap, **options)


def test_a_loose_speck_counts_in_full() -> None:
    # The body is the first two pixels. The speck leaves it at 0.1, so its level is 0: phi is 0.5 against 1.
    assert error_of([[1, 1, 0, 0.5]], [[1, 1, 0, 0]]) == pytest.approx(0.5)


def test_a_connected_pixel_is_judged_from_the_level_that_both_share() -> None:
    # Both reach 0.4 together: level 0.4. Alpha exceeds it by 0.4, phi is 0.6; truth by 0, phi is 1.
    assert error_of([[1, 0.8]], [[1, 0.4]]) == pytest.approx(0.4, abs=1e-6)


def test_an_excess_below_the_tolerance_is_not_seen() -> None:
    # The level is 0.4, the excess of alpha 0.1, which is under 0.15.
    assert error_of([[1, 0.5]], [[1, 0.4]]) == 0


def test_diagonal_neighbours_are_not_connected() -> None:
    # Alone, the diagonal pixel has level 0 and phi 0.2 against 0.6. Were it connected, as through the lower left pixel,
    # its level would be 0.4, with phi 0.6 against 1: the same difference. At 0.5 against 0.4 the tolerance tells them
    # apart: phi 0.5 against 0.6 when loose, 1 against 1 when connected.
    assert error_of([[1, 0], [0, 0.5]], [[1, 0], [0, 0.4]]) == pytest.approx(0.1, abs=1e-6)
    assert error_of([[1, 0], [1, 0.5]], [[1, 0], [1, 0.4]]) == 0


def test_of_equal_components_the_first_by_columns_is_the_body() -> None:
    # Two single pixels tie at 0.1. By columns the lower left one is the body, so the upper right one has level 0:
    # phi is 0.8 against 1 (0.1 is within the tolerance). Taken by rows, its level would be 0.1 and both phi 1.
    alpha, truth = [[0, 0.2], [0.1, 0]], [[0, 0.1], [0.1, 0]]
    assert error_of(alpha, truth) == pytest.approx(0.2, abs=1e-6)
    transposed = [list(column) for column in zip(*alpha, strict=True)], [[0, 0.1], [0.1, 0]]
    assert error_of(*transposed) == 0


def test_on_sparse_mattes_the_port_takes_the_background_for_the_body() -> None:
    # One pixel among nine: the background is the most frequent label, so the pixel leaves "the body" at once, with
    # level 0 and phi 0.4 against 0.5. As the largest component its level is 0.5, and the excess of 0.1 is not seen.
    alpha, truth = np.zeros((3, 3)), np.zeros((3, 3))
    alpha[1, 1], truth[1, 1] = 0.6, 0.5
    assert error_of(alpha.tolist(), truth.tolist()) == 0
    port = error_of(alpha.tolist(), truth.tolist(), convention="argmax_with_background")
    assert port == pytest.approx(0.1, abs=1e-6)


def test_where_one_body_fills_most_of_the_picture_the_conventions_agree_off_the_thresholds() -> None:
    random = np.random.default_rng(5)
    alpha, truth = np.ones((9, 9)), np.ones((9, 9))
    alpha[:3], truth[:3] = random.random((3, 9)), random.random((3, 9))
    error = error_of(alpha.tolist(), truth.tolist())
    assert error > 1
    assert error_of(alpha.tolist(), truth.tolist(), convention="argmax_with_background") == pytest.approx(error)


@pytest.mark.parametrize("value", [51, 102, 153, 204, 255])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("quantise", [None, "round"])
def test_8_bit_values_on_a_threshold_reach_it(value: int, dtype: type, quantise: str | None) -> None:
    # Level value / 255 = 0.2 k exactly: truth exceeds it by 0, alpha, 25 steps brighter, by 0.098: not seen.
    # Had the value not reached its threshold, the level were 0.1 lower and alpha's excess 0.198.
    truth = (np.array([[255, value]]) / 255).astype(dtype)
    alpha = (np.array([[255, min(255, value + 25)]]) / 255).astype(dtype)
    trimap = np.full((1, 2), 128, np.uint8)
    assert connectivity_error(alpha, truth, trimap, quantise=quantise) == pytest.approx(0, abs=1e-12)


def test_a_float32_alpha_on_a_threshold_reaches_it_though_float64_shows_it_below() -> None:
    # float32 0.7 is 0.69999999: at level 0.7 the excess of alpha is 0.1 and not seen; at level 0.6 it would be 0.2.
    assert error_of([[1, 0.8]], [[1, 0.7]]) == 0


def test_the_port_misses_the_threshold_of_153() -> None:
    # 0.1 x 6 in float64 is 0.6000000000000001: the level is 0.5, alpha (178) exceeds it by 0.198, truth by 0.1.
    alpha, truth = [[1, 1, 178 / 255]], [[1, 1, 153 / 255]]
    assert error_of(alpha, truth, quantise="round") == 0
    port = error_of(alpha, truth, quantise="round", convention="argmax_with_background")
    assert port == pytest.approx(178 / 255 - 0.5)


def test_nothing_shared_leaves_no_body() -> None:
    # No pixel reaches 0.1 in both: all levels are 0, phi is 1 - alpha.
    assert error_of([[0.5, 0]], [[0, 0.25]]) == pytest.approx(0.5 + 0.25)


def test_a_body_outside_the_unknown_region_still_holds_what_touches_it() -> None:
    alpha, truth = np.array([[1, 0.5, 0.5]], np.float32), np.array([[1, 0.4, 0.0]], np.float32)
    trimap = np.array([[255, 128, 0]], np.uint8)
    # Only the middle pixel counts; its level is 0.4 as it touches the known foreground.
    assert connectivity_error(alpha, truth, trimap) == 0
