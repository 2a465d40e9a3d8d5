"""Losses of section 4.3: tensors (b, c, h, w) in, one number out, which is the mean over the pictures of the batch."""

from lfpnet.losses.alpha import weighted_alpha_loss
from lfpnet.losses.composition import composition_loss
from lfpnet.losses.laplacian import laplacian_loss
from lfpnet.losses.matting import MattingLoss, matting_loss
from lfpnet.losses.propagating import propagating_loss
from lfpnet.losses.reconstruction import reconstruction_loss

__all__ = [
    "MattingLoss",
    "composition_loss",
    "laplacian_loss",
    "matting_loss",
    "propagating_loss",
    "reconstruction_loss",
    "weighted_alpha_loss",
]
