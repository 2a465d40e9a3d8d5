"""Where data sets and studios keep plates and their true alphas: `find_cases(folder)` and `case.read()`.

    pairs           plate/ (or image/, images/, merged/), alpha/ (or gt/), trimap*/, fg/, bg/, by equal names
    alphamatting    input_training_lowres/, gt_training_lowres/, trimap_training_lowres/Trimap1/ ...
    composition-1k  merged/, alpha_copy/, trimaps/
    distinctions-646  Image/ (or merged/), GT/, Trimap*/, FG/, BG/
    aim-500         original/, mask/, trimap/
    composed        fg/, alpha/, bg/ and no plates; they are composed when they are read
    shot            plate/name.####.exr and alpha/name.####.exr, or such folders in one folder for each shot

One file for each; `find` chooses among them.
"""

from lfpnet.data.layouts.case import DEFAULT_BAND_PIXELS, Case, EvaluationCase
from lfpnet.data.layouts.find import LAYOUT_NAMES, find_cases, recognise
from lfpnet.data.layouts.folders import OnSkip
from lfpnet.data.layouts.preflight import check_cases

__all__ = [
    "DEFAULT_BAND_PIXELS",
    "LAYOUT_NAMES",
    "Case",
    "EvaluationCase",
    "OnSkip",
    "check_cases",
    "find_cases",
    "recognise",
]
