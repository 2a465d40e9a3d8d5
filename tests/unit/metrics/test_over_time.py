"""Metrics over time against loops over pixels, and what they must not count."""

import math
from itertools import pairwise

import numpy as np
import pytest

from lfpnet.errors import InputError
from lfpnet.metrics import TimedAlpha, dtssd, messddt, motion_compensated_flicker

_HEIGHT, _WIDTH = 9, 12


def _sequence(seed: int = 1) -> list[TimedAlpha]:
    rng = np.random.default_rng(seed)
    frames = []
    for _ in range(3):
        alpha, truth = rng.random((2, _HEIGHT, _WIDTH)).astype(np.float32)
        trimap = rng.choice(np.array([0, 128, 255], np.uint8), (_HEIGHT, _WIDTH))
        frames.append(TimedAlpha(alpha, truth, trimap, rng.integers(-3, 4, (_HEIGHT, _WIDTH, 2)).astype(np.float32)))
    return frames


def _errors(frame: TimedAlpha) -> list[list[float]]:
    return [[float(frame.alpha[y, x]) - float(frame.truth[y, x]) for x in range(_WIDTH)] for y in range(_HEIGHT)]


def _slow(frames: list[TimedAlpha], kind: str) -> float:
    """All three metrics, pixel by pixel."""
    per_pair = []
    for here, there in pairwise(frames):
        first, second, terms = _errors(here), _errors(there), []
        for y in range(_HEIGHT):
            for x in range(_WIDTH):
                if here.trimap[y, x] != 128:
                    continue
                u, v = x, y
                if kind != "dtssd":
                    assert here.motion is not None
                    u, v = x + int(here.motion[y, x, 0]), y + int(here.motion[y, x, 1])
                    if not (0 <= u < _WIDTH and 0 <= v < _HEIGHT):
                        continue
                if kind == "messddt":
                    terms.append(abs(first[y][x] ** 2 - second[v][u] ** 2))
                else:
                    terms.append((first[y][x] - second[v][u]) ** 2)
        mean = sum(terms) / len(terms)
        per_pair.append(1000 * mean if kind == "messddt" else 100 * math.sqrt(mean))
    return sum(per_pair) / len(per_pair)


@pytest.mark.parametrize(
    ("metric", "kind"), [(dtssd, "dtssd"), (messddt, "messddt"), (motion_compensated_flicker, "mcf")]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_metric_over_time_is_what_a_loop_over_pixels_says(metric, kind, seed):
    frames = _sequence(seed)
    assert metric(frames) == pytest.approx(_slow(frames, kind), rel=1e-6)


def _travelling(step: int) -> list[TimedAlpha]:
    """One error that goes `step` pixels right from frame to frame, with the subject."""
    frames = []
    for index in range(4):
        truth, alpha = np.zeros((20, 30), np.float32), np.zeros((20, 30), np.float32)
        alpha[8:12, 4 + step * index : 8 + step * index] = 0.5
        motion = np.zeros((20, 30, 2), np.float32)
        motion[..., 0] = step
        frames.append(TimedAlpha(alpha, truth, np.full((20, 30), 128, np.uint8), motion))
    return frames


def test_an_error_that_travels_with_the_subject_is_no_flicker():
    frames = _travelling(3)
    assert motion_compensated_flicker(frames) == 0
    assert messddt(frames) == 0
    assert dtssd(frames) > 1


def test_fewer_than_two_frames_or_no_motion_is_a_sentence():
    with pytest.raises(InputError, match="at least two frames"):
        dtssd(_sequence()[:1])
    still = [TimedAlpha(frame.alpha, frame.truth, frame.trimap) for frame in _sequence()]
    with pytest.raises(InputError, match="true motion"):
        motion_compensated_flicker(still)
