"""Baselines that need no training: closed-form and KNN matting, computed by pymatting.

Source: Levin, Lischinski and Weiss, A Closed-Form Solution to Natural Image Matting, 2008; Chen, Li and Tang, KNN
Matting, 2013; foregrounds by Germer et al., Fast Multi-Level Foreground Estimation, 2020.
"""

from abc import ABC, abstractmethod

import numpy as np
import torch
from jaxtyping import Float64

from lfpnet.data.layouts import EvaluationCase
from lfpnet.errors import TrimapError
from lfpnet.evaluation.method import Estimate, shown
from lfpnet.pymatting_library import load_pymatting, threads_of_torch

_WARM_UP_SIDE = 12


class _Propagation(ABC):
    """One solver of pymatting with its own default settings.

    Raises:
        ConfigurationError: pymatting is not installed.
    """

    name: str

    def __init__(self) -> None:
        self._pymatting = load_pymatting("computes the methods closed-form and knn")
        # The first call compiles; that is no time of the method.
        trimap = np.full((_WARM_UP_SIDE, _WARM_UP_SIDE), 0.5)
        trimap[:, :4], trimap[:, 8:] = 0, 1
        ramp = np.repeat(np.linspace(0, 1, _WARM_UP_SIDE)[None, :, None], _WARM_UP_SIDE, 0)
        with threads_of_torch():
            self._solve(ramp + np.zeros(3), trimap)

    @property
    def settings(self) -> dict[str, str]:
        """The library that computes it, and with how many threads."""
        library = f"pymatting {self._pymatting.__version__}, its default settings"
        return {"computed by": library, "threads": f"at most {torch.get_num_threads()}"}

    def __call__(self, case: EvaluationCase) -> Estimate:
        """Matte one case; the foreground is only estimated where there is a true one to compare it with.

        Raises:
            TrimapError: the solver finds no solution, for example without any known foreground.
        """
        plate = shown(case.plate, is_linear=case.is_linear).astype(np.float64)
        try:
            with threads_of_torch():
                alpha = self._solve(plate, case.trimap / 255.0)
        except ValueError as error:
            raise TrimapError(
                f"Expected a trimap that {self.name} can solve for {case.name}, got '{error}'; mark some foreground "
                "and some background, or leave the method out."
            ) from error
        foreground = None
        if case.foreground is not None:
            with threads_of_torch():
                foreground = self._pymatting.estimate_foreground_ml(plate, alpha).astype(np.float32)
        return Estimate(alpha.astype(np.float32), foreground)

    @abstractmethod
    def _solve(self, plate: Float64[np.ndarray, "h w 3"], trimap: Float64[np.ndarray, "h w"]) -> np.ndarray:
        """Alpha of a display-encoded plate; trimap 0, about 0.5, 1."""


class ClosedForm(_Propagation):
    """Closed-form matting."""

    name = "closed-form"

    def _solve(self, plate: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        return self._pymatting.estimate_alpha_cf(plate, trimap)


class NearestNeighbours(_Propagation):
    """KNN matting."""

    name = "knn"

    def _solve(self, plate: np.ndarray, trimap: np.ndarray) -> np.ndarray:
        return self._pymatting.estimate_alpha_knn(plate, trimap)
