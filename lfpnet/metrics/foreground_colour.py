"""Foreground colour error: how far the foreground's colour is from the truth, weighed by how much of it is seen."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from lfpnet.metrics.average import MeanOverPictures
from lfpnet.metrics.checks import check_choice, check_floats, check_sizes
from lfpnet.metrics.comparison import REGIONS, AlphaValues, Region, TrimapValues, counted_pixels

#: What is averaged over the three channels of a pixel: the squared or the absolute difference.
ColourDifference = Literal["squared", "absolute"]
COLOUR_DIFFERENCES = ("squared", "absolute")

ColourValues = Float[np.ndarray, "_ _ 3"]


def foreground_colour_error(
    foreground: ColourValues,
    true_foreground: ColourValues,
    true_alpha: AlphaValues,
    trimap: TrimapValues,
    *,
    difference: ColourDifference = "squared",
    region: Region = "unknown",
) -> float:
    """Average the colour difference over the pixels that count and hold foreground, each weighed by its true alpha.

    sum of alpha d / sum of alpha over alpha > 0, d being the mean of (F - F*)^2 or |F - F*| over the channels. Where
    alpha is 0 the foreground has no true colour, and nothing is asked of it.

    Args:
        foreground: the prediction, unpremultiplied.
        true_foreground: unpremultiplied, in the colour space of the prediction (state which beside the figure).
        true_alpha: 0 to 1.
        trimap: 0, 128 and 255.
        difference: "squared" or "absolute".
        region: average over the unknown region or the whole picture.

    Returns:
        The weighted mean, in squared or plain units of the colours; 0 where no counted pixel holds foreground.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: a picture is not made of finite floats.
        ConfigurationError: an option has an unknown name.
    """
    check_choice("difference", difference, COLOUR_DIFFERENCES)
    check_choice("region", region, REGIONS)
    check_sizes(foreground=foreground, true_foreground=true_foreground, true_alpha=true_alpha, trimap=trimap)
    check_floats(foreground=foreground, true_foreground=true_foreground, true_alpha=true_alpha)
    is_seen = counted_pixels(trimap, region) & (true_alpha > 0)
    weights = true_alpha[is_seen].astype(np.float64)
    if not weights.size:
        return 0.0
    distance = np.abs(foreground[is_seen].astype(np.float64) - true_foreground[is_seen])
    if difference == "squared":
        distance = np.square(distance)
    return float(np.average(distance.mean(axis=1), weights=weights))


@dataclass
class ForegroundColourError(MeanOverPictures):
    """Mean of `foreground_colour_error` over pictures.

    Attributes:
        difference: "squared" or "absolute".
        region: "unknown" or "whole".
    """

    difference: ColourDifference = "squared"
    region: Region = "unknown"

    def __post_init__(self) -> None:
        """Refuse unknown options.

        Raises:
            ConfigurationError: an option has an unknown name.
        """
        check_choice("difference", self.difference, COLOUR_DIFFERENCES)
        check_choice("region", self.region, REGIONS)

    def update(
        self,
        foreground: ColourValues,
        true_foreground: ColourValues,
        true_alpha: AlphaValues,
        trimap: TrimapValues,
    ) -> float:
        """Take in one picture.

        Args:
            foreground: the prediction, unpremultiplied.
            true_foreground: unpremultiplied, in the colour space of the prediction.
            true_alpha: 0 to 1.
            trimap: 0, 128 and 255.

        Returns:
            The number of this picture alone.
        """
        value = foreground_colour_error(
            foreground, true_foreground, true_alpha, trimap, difference=self.difference, region=self.region
        )
        return self._add(value)
