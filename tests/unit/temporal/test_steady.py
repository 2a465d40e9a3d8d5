"""Steadying: a subject that moves, mattes whose alpha flickers."""

import numpy as np
import pytest

from lfpnet.colour import over
from lfpnet.errors import SizeMismatchError
from lfpnet.evaluation.shots import expose, open_scene
from lfpnet.temporal import CUT_ABOVE, TimedMatte, change_between, steady
from lfpnet.trimap import from_alpha
from lfpnet.types import Matte

_HEIGHT, _WIDTH = 108, 192


@pytest.fixture(scope="module")
def frames():
    """Three frames of fur with their truth; each alpha errs another way, as a network's does."""
    scene = open_scene("fur", _HEIGHT, _WIDTH, 1)
    made = []
    for index in range(3):
        exposed = expose(scene.moment, float(index), np.random.default_rng(index), moments=4)
        error = np.random.default_rng(10 + index).normal(0, 0.15, exposed.alpha.shape)
        is_edge = (exposed.alpha > 0) & (exposed.alpha < 1)
        alpha = np.clip(exposed.alpha + error * is_edge, 0, 1).astype(np.float32)
        trimap = from_alpha(exposed.alpha, inner_pixels=1, outer_pixels=1)
        made.append((TimedMatte(exposed.plate, Matte(alpha, exposed.foreground, exposed.background)), exposed, trimap))
    return made


def test_a_steadied_alpha_is_nearer_to_the_truth_and_reproduces_the_plate(frames):
    (before, _, _), (frame, truth, trimap), (after, _, _) = frames
    matte, report = steady(frame, trimap, [before, after])
    is_unknown = trimap == 128
    errors = [np.square(alpha - truth.alpha)[is_unknown].mean() for alpha in (matte.alpha, frame.matte.alpha)]
    assert errors[0] < 0.8 * errors[1]
    assert (matte.alpha[~is_unknown] == frame.matte.alpha[~is_unknown]).all()
    inside = is_unknown & (matte.alpha > 0) & (matte.alpha < 1)
    again = over(matte.foreground, matte.alpha, matte.background)
    assert np.abs(again - frame.plate_linear)[inside].max() < 1e-4
    assert report.neighbours == 2


def test_a_brighter_neighbour_serves_as_well(frames):
    (before, _, _), (frame, _, trimap), _ = frames
    brighter = TimedMatte(
        2 * before.plate_linear, Matte(before.matte.alpha, 2 * before.matte.foreground, 2 * before.matte.background)
    )
    plain, _ = steady(frame, trimap, [before])
    matte, report = steady(frame, trimap, [brighter])
    assert report.gains[0] == pytest.approx(0.5, abs=0.03)
    assert np.abs(matte.alpha - plain.alpha).mean() < 0.005


def test_something_else_in_the_neighbours_place_changes_little(frames):
    _, (frame, _, trimap), (after, _, _) = frames
    occluder = TimedMatte(
        np.zeros_like(after.plate_linear),
        Matte(np.ones_like(after.matte.alpha), np.zeros_like(after.plate_linear), after.matte.background),
    )
    helped, _ = steady(frame, trimap, [after])
    hindered, _ = steady(frame, trimap, [occluder])
    bright = (trimap == 128) & (frame.plate_linear.min(axis=2) > 0.1)
    change = [np.abs(at.alpha - frame.matte.alpha)[bright].mean() for at in (helped, hindered)]
    assert change[1] < 0.5 * change[0]


def test_detail_that_averaging_would_take_away_is_kept_and_told(frames):
    _, (frame, _, trimap), _ = frames
    smooth = np.full_like(frame.matte.alpha, 0.5)
    flat = TimedMatte(frame.plate_linear, Matte(smooth, frame.plate_linear, frame.plate_linear))
    _, report = steady(frame, trimap, [flat, flat, flat, flat])
    assert report.lowered_share > 0.3
    assert report.energy > 0.5


def test_without_neighbours_a_matte_stays_as_it_is(frames):
    _, (frame, _, trimap), _ = frames
    matte, report = steady(frame, trimap, [])
    assert matte is frame.matte
    assert report.neighbours == 0


def test_a_neighbour_of_another_size_is_a_sentence(frames):
    (before, _, _), (frame, _, trimap), _ = frames
    cropped = TimedMatte(before.plate_linear[:-2], before.matte)
    with pytest.raises(SizeMismatchError, match="steady only frames of one size"):
        steady(frame, trimap, [cropped])


def test_a_cut_is_told_from_motion_and_from_a_change_of_exposure(frames):
    first, second = (np.clip(at[1].plate, 0, 1) ** np.float32(0.45) for at in frames[:2])
    other = open_scene("hair", _HEIGHT, _WIDTH, 1)
    elsewhere = np.clip(expose(other.moment, 0.0, np.random.default_rng(1), moments=1).plate, 0, 1) ** np.float32(0.45)
    assert change_between(first, second) < 0.6 * CUT_ABOVE
    assert change_between(first, (0.6 * second).astype(np.float32)) < CUT_ABOVE
    assert change_between(first, elsewhere) > CUT_ABOVE
    assert change_between(first, second[:-1]) == 1
