"""Run every method on every case, one case at a time, so that what is done is done when something breaks."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lfpnet.data.layouts import Case, EvaluationCase
from lfpnet.errors import InputError, TrimapError
from lfpnet.evaluation.figures import Figures, measure
from lfpnet.evaluation.method import Estimate, Method
from lfpnet.evaluation.pictures import PictureBudget, draw_case
from lfpnet.evaluation.protocol import Protocol
from lfpnet.trimap import inspect

#: Told the case's and the method's name before a method starts.
Progress = Callable[[str, str], None]


@dataclass(frozen=True)
class Row:
    """One method on one case.

    Attributes:
        method: its name.
        figures: None where the method failed.
        seconds: wall time of the method alone.
        failure: the sentence, empty where it worked.
    """

    method: str
    figures: Figures | None
    seconds: float
    failure: str = ""


@dataclass(frozen=True)
class CaseResult:
    """Every method on one case.

    Attributes:
        index: of the case in its data set.
        name: of the case.
        width: in pixels.
        height: in pixels.
        unknown_share: unknown pixels as a share of all, 0 to 1.
        trimap_origin: where the trimap comes from.
        rows: one for each method, in order.
    """

    index: int
    name: str
    width: int
    height: int
    unknown_share: float
    trimap_origin: str
    rows: tuple[Row, ...]


def evaluate(
    cases: Sequence[Case],
    methods: Sequence[Method],
    protocol: Protocol,
    *,
    budget: PictureBudget,
    picture_width: int = 640,
    on_skip: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Iterator[CaseResult]:
    """Evaluate methods on cases.

    Args:
        cases: read one after the other.
        methods: run in this order on each case.
        protocol: the conventions of the figures.
        budget: keeps the pictures.
        picture_width: of each picture in pixels.
        on_skip: told the sentence of every case that cannot be read or has nothing to measure; None refuses it.
        progress: told before each method starts.

    Yields:
        One result for each case, as soon as it is known. A method that cannot work from a trimap has a row without
        figures.

    Raises:
        InputError: a case cannot be read, or has no unknown pixel.
    """
    for index, case in enumerate(cases):
        try:
            pixels = case.read()
            _require_unknown(case, pixels)
        except InputError as error:
            if on_skip is None:
                raise
            on_skip(str(error))
            continue
        rows, estimates = _run_methods(pixels, methods, protocol, progress)
        if budget.wants(index):
            budget.add(index, draw_case(pixels, estimates, width=picture_width))
        yield _result(index, pixels, rows)


def _run_methods(
    case: EvaluationCase, methods: Sequence[Method], protocol: Protocol, progress: Progress | None
) -> tuple[list[Row], dict[str, Estimate]]:
    rows: list[Row] = []
    estimates: dict[str, Estimate] = {}
    for method in methods:
        if progress is not None:
            progress(case.name, method.name)
        started = time.perf_counter()
        try:
            estimate = method(case)
        except TrimapError as error:
            rows.append(Row(method.name, None, time.perf_counter() - started, str(error)))
            continue
        seconds = time.perf_counter() - started
        rows.append(Row(method.name, measure(case, estimate, protocol), seconds))
        estimates[method.name] = estimate
    return rows, estimates


def _require_unknown(case: Case, pixels: EvaluationCase) -> None:
    """Refuse a case whose figures would all be 0 and better the means."""
    if inspect(pixels.trimap, pixels.plate.shape).unknown_pixels == 0:
        raise TrimapError(
            f"Expected unknown pixels in the trimap of {case.plate} ({pixels.trimap_origin}), found none; there is "
            "nothing to measure, so fix the trimap or skip the case."
        )


def _result(index: int, case: EvaluationCase, rows: Sequence[Row]) -> CaseResult:
    height, width = case.trimap.shape
    share = inspect(case.trimap, case.plate.shape).unknown_share
    return CaseResult(index, case.name, width, height, share, case.trimap_origin, tuple(rows))
