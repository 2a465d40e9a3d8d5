"""Mattes over time: trimaps carried from keys, and mattes steadied along the subject's motion.

Everything here is a pure function of a few frames, so a result depends on its frames and never on the order in which
frames, chunks or restarts came. Flow is found on one thread: with several, OpenCV's differs in the last digits.
"""

from lfpnet.temporal.carry import CarriedTrimap, carry
from lfpnet.temporal.cuts import CUT_ABOVE, change_between
from lfpnet.temporal.steady import STRENGTHS, SteadyReport, TimedMatte, steady

__all__ = [
    "CUT_ABOVE",
    "STRENGTHS",
    "CarriedTrimap",
    "SteadyReport",
    "TimedMatte",
    "carry",
    "change_between",
    "steady",
]
