"""Means and medians of each method, over the cases that every method could do."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from statistics import fmean, median

from lfpnet.evaluation.figures import Figures
from lfpnet.evaluation.runner import CaseResult, Row

FIGURE_NAMES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True)
class MethodSummary:
    """One method over the data set.

    Attributes:
        method: its name.
        count: cases that entered, the same for every method.
        failures: cases that this method could not do.
        mean: by figure (`sad`, `mse`, `grad`, `conn`, `foreground_mse`) and `seconds`; figures nobody has are absent.
        median: likewise.
    """

    method: str
    count: int
    failures: int
    mean: dict[str, float]
    median: dict[str, float]


def summarise(results: Sequence[CaseResult]) -> list[MethodSummary]:
    """Summarise methods fairly: a case that one of them could not do counts for none.

    Args:
        results: with the same methods in each.

    Returns:
        One summary for each method, in order; without means where no case is left.
    """
    shared = [result for result in results if all(row.figures is not None for row in result.rows)]
    names = [row.method for row in results[0].rows] if results else []
    summaries = []
    for place, name in enumerate(names):
        rows = [result.rows[place] for result in shared]
        columns = {key: column for key in (*FIGURE_NAMES, "seconds") if (column := _column(rows, key))}
        summaries.append(
            MethodSummary(
                method=name,
                count=len(shared),
                failures=sum(result.rows[place].figures is None for result in results),
                mean={key: fmean(column) for key, column in columns.items()},
                median={key: median(column) for key, column in columns.items()},
            )
        )
    return summaries


def _column(rows: Sequence[Row], key: str) -> list[float]:
    """One figure of every row that has it."""
    values = [row.seconds if key == "seconds" else getattr(row.figures, key) for row in rows]
    return [value for value in values if value is not None]
