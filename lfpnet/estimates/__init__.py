"""Classical estimates of alpha and colours, made once for a whole plate; the network weighs and corrects them.

Source: `training-data`, section 8: the methods fail in different places, so that choosing per pixel is better than any.
"""

from lfpnet.estimates.estimates import ALPHAS, PLANES, Estimates
from lfpnet.estimates.likelihood import colour_likelihood
from lfpnet.estimates.propagation import propagated_alphas

__all__ = ["ALPHAS", "PLANES", "Estimates", "colour_likelihood", "propagated_alphas"]
