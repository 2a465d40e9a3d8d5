"""Classical estimates of alpha, made once for a whole plate at a reduced size; the network weighs and corrects them.

Source: `training-data`, section 8: closed-form and colour likelihood fail in different places, so that choosing per
pixel is better than either.
"""

from lfpnet.estimates.closed_form import closed_form_alpha
from lfpnet.estimates.estimates import ESTIMATES, Estimates
from lfpnet.estimates.likelihood import colour_likelihood

__all__ = ["ESTIMATES", "Estimates", "closed_form_alpha", "colour_likelihood"]
