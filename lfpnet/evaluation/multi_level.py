"""Another method's alpha with the foreground that pymatting estimates under it: are the network's colours worth it?

Source: Germer, Uelwer, Conrad and Harmeling, Fast Multi-Level Foreground Estimation, 2020.
"""

from dataclasses import dataclass

import numpy as np

from lfpnet.data.layouts import EvaluationCase
from lfpnet.evaluation.method import Estimate, Method, shown
from lfpnet.pymatting_library import load_pymatting, threads_of_torch


@dataclass(frozen=True, eq=False)
class MultiLevelForeground:
    """A method whose foregrounds are replaced.

    Attributes:
        method: whose alpha it is; it works again, so the time is that of both.
    """

    method: Method

    @property
    def name(self) -> str:
        """That of the method, and what is other."""
        return f"{self.method.name}, multi-level foreground"

    @property
    def settings(self) -> dict[str, str]:
        """Those of the method, and the library."""
        pymatting = load_pymatting("estimates foregrounds")
        return {**self.method.settings, "foreground by": f"pymatting {pymatting.__version__}, its default settings"}

    def __call__(self, case: EvaluationCase) -> Estimate:
        """Matte one case and estimate its foreground anew."""
        alpha = self.method(case).alpha
        plate = shown(case.plate, is_linear=case.is_linear).astype(np.float64)
        pymatting = load_pymatting("estimates foregrounds")
        with threads_of_torch():
            foreground = pymatting.estimate_foreground_ml(plate, alpha.astype(np.float64))
        return Estimate(alpha, foreground.astype(np.float32))
