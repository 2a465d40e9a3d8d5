"""How a run shows that it lives: a bar in a terminal, elsewhere a JSON line now and then, which the sidecar reads."""

import json
import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tqdm import tqdm

_SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Shows step and numbers of a run.

    Args:
        total: steps of the run.
        done: steps done before.
        shown: label in the bar by the name of the number.
        label: of the bar.
        is_shown: whether this process shows anything.
    """

    def __init__(self, total: int, done: int, shown: dict[str, str], *, label: str, is_shown: bool = True) -> None:
        self._total, self._shown, self._is_shown = total, shown, is_shown
        self._figures: dict[str, float] = {}
        self._said = -math.inf
        self._step = done
        self._bar: Any = None
        if is_shown and sys.stderr.isatty():
            self._bar = tqdm(total=total, initial=done, unit="step", desc=label)

    def __call__(self, step: int, values: dict[str, float]) -> None:
        """Show the numbers of one step; elsewhere than in a terminal the first at once."""
        self._step = step
        self._figures |= {label: values[name] for name, label in self._shown.items() if name in values}
        if self._bar is not None:
            self._bar.set_postfix({label: f"{value:.4f}" for label, value in self._figures.items()}, refresh=False)
            self._bar.update(step - self._bar.n)
        elif self._is_shown and (step == self._total or time.monotonic() - self._said > _SECONDS_BETWEEN_LINES):
            self._said = time.monotonic()
            self._say({})

    def close(self) -> None:
        """Finish the bar."""
        if self._bar is not None:
            self._bar.close()

    def tell(self, **outcome: Any) -> None:
        """Elsewhere than in a terminal, say the last step and what came of the run."""
        if self._bar is None and self._is_shown:
            self._say(outcome)

    def _say(self, outcome: dict[str, Any]) -> None:
        figures = {label: float(f"{value:.6g}") for label, value in self._figures.items()}
        print(json.dumps({"step": self._step, "steps": self._total, **figures, **outcome}), flush=True)


class Stop:
    """Becomes true when the user or the farm asks to stop; asked twice, it interrupts at once."""

    def __init__(self) -> None:
        self.is_asked = False

    def __call__(self) -> bool:
        """Whether to stop after this step."""
        return self.is_asked

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if self.is_asked:
            signal.default_int_handler(number, frame)
        self.is_asked = True


@contextmanager
def stopping_kindly() -> Iterator[Stop]:
    """Let the first Ctrl-C or SIGTERM end the step and save instead of breaking off."""
    stop = Stop()
    before = {number: signal.signal(number, stop.ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
