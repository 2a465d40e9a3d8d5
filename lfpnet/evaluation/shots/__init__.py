"""Test shots with truth: subjects of the built-in benchmark moved before moving backgrounds, exact in every layer."""

from lfpnet.evaluation.shots.scenes import SHOT_NAMES, open_scene
from lfpnet.evaluation.shots.shutter import ShotFrame, expose
from lfpnet.evaluation.shots.write import FIRST_FRAME, write_shot

__all__ = ["FIRST_FRAME", "SHOT_NAMES", "ShotFrame", "expose", "open_scene", "write_shot"]
