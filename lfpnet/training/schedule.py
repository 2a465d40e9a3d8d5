"""The learning rate of every step: a warm-up, then half a cosine down to a fraction."""

import math

from lfpnet.training.config import Phase


def learning_rate(phase: Phase, step: int) -> float:
    """The rate at `step` of `phase`, counted from its start."""
    warm = min(1.0, (step + 1) / phase.warm_up_steps) if phase.warm_up_steps else 1.0
    progress = min(1.0, step / max(1, phase.steps))
    cosine = (1 + math.cos(math.pi * progress)) / 2
    return phase.learning_rate * warm * (phase.final_rate + (1 - phase.final_rate) * cosine)
