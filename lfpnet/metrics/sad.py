"""SAD: sum of absolute differences of alpha, in thousands."""

from dataclasses import dataclass

import numpy as np

from lfpnet.metrics.average import AlphaMetric
from lfpnet.metrics.comparison import AlphaValues, Quantisation, Region, TrimapValues, compare


def sad(
    alpha: AlphaValues,
    truth: AlphaValues,
    trimap: TrimapValues,
    *,
    region: Region = "unknown",
    quantise: Quantisation = None,
) -> float:
    """Sum |alpha - truth| and divide by 1000, as the tables print it.

    Args:
        alpha: the prediction, 0 to 1.
        truth: 0 to 1.
        trimap: 0, 128 and 255.
        region: sum over the unknown region or the whole picture.
        quantise: bring alpha to 8 bit first; truncating darkens it by 0.5/255, about 2 SAD per million pixels.

    Returns:
        The sum in thousands; 0 where no pixel counts.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: an alpha is not made of finite floats.
        ConfigurationError: an option has an unknown name.

    Source: Xu et al., Deep Image Matting, 2017, evaluation code.
    """
    pair = compare(alpha, truth, trimap, region=region, quantise=quantise)
    return float(np.abs(pair.alpha - pair.truth)[pair.is_counted].sum()) / 1000


@dataclass
class SumOfAbsoluteDifferences(AlphaMetric):
    """Mean of `sad` over pictures, in thousands."""

    def _measure(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Return the SAD of one picture."""
        return sad(alpha, truth, trimap, region=self.region, quantise=self.quantise)
