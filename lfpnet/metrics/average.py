"""Averages of a metric over pictures: `update` for each one, `compute` at the end."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from lfpnet.errors import InputError
from lfpnet.metrics.checks import check_choice
from lfpnet.metrics.comparison import QUANTISATIONS, REGIONS, AlphaValues, Quantisation, Region, TrimapValues


@dataclass
class MeanOverPictures:
    """Mean of one number per picture, each picture counting the same whatever its size, as in the papers' tables."""

    _values: list[float] = field(default_factory=list, init=False, repr=False)

    @property
    def values(self) -> Sequence[float]:
        """The number of each picture so far, in order."""
        return tuple(self._values)

    def compute(self) -> float:
        """Return the mean over all pictures so far.

        Raises:
            InputError: there were none.
        """
        if not self._values:
            raise InputError("Expected at least one picture to average over, but found none; call update first.")
        return sum(self._values) / len(self._values)

    def _add(self, value: float) -> float:
        """Keep the number of one picture and hand it back."""
        self._values.append(value)
        return value


@dataclass
class AlphaMetric(MeanOverPictures, ABC):
    """A metric of alpha over many pictures.

    Attributes:
        region: "unknown" or "whole".
        quantise: None, "round" or "truncate".
    """

    region: Region = "unknown"
    quantise: Quantisation = None

    def __post_init__(self) -> None:
        """Refuse unknown options now, not after the first matte.

        Raises:
            ConfigurationError: an option has an unknown name.
        """
        check_choice("region", self.region, REGIONS)
        check_choice("quantise", self.quantise, QUANTISATIONS)

    def update(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Take in one picture.

        Args:
            alpha: the prediction, 0 to 1.
            truth: 0 to 1.
            trimap: 0, 128 and 255.

        Returns:
            The number of this picture alone.
        """
        return self._add(self._measure(alpha, truth, trimap))

    @abstractmethod
    def _measure(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Return the number of one picture."""
