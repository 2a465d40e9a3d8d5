import sys
import warnings
from types import ModuleType

import numpy as np
import pytest
import torch

from lfpnet.data.layouts import EvaluationCase, find_cases
from lfpnet.errors import TrimapError
from lfpnet.evaluation import PLAIN, ClosedForm, OneHalf, measure
from lfpnet.pymatting_library import threads_of_torch
from lfpnet.training.threads import threads_of_run

with warnings.catch_warnings(), threads_of_torch():  # or every later test had another number of threads
    warnings.simplefilter("ignore")
    pymatting = pytest.importorskip("pymatting")

pytestmark = [
    pytest.mark.filterwarnings("ignore::Warning"),  # pymatting's compiler and solver warn about themselves
    pytest.mark.heavy,  # pymatting compiles on its first import
]


def test_closed_form_is_what_pymatting_computes_and_beats_one_half(data_set):
    pixels = find_cases(data_set)[0].read()
    estimate = ClosedForm()(pixels)
    by_hand = pymatting.estimate_alpha_cf(pixels.plate.astype(np.float64), pixels.trimap / 255)
    assert estimate.alpha == pytest.approx(by_hand, abs=1e-6)
    assert estimate.foreground.shape == pixels.plate.shape
    assert measure(pixels, estimate, PLAIN).mse < measure(pixels, OneHalf()(pixels), PLAIN).mse


def test_a_trimap_that_cannot_be_solved_is_an_error_of_that_case():
    plate, alpha = np.full((16, 16, 3), 0.5, np.float32), np.ones((16, 16), np.float32)
    trimap = np.full((16, 16), 128, np.uint8)
    case = EvaluationCase(
        name="c42",
        plate=plate,
        is_linear=False,
        trimap=trimap,
        alpha=alpha,
        foreground=None,
        background=None,
        trimap_origin="",
    )
    with pytest.raises(TrimapError, match="closed-form can solve for c42"):
        ClosedForm()(case)


def _greedy_library():
    """Takes torch's threads with everything it does, as pymatting's compiler does on some machines."""
    library = ModuleType("pymatting")

    library.__version__ = "0"
    library.estimate_alpha_cf = lambda _plate, trimap: _take_a_thread(trimap)
    library.estimate_foreground_ml = lambda plate, _alpha: _take_a_thread(plate)
    return library


def _take_a_thread(given):
    torch.set_num_threads(torch.get_num_threads() + 1)
    return given


def test_a_baseline_leaves_torch_its_threads(monkeypatch, data_set):
    monkeypatch.setitem(sys.modules, "pymatting", _greedy_library())
    threads = torch.get_num_threads()
    try:
        method = ClosedForm()
        assert torch.get_num_threads() == threads
        assert method(find_cases(data_set)[0].read()).foreground is not None
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(threads)


def test_a_baseline_has_the_threads_that_the_network_has(monkeypatch):
    numba, seen = pytest.importorskip("numba"), []

    def solve(_plate, trimap):
        seen.append(numba.get_num_threads())
        return trimap

    monkeypatch.setattr(pymatting, "estimate_alpha_cf", solve)
    for threads in (1, numba.config.NUMBA_NUM_THREADS):
        with threads_of_run(threads):
            assert ClosedForm().settings["threads"] == f"at most {threads}"
    assert seen == [1, numba.config.NUMBA_NUM_THREADS]
