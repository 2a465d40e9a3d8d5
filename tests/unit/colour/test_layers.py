"""Foreground and background reproduce the plate, stay near their prior, and survive storage as half floats."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from lfpnet.colour import layers, solve_layers
from lfpnet.errors import SizeMismatchError

SIZES = st.integers(1, 12)
SEEDS = st.integers(0, 2**32 - 1)
#: What alpha, plate and priors are drawn from; hypothesis picks which hard cases meet.
ALPHAS = [0, 1, 1e-40, 1e-6, 6e-8, 1e-3, 0.25, 0.5, 0.999, 1 - 1e-6, 1 - 6e-8]
PLATES = [0, 1e-30, 1e-3, 0.02, 0.18, 0.5, 1, 3, 60, 1e4]
PRIORS = [0, 1e-6, 0.05, 0.5, 1, 60, 65504, -0.5, 1e30]


def _composite(foreground, alpha, background) -> np.ndarray:
    a = alpha.astype(np.float64)[..., np.newaxis]
    return a * foreground.astype(np.float64) + (1 - a) * background.astype(np.float64)


def _case(height, width, seed, plates=PLATES, alphas=ALPHAS, priors=PRIORS):
    """Mix hard values with ordinary ones, so that every kind of pixel meets every other."""
    random = np.random.default_rng(seed)

    def draw(values, *shape):
        ordinary = random.random(shape) * min(1, max(values))
        return np.where(random.random(shape) < 0.7, random.choice(values, shape), ordinary).astype(np.float32)

    colour = (height, width, 3)
    return draw(plates, *colour), draw(alphas, height, width), draw(priors, *colour), draw(priors, *colour)


@given(SIZES, SIZES, SEEDS)
@example(1, 1, 0)
def test_the_layers_reproduce_the_plate_wherever_alpha_is_between(height, width, seed):
    plate, alpha, *priors = _case(height, width, seed)
    foreground, background = solve_layers(plate, alpha, *priors)
    error = np.abs(_composite(foreground, alpha, background) - plate)
    is_mixed = (alpha > 0) & (alpha < 1)
    assert (error <= 1e-6 * plate + 1e-37)[is_mixed].all()


@given(SIZES, SIZES, SEEDS)
def test_negative_plate_pixels_are_reproduced_too(height, width, seed):
    plate, alpha, *priors = _case(height, width, seed, plates=[-1e-30, -1e-3, -0.02, -3, 0.5])
    foreground, background = solve_layers(plate, alpha, *priors)
    error = np.abs(_composite(foreground, alpha, background) - plate)
    is_mixed = (alpha > 0) & (alpha < 1)
    assert (error <= 1e-6 * np.abs(plate) + 1e-37)[is_mixed].all()


@given(SIZES, SIZES, SEEDS)
def test_known_pixels_are_the_plate_and_the_hidden_layer_keeps_its_prior(height, width, seed):
    plate, alpha, foreground_prior, background_prior = _case(height, width, seed)
    foreground, background = solve_layers(plate, alpha, foreground_prior, background_prior)
    assert np.array_equal(foreground[alpha == 1], plate[alpha == 1])
    assert np.array_equal(background[alpha == 1], background_prior[alpha == 1])
    assert np.array_equal(background[alpha == 0], plate[alpha == 0])
    assert np.array_equal(foreground[alpha == 0], foreground_prior[alpha == 0])


@given(SIZES, SIZES, SEEDS)
def test_no_mixed_layer_is_negative_where_the_plate_is_not(height, width, seed):
    plate, alpha, *priors = _case(height, width, seed)
    is_mixed = (alpha > 0) & (alpha < 1)
    for layer in solve_layers(plate, alpha, *priors):
        assert (layer[is_mixed] >= 0).all()


@given(SIZES, SIZES, SEEDS)
def test_no_mixed_layer_rises_above_twice_the_larger_of_prior_and_plate(height, width, seed):
    plate, alpha, *priors = _case(height, width, seed, plates=[*PLATES, -0.1])
    is_mixed = (alpha > 0) & (alpha < 1)
    for layer, prior in zip(solve_layers(plate, alpha, *priors), priors, strict=True):
        limit = 2 * np.maximum(np.abs(prior), np.abs(plate))
        assert (np.abs(layer) <= limit * np.float32(1 + 1e-6))[is_mixed].all()


@pytest.mark.parametrize("sign", [1, -1])
@given(height=SIZES, width=SIZES, seed=SEEDS)
def test_stored_as_half_floats_the_layers_still_reproduce_the_plate(sign, height, width, seed):
    halves = [0, 1, 6e-8, 1e-4, 1e-3, 0.25, 0.5, 0.999]
    plates = [sign * value for value in (1e-2, 0.18, 0.5, 1, 3, 60, 1e4)] + ([1e-3] if sign > 0 else [])
    plate, alpha, *priors = _case(height, width, seed, plates=plates, alphas=halves, priors=[0, 0.05, 0.5, 1, 60])
    plate = np.where(np.abs(plate) < 1e-3, np.float32(sign), plate)
    alpha = alpha.astype(np.float16).astype(np.float32)
    foreground, background = (layer.astype(np.float16) for layer in solve_layers(plate, alpha, *priors))
    error = np.abs(_composite(foreground, alpha, background) - plate)
    assert (error <= 1e-3 * np.abs(plate)).all(where=((alpha > 0) & (alpha < 1))[..., np.newaxis])


@settings(max_examples=30)
@given(SEEDS)
def test_the_correction_is_the_smallest_one_that_a_search_finds(seed):
    plate, alpha, *priors = _case(1, 1, seed, plates=[0.05, 0.5, 2, 20], alphas=[0.1, 0.5, 0.9], priors=[0, 0.1, 1, 20])
    a = float(alpha[0, 0])
    if not 1e-3 < a < 1 - 1e-3:
        return
    solved = [layer[0, 0] for layer in solve_layers(plate, alpha, *priors)]
    for c in range(3):
        p, f0, b0 = float(plate[0, 0, c]), float(priors[0][0, 0, c]), float(priors[1][0, 0, c])

        def cost(f, wf, wb, p=p, f0=f0, b0=b0):
            b = (p - a * f) / (1 - a)
            return (f - f0) ** 2 / (wf + 0.02) + (b - b0) ** 2 / (wb + 0.02)

        first = minimize_scalar(cost, args=(f0, b0), options={"xtol": 1e-12}).x
        ends = ((f0, first), (b0, (p - a * first) / (1 - a)))
        weights = tuple(((prior**0.5 + max(found, 0) ** 0.5) / 2) ** 2 for prior, found in ends)
        lowest = max(0, (p - (1 - a) * 2 * max(b0, p)) / a)
        highest = min(p / a, 2 * max(f0, p))
        found = minimize_scalar(cost, args=weights, bounds=(lowest, highest), method="bounded", options={"xatol": 1e-9})
        assert cost(float(solved[0][c]), *weights) <= found.fun * (1 + 1e-5) + 1e-9


def test_priors_that_already_add_up_are_kept():
    random = np.random.default_rng(3)
    foreground_prior, background_prior = random.random((2, 30, 20, 3), np.float32) * 4
    alpha = random.random((30, 20), np.float32)
    plate = _composite(foreground_prior, alpha, background_prior).astype(np.float32)
    foreground, background = solve_layers(plate, alpha, foreground_prior, background_prior)
    visible_f, visible_b = alpha[..., np.newaxis], 1 - alpha[..., np.newaxis]
    assert np.abs((foreground - foreground_prior) * visible_f).max() < 1e-5
    assert np.abs((background - background_prior) * visible_b).max() < 1e-5


def test_a_large_change_falls_where_a_square_root_curve_sees_least_of_it():
    # the weights of the priors alone would take the sky from 0.8 to 1.1, of which dark hair shows but 3 %
    alpha = np.full((1, 1), 0.97, np.float32)
    hair, sky = np.full((1, 1, 3), 0.01, np.float32), np.full((1, 1, 3), 0.8, np.float32)
    foreground, background = solve_layers(np.full((1, 1, 3), 0.4, np.float32), alpha, hair, sky)
    assert 0.36 < foreground.min() < 0.4
    assert background.max() < 0.9


def test_a_dark_strand_before_a_bright_sky_stays_dark():
    alpha = np.full((1, 1), 0.5, np.float32)
    strand, sky = np.full((1, 1, 3), 0.05, np.float32), np.full((1, 1, 3), 30, np.float32)
    foreground, background = solve_layers(np.full((1, 1, 3), 18, np.float32), alpha, strand, sky)
    assert foreground.max() < 0.1
    assert background.min() > 35


def test_a_barely_covered_pixel_does_not_throw_its_residual_on_the_foreground():
    alpha = np.full((1, 1), 1e-6, np.float32)
    prior = np.full((1, 1, 3), 0.5, np.float32)
    foreground, background = solve_layers(np.full((1, 1, 3), 0.8, np.float32), alpha, prior, prior)
    np.testing.assert_allclose(foreground, 0.5, atol=1e-5)
    np.testing.assert_allclose(background, 0.8, atol=1e-5)


def test_values_of_60_in_a_wide_plate_come_back_in_the_foreground():
    height, width = 40, 3840
    random = np.random.default_rng(7)
    plate = random.random((height, width, 3), np.float32)
    alpha = np.clip(np.linspace(-0.2, 1.2, width, dtype=np.float32), 0, 1)[np.newaxis].repeat(height, axis=0)
    plate[:, width // 2 :] *= 60
    foreground, background = solve_layers(plate, alpha, np.minimum(plate, 1), np.minimum(plate, 1))
    assert foreground.max() > 55
    np.testing.assert_allclose(_composite(foreground, alpha, background), plate, rtol=1e-6)


def test_stripes_do_not_show(monkeypatch):
    plate, alpha, *priors = _case(23, 11, seed=5)
    whole = solve_layers(plate, alpha, *priors)
    monkeypatch.setattr(layers, "PIXELS_PER_STRIPE", 30)
    for layer, expected in zip(solve_layers(plate, alpha, *priors), whole, strict=True):
        assert np.array_equal(layer, expected)


def test_memory_beyond_the_two_results_does_not_grow_with_the_plate():
    def extra_bytes(height: int) -> int:
        plate = np.ones((height, 1000, 3), np.float32)
        alpha = np.full((height, 1000), 0.5, np.float32)
        tracemalloc.start()
        foreground, background = solve_layers(plate, alpha, plate, plate)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - foreground.nbytes - background.nbytes

    small = extra_bytes(100)
    assert small < 32 << 20
    assert extra_bytes(1000) < small * 1.1


def test_inputs_are_left_as_they_were_and_views_are_welcome():
    plate, alpha, *priors = _case(6, 5, seed=1)
    given = (plate, alpha, *priors)
    before = [array.copy() for array in given]
    flipped = solve_layers(*(array[::-1] for array in given))
    straight = solve_layers(*given)
    for f, s in zip(flipped, straight, strict=True):
        assert np.array_equal(f[::-1], s)
    for array, copy in zip(given, before, strict=True):
        assert np.array_equal(array, copy)


@pytest.mark.parametrize("wrong", [1, 2, 3])
def test_another_size_is_refused_with_both_sizes(wrong):
    arrays = [np.zeros((4, 5, 3), np.float32), np.zeros((4, 5), np.float32), *np.zeros((2, 4, 5, 3), np.float32)]
    arrays[wrong] = np.zeros((6, 7, *arrays[wrong].shape[2:]), np.float32)
    with pytest.raises(SizeMismatchError, match=r"5 x 4 pixels but has 7 x 6"):
        solve_layers(*arrays)
