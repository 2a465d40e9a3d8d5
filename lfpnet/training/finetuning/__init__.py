"""Fine-tuning: a few frames with approved alphas teach weights one shot, and held-back frames say whether it helped."""

from lfpnet.training.finetuning.comparison import FrameFigures, matte_frames, mean_figures
from lfpnet.training.finetuning.fit import Check, Fit, fit
from lfpnet.training.finetuning.frames import ShotFrame, read_frames, usable_frames
from lfpnet.training.finetuning.hold_back import hold_back
from lfpnet.training.finetuning.options import FineTuneOptions
from lfpnet.training.finetuning.provenance import fine_tuned_provenance

__all__ = [
    "Check",
    "FineTuneOptions",
    "Fit",
    "FrameFigures",
    "ShotFrame",
    "fine_tuned_provenance",
    "fit",
    "hold_back",
    "matte_frames",
    "mean_figures",
    "read_frames",
    "usable_frames",
]
