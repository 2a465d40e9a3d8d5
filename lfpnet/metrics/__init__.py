"""How far a matte is from the truth: SAD, MSE, Grad and Conn as papers report them, and the foreground's colour error.

Each measure is a function of one picture and a class that averages it over many (`update`, then `compute`).
"""

from lfpnet.metrics.average import AlphaMetric, MeanOverPictures
from lfpnet.metrics.comparison import REGIONS, AlphaValues, Quantisation, Region
from lfpnet.metrics.connectivity import ConnectivityConvention, ConnectivityError, connectivity_error
from lfpnet.metrics.foreground_colour import ColourDifference, ForegroundColourError, foreground_colour_error
from lfpnet.metrics.gradient import GradientConvention, GradientError, gradient_error
from lfpnet.metrics.mse import MeanSquaredError, mse
from lfpnet.metrics.over_time import TimedAlpha, dtssd, messddt, motion_compensated_flicker
from lfpnet.metrics.sad import SumOfAbsoluteDifferences, sad

__all__ = [
    "REGIONS",
    "AlphaMetric",
    "AlphaValues",
    "ColourDifference",
    "ConnectivityConvention",
    "ConnectivityError",
    "ForegroundColourError",
    "GradientConvention",
    "GradientError",
    "MeanOverPictures",
    "MeanSquaredError",
    "Quantisation",
    "Region",
    "SumOfAbsoluteDifferences",
    "TimedAlpha",
    "connectivity_error",
    "dtssd",
    "foreground_colour_error",
    "gradient_error",
    "messddt",
    "motion_compensated_flicker",
    "mse",
    "sad",
]
