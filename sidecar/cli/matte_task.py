"""One matte to make, as both ways of `lfpnet matte` take it, and what they give back."""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

from tqdm import tqdm

from lfpnet.images import Plate
from lfpnet.types import Matte, TrimapPixels


@dataclass(frozen=True)
class MatteTask:
    """What was read and asked for.

    Attributes:
        arguments: the options of `lfpnet matte`.
        plate: the plate.
        trimap: on the plate's pixels.
        depth: of the EXR.
        clock: takes the laps `load`, `matte` and `write`.
    """

    arguments: argparse.Namespace
    plate: Plate
    trimap: TrimapPixels
    depth: Literal["half", "float"]
    clock: "Clock"


@dataclass(frozen=True)
class Made:
    """An EXR that was written.

    Attributes:
        facts: `tiles`, `weights`, `weights_licence`, `device` and `precision`, for --json.
        matte: gives its pixels for the preview.
    """

    facts: dict[str, Any]
    matte: Callable[[], Matte]


def depth_of(asked: str, plate: Plate) -> Any:
    """The depth of the EXR: as asked, or as the plate."""
    return plate.matte_depth if asked == "auto" else asked


class Clock:
    """Seconds between laps."""

    def __init__(self) -> None:
        """Start the first lap."""
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End a lap."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 4)
        self._last = now


class TileBar:
    """The progress bar; hidden where JSON is printed."""

    def __init__(self, *, is_hidden: bool) -> None:
        """Show an empty bar."""
        self.tiles = 0
        self._bar = tqdm(unit="tile", disable=is_hidden, desc="matte", leave=False)

    def __enter__(self) -> Self:
        """Show until the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.close()

    def show(self, done: int, total: int) -> None:
        """Show so many of so many tiles; fewer than before when a frame begins anew."""
        self.tiles = total
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def say(self, sentence: str) -> None:
        """Write a line above the bar, on standard error."""
        self._bar.write(f"lfpnet: {sentence}", file=self._bar.fp)
