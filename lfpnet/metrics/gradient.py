"""Grad: squared difference of the gradient amplitudes of alpha, in thousands."""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float64

from lfpnet.metrics.average import AlphaMetric
from lfpnet.metrics.checks import check_choice
from lfpnet.metrics.comparison import AlphaValues, Quantisation, Region, TrimapValues, compare

#: How alpha is scaled before the filter. "divide_by_255", as in the Python ports: 0 to 1 stays 0 to 1.
#: "mat2gray", as in the MATLAB code behind the published tables: each alpha is stretched to 0 to 1 by its own least and
#: greatest value in the whole picture. Both agree where both alphas reach 0 and 1.
GradientConvention = Literal["divide_by_255", "mat2gray"]
GRADIENT_CONVENTIONS = ("divide_by_255", "mat2gray")

#: Width of the gaussian in pixels, and the height below which its tail is cut.
SIGMA, TAIL = 1.4, 0.01


def gradient_error(
    alpha: AlphaValues,
    truth: AlphaValues,
    trimap: TrimapValues,
    *,
    region: Region = "unknown",
    quantise: Quantisation = None,
    convention: GradientConvention = "divide_by_255",
) -> float:
    """Sum (|grad alpha| - |grad truth|)^2 and divide by 1000, as the tables print it.

    The gradient is that of the gaussian-smoothed alpha, by 9 x 9 kernels of unit L2 norm, with the border replicated.

    Args:
        alpha: the prediction, 0 to 1.
        truth: 0 to 1.
        trimap: 0, 128 and 255.
        region: sum over the unknown region or the whole picture.
        quantise: bring alpha to 8 bit first.
        convention: "divide_by_255", or "mat2gray", which forgives a prediction of too little contrast.

    Returns:
        The sum in thousands; 0 where no pixel counts.

    Raises:
        SizeMismatchError: the pictures differ in size.
        InputError: an alpha is not made of finite floats.
        ConfigurationError: an option has an unknown name.

    Source: Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, 2009; Xu et al., Deep Image
    Matting, 2017, evaluation code.
    """
    check_choice("convention", convention, GRADIENT_CONVENTIONS)
    pair = compare(alpha, truth, trimap, region=region, quantise=quantise)
    rescale = _stretched if convention == "mat2gray" else np.asarray
    difference = _gradient_amplitude(rescale(pair.alpha)) - _gradient_amplitude(rescale(pair.truth))
    return float(np.square(difference)[pair.is_counted].sum()) / 1000


@dataclass
class GradientError(AlphaMetric):
    """Mean of `gradient_error` over pictures, in thousands.

    Attributes:
        convention: "divide_by_255" or "mat2gray".
    """

    convention: GradientConvention = "divide_by_255"

    def __post_init__(self) -> None:
        """Refuse unknown options.

        Raises:
            ConfigurationError: an option has an unknown name.
        """
        super().__post_init__()
        check_choice("convention", self.convention, GRADIENT_CONVENTIONS)

    def _measure(self, alpha: AlphaValues, truth: AlphaValues, trimap: TrimapValues) -> float:
        """Return the gradient error of one picture."""
        return gradient_error(
            alpha, truth, trimap, region=self.region, quantise=self.quantise, convention=self.convention
        )


def _stretched(alpha: Float64[np.ndarray, "h w"]) -> Float64[np.ndarray, "h w"]:
    """Map the least value to 0 and the greatest to 1; a flat picture stays as it is."""
    least, greatest = alpha.min(), alpha.max()
    return alpha if least == greatest else (alpha - least) / (greatest - least)


def _gradient_amplitude(alpha: Float64[np.ndarray, "h w"]) -> Float64[np.ndarray, "h w"]:
    """Return the length of the smoothed gradient."""
    smooth, slope = _axis_kernels()
    # OpenCV correlates where MATLAB convolves: the sign of the gradient flips, its length does not.
    along_x = cv2.sepFilter2D(alpha, cv2.CV_64F, slope, smooth, borderType=cv2.BORDER_REPLICATE)
    along_y = cv2.sepFilter2D(alpha, cv2.CV_64F, smooth, slope, borderType=cv2.BORDER_REPLICATE)
    return np.hypot(along_x, along_y)


def _axis_kernels() -> tuple[Float64[np.ndarray, " 9"], Float64[np.ndarray, " 9"]]:
    """Return the gaussian and its derivative, each of unit L2 norm, and so their outer product."""
    half = math.ceil(SIGMA * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * SIGMA * TAIL)))
    offsets = np.arange(-half, half + 1)
    smooth = np.exp(-(offsets**2) / (2 * SIGMA**2))
    slope = -offsets * smooth
    return smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)
