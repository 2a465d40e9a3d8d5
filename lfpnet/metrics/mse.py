"""MSE: mean squared difference of alpha."""

from dataclasses import dataclass

import numpy as np

from lfpnet.metrics.average import AlphaMetric
from lfpnet.metrics.comparison import AlphaValues, Quantisation, Region, TrimapValues, compare


def mse(
    alpha: AlphaValues,
    truth: AlphaValues,
    trimap: TrimapValues,
    *,
    region: Region = "unknown",
    quantise: Quantisation = None,
) -> float:
    """Average (alpha - truth)^2. Unscaled: the tables print it in thousandths.

    Args:
        alpha: the prediction, 0 to 1.
        truth: 0 to 1.
        trimap: 0, 128 and 255.
        region: average over the unknown region or the whole picture.
        quantise: bring alpha to 8 bit first.

    Returns:
        The mean, 0 to 1; 0 where no pixel counts, like the sums of the other metrics.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: an alpha is not made of finite floats.
        ConfigurationError: an option has an unknown name.

    Source: Xu et al., Deep Image Matting, 2017, evaluation code.
    """
    pair = compare(alpha, truth, trimap, region=region, quantise=quantise)
    total = float(np.square(pair.alpha - pair.truth)[pair.is_counted].sum())
    return total / max(1, np.count_nonzero(pair.is_counted))


@dataclass
class MeanSquaredError(AlphaMetric):
    """Mean of `mse` over pictures, each picture counting the same however many of its pixels are unknown."""

    def _measure(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Return the MSE of one picture."""
        return mse(alpha, truth, trimap, region=self.region, quantise=self.quantise)
