"""What all alpha metrics promise: agreement of class and function, all-known trimaps, refusals that say what to do."""

from collections.abc import Callable

import jaxtyping
import numpy as np
import pytest

from lfpnet.errors import ConfigurationError, InputError, SizeMismatchError
from lfpnet.metrics import (
    AlphaMetric,
    ConnectivityError,
    ForegroundColourError,
    GradientError,
    MeanSquaredError,
    SumOfAbsoluteDifferences,
    connectivity_error,
    gradient_error,
    mse,
    sad,
)

FUNCTIONS = (sad, mse, gradient_error, connectivity_error)
CLASSES = (SumOfAbsoluteDifferences, MeanSquaredError, GradientError, ConnectivityError)
every_function = pytest.mark.parametrize("measure", FUNCTIONS)
every_class = pytest.mark.parametrize("kind", CLASSES)

Measure = Callable[..., float]


@pytest.fixture
def types_are_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As users run the library: without the type checks that tests may add, which would refuse these inputs first."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def pictures(seed: int, height: int = 14, width: int = 11) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    alpha, truth = (random.random((height, width), np.float32) for _ in range(2))
    return alpha, truth, random.choice(np.array([0, 128, 255], np.uint8), (height, width))


@pytest.mark.parametrize(("kind", "measure"), list(zip(CLASSES, FUNCTIONS, strict=True)))
def test_the_class_averages_what_the_function_measures(kind: type[AlphaMetric], measure: Measure) -> None:
    metric = kind(region="whole", quantise="truncate")
    expected = []
    for seed in range(3):
        case = pictures(seed, height=3 + 5 * seed)
        expected.append(measure(*case, region="whole", quantise="truncate"))
        assert metric.update(*case) == expected[-1]
    assert metric.values == tuple(expected)
    assert metric.compute() == pytest.approx(np.mean(expected))


@pytest.mark.parametrize(
    ("kind", "measure", "convention"),
    [
        (GradientError, gradient_error, "mat2gray"),
        (ConnectivityError, connectivity_error, "argmax_with_background"),
    ],
)
def test_the_class_hands_its_convention_on(kind: Callable[..., AlphaMetric], measure: Measure, convention: str) -> None:
    case = pictures(7)
    assert kind(convention=convention).update(*case) == measure(*case, convention=convention)
    assert kind(convention=convention).update(*case) != measure(*case)


@every_class
def test_two_metrics_share_nothing(kind: type[AlphaMetric]) -> None:
    first, second = kind(), kind()
    first.update(*pictures(1))
    assert second.values == ()


@every_class
def test_an_average_over_no_picture_is_refused(kind: type[AlphaMetric]) -> None:
    with pytest.raises(InputError, match="at least one picture"):
        kind().compute()


@every_function
def test_a_perfect_alpha_has_no_error(measure: Measure) -> None:
    alpha, _, trimap = pictures(2)
    assert measure(alpha, alpha, trimap) == 0


@every_function
def test_an_all_known_trimap_leaves_nothing_to_measure(measure: Measure) -> None:
    alpha, truth, _ = pictures(3)
    trimap = np.where(np.arange(11) < 5, 0, 255).astype(np.uint8) * np.ones((14, 1), np.uint8)
    assert measure(alpha, truth, trimap) == 0
    assert measure(alpha, truth, trimap, region="whole") > 0


@every_function
def test_a_picture_of_one_pixel_can_be_measured(measure: Measure) -> None:
    one, zero = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)
    assert np.isfinite(measure(one, zero, np.full((1, 1), 128, np.uint8)))


@every_function
def test_inputs_are_left_as_they_were(measure: Measure) -> None:
    case = pictures(4)
    before = [picture.copy() for picture in case]
    measure(*case, quantise="round")
    assert all(np.array_equal(*pair) for pair in zip(before, case, strict=True))


@pytest.mark.parametrize("measure", [sad, mse, gradient_error])  # Conn breaks ties by columns
def test_mirrored_pictures_have_the_same_error(measure: Measure) -> None:
    case = pictures(5)
    mirrored = (np.ascontiguousarray(picture[:, ::-1]) for picture in case)
    assert measure(*mirrored) == pytest.approx(measure(*case))


@every_function
def test_views_that_are_not_contiguous_can_be_measured(measure: Measure) -> None:
    case = pictures(6, height=20, width=20)
    views = [picture[::2, 1::3] for picture in case]
    assert measure(*views) == pytest.approx(measure(*(view.copy() for view in views)))


@every_function
@pytest.mark.parametrize("odd", range(3))
def test_another_size_is_refused_with_all_sizes(measure: Measure, odd: int) -> None:
    case = list(pictures(7))
    case[odd] = case[odd][:, :-1]
    with pytest.raises(SizeMismatchError, match=r"alpha is 1\dx14, truth is 1\dx14, trimap is 1\dx14") as refusal:
        measure(*case)
    assert f"{('alpha', 'truth', 'trimap')[odd]} is 10x14" in str(refusal.value)


@every_function
@pytest.mark.usefixtures("types_are_unchecked")
def test_integers_are_refused_before_they_overflow(measure: Measure) -> None:
    alpha, truth, trimap = pictures(8)
    with pytest.raises(InputError, match="truth as floats from 0 to 1, but it is uint8; divide by 255"):
        measure(alpha, (truth * 255).astype(np.uint8), trimap)


@every_function
def test_nan_and_inf_are_refused_with_their_number(measure: Measure) -> None:
    alpha, truth, trimap = pictures(9)
    alpha[0, :3] = np.nan, np.inf, -np.inf
    with pytest.raises(InputError, match="finite values in alpha, but 3 are"):
        measure(alpha, truth, trimap)


@every_function
@pytest.mark.usefixtures("types_are_unchecked")
@pytest.mark.parametrize(("option", "value"), [("region", "all"), ("quantise", "floor"), ("quantise", "")])
def test_unknown_options_are_refused_with_the_choices(measure: Measure, option: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{option} to be one of .*'(whole|round)'.*but got '{value}'"):
        measure(*pictures(10), **{option: value})


@pytest.mark.usefixtures("types_are_unchecked")
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *((kind, {"region": "all"}) for kind in (*CLASSES, ForegroundColourError)),
        *((kind, {"quantise": "floor"}) for kind in CLASSES),
        (GradientError, {"convention": "matlab"}),
        (ConnectivityError, {"convention": "matlab"}),
        (ForegroundColourError, {"difference": "cubed"}),
    ],
)
def test_a_class_refuses_unknown_options_before_the_first_picture(
    kind: Callable[..., object], options: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError, match="one of"):
        kind(**options)
