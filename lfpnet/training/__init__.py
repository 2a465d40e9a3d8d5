"""Training: one configuration, one loop that can stop and go on at any time."""

from lfpnet.training.config import Phase, TrainingConfig
from lfpnet.training.loop import Trainer

__all__ = ["Phase", "Trainer", "TrainingConfig"]
