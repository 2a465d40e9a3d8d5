"""What all alpha metrics share: the two alphas on one scale, and the pixels that count."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float, Float64, UInt8

from lfpnet.metrics.checks import check_choice, check_floats, check_sizes
from lfpnet.types import BACKGROUND, FOREGROUND

#: Pixels that count: those of the trimap's unknown region (most papers), or all (Distinctions-646 and AIM-500 papers).
Region = Literal["unknown", "whole"]

#: How alpha becomes 8 bit first: "round" to the nearest, "truncate" like the published evaluation, None: not at all.
Quantisation = Literal["round", "truncate"] | None

REGIONS = ("unknown", "whole")
QUANTISATIONS = (None, "round", "truncate")

#: Alpha from 0 to 1, float32 or float64. Sizes are left open here: the metrics compare them and name both.
AlphaValues = Float[np.ndarray, "_ _"]
TrimapValues = UInt8[np.ndarray, "_ _"]


@dataclass(frozen=True)
class Comparison:
    """Two alphas ready to be compared.

    Attributes:
        alpha: the prediction.
        truth: what it should be.
        is_counted: the pixels over which errors are summed.
    """

    alpha: Float64[np.ndarray, "h w"]
    truth: Float64[np.ndarray, "h w"]
    is_counted: Bool[np.ndarray, "h w"]


def compare(
    alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues, *, region: Region, quantise: Quantisation
) -> Comparison:
    """Check the three pictures and bring the alphas to float64.

    The unknown region is all that is neither 0 nor 255 in the trimap, so a stray 127 is not lost. When `quantise` is
    given, the prediction is clipped to 0..1 and treated so; the truth, which is 8 bit on disk, is always rounded.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: an alpha is not made of finite floats.
        ConfigurationError: an option has an unknown name.
    """
    check_choice("region", region, REGIONS)
    check_choice("quantise", quantise, QUANTISATIONS)
    check_sizes(alpha=alpha, truth=truth, trimap=trimap)
    check_floats(alpha=alpha, truth=truth)
    return Comparison(
        alpha=_on_scale(alpha, quantise),
        truth=_on_scale(truth, "round" if quantise else None),
        is_counted=counted_pixels(trimap, region),
    )


def counted_pixels(trimap: TrimapValues, region: Region) -> Bool[np.ndarray, "_ _"]:
    """Mark the unknown region, or everything."""
    if region == "whole":
        return np.ones(trimap.shape, bool)
    return (trimap != BACKGROUND) & (trimap != FOREGROUND)


def _on_scale(alpha: AlphaValues, quantise: Quantisation) -> Float64[np.ndarray, "_ _"]:
    """Return alpha in float64, in steps of 1/255 where asked."""
    precise = alpha.astype(np.float64)
    if quantise is None:
        return precise
    steps = np.clip(precise, 0, 1) * 255
    steps = np.rint(steps) if quantise == "round" else np.floor(steps)  # k/255 stays k, in float32 too
    return steps / 255
