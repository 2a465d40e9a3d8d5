"""The poorest baseline: alpha is what the trimap says, and one half where it says nothing."""

import numpy as np

from lfpnet.data.layouts import EvaluationCase
from lfpnet.evaluation.method import Estimate
from lfpnet.types import BACKGROUND, FOREGROUND


class OneHalf:
    """Unknown is one half; what a method must beat to be of use."""

    name = "trimap"

    @property
    def settings(self) -> dict[str, str]:
        """What it does."""
        return {"alpha of the unknown region": "one half"}

    def __call__(self, case: EvaluationCase) -> Estimate:
        """Return the trimap as an alpha; no foreground."""
        alpha = np.full(case.trimap.shape, 0.5, np.float32)
        alpha[case.trimap == BACKGROUND] = 0
        alpha[case.trimap == FOREGROUND] = 1
        return Estimate(alpha, None)
