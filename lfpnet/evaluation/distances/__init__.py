"""How far unknown pixels are from known ones: the statistic of the paper's figure 2, for anyone's trimaps."""

from lfpnet.evaluation.distances.advice import Advice, advise
from lfpnet.evaluation.distances.histogram import Histogram
from lfpnet.evaluation.distances.measurement import CURVES, FARTHER, CaseDistances, pooled, trimap_distances
from lfpnet.evaluation.distances.plot import distance_plot

__all__ = [
    "CURVES",
    "FARTHER",
    "Advice",
    "CaseDistances",
    "Histogram",
    "advise",
    "distance_plot",
    "pooled",
    "trimap_distances",
]
