"""A phase: a stretch of training with one choice of sizes, rate and trained parts.

Source: the paper, section 5.2 (stages, crop sizes, a fresh optimiser in every stage).
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from lfpnet.errors import ConfigurationError
from lfpnet.model.config import LFPNetConfig
from lfpnet.training.freezing import PARTS

Minimised = Literal["everything", "context_alpha"]


@dataclass(frozen=True)
class Phase:
    """A stretch of training.

    Attributes:
        steps: optimiser steps.
        inner_size: side of the inner patches in pixels, a multiple of 16; the context patch is twice as wide.
        batch_size: samples per step, over all processes.
        learning_rate: the highest rate of the phase.
        final_rate: fraction of it that is left at the end (cosine in between); 1 keeps it fixed.
        warm_up_steps: steps over which the rate rises from zero.
        trains: parts whose weights move, of `propagating`, `matting` and `decoders` (of both).
        crop_sizes: inner sizes of which every step draws one; empty: always `inner_size`, which also validates.
        accumulation: turns in which every process takes its samples of a step; more of them need less memory.
        minimises: `everything`, or `context_alpha` for equation 2 alone.
        has_fresh_optimiser: whether the optimiser forgets its moments when the phase begins.

    Raises:
        ConfigurationError: a value is outside its range.
    """

    steps: int
    inner_size: int = 128
    batch_size: int = 16
    learning_rate: float = 2e-3
    final_rate: float = 0.0
    warm_up_steps: int = 60
    trains: tuple[str, ...] = ("propagating", "matting")
    crop_sizes: tuple[int, ...] = ()
    accumulation: int = 1
    minimises: Minimised = "everything"
    has_fresh_optimiser: bool = False

    def __post_init__(self) -> None:
        """Refuse what would fail hours later."""
        for name in ("steps", "batch_size", "accumulation"):
            _check(name, getattr(self, name), isinstance(getattr(self, name), int) and getattr(self, name) >= 1, ">= 1")
        multiple = LFPNetConfig.side_multiple
        for size in (self.inner_size, *self.crop_sizes):
            is_usable = isinstance(size, int) and size >= multiple and size % multiple == 0
            _check("inner_size and crop_sizes", size, is_usable, f"a multiple of {multiple}")
        for name, highest in (("learning_rate", 10.0), ("final_rate", 1.0), ("warm_up_steps", 1e9)):
            value = getattr(self, name)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            _check(name, value, is_number and 0 <= value <= highest, f"0 to {highest:g}")
        is_known = bool(self.trains) and set(self.trains) <= set(PARTS)
        _check("trains", self.trains, is_known, f"some of {', '.join(PARTS)}")
        _check("minimises", self.minimises, self.minimises in get_args(Minimised), " or ".join(get_args(Minimised)))

    def size_at(self, step: int) -> int:
        """The inner size of `step`, counted from the start of the phase."""
        if not self.crop_sizes:
            return self.inner_size
        return self.crop_sizes[int(np.random.default_rng([self.steps, step]).integers(len(self.crop_sizes)))]


def _check(name: str, value: Any, is_usable: bool, expected: str) -> None:
    """Raise unless the value can be used."""
    if not is_usable:
        raise ConfigurationError(f"Expected {name} of a phase to be {expected}, got {value!r}; fix the configuration.")
