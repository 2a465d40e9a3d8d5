"""What is evaluated: anything that turns plate and trimap into alpha, and perhaps a foreground."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from lfpnet.colour import display_encode
from lfpnet.data.layouts import EvaluationCase
from lfpnet.types import AlphaPixels, PlatePixels


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a method makes of one case.

    Attributes:
        alpha: 0 to 1.
        foreground: unpremultiplied and display-encoded (see `shown`), or None where the method makes none.
    """

    alpha: AlphaPixels
    foreground: PlatePixels | None


@runtime_checkable  # so that the tests can check annotations
class Method(Protocol):
    """One way to matte, with its settings fixed."""

    @property
    def name(self) -> str:
        """What tables call it; unique in a run."""
        ...

    @property
    def settings(self) -> dict[str, str]:
        """What a reader needs to run it again."""
        ...

    def __call__(self, case: EvaluationCase) -> Estimate:
        """Matte one case without looking at its truth.

        Raises:
            TrimapError: the method cannot work from this trimap.
        """
        ...


def shown(colours: PlatePixels, *, is_linear: bool) -> PlatePixels:
    """Colours as a display and a colour error see them.

    Args:
        colours: scene-linear of any range, or display-encoded.
        is_linear: which of them.

    Returns:
        Display-encoded colours, 0 to 1: linear ones by the curve that the network sees, others as they are.
    """
    return display_encode(colours) if is_linear else np.clip(colours, 0, 1)
