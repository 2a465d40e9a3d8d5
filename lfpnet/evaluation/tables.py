"""The figures as CSV, one row for each case and method, and as JSON with everything around them."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from lfpnet.evaluation.facts import RunFacts
from lfpnet.evaluation.runner import CaseResult
from lfpnet.evaluation.summary import FIGURE_NAMES, summarise

CSV_COLUMNS = ("case", "method", "width", "height", "unknown_share", *FIGURE_NAMES, "seconds", "failure")


def write_csv(path: Path, results: Sequence[CaseResult]) -> None:
    """Write one row for each case and method; figures that do not exist stay empty.

    Args:
        path: an existing file is replaced.
        results: of a run.

    Raises:
        OutputError: the file cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for result in results:
        for row in result.rows:
            figures = asdict(row.figures) if row.figures is not None else {}
            writer.writerow(
                [
                    result.name,
                    row.method,
                    result.width,
                    result.height,
                    f"{result.unknown_share:.6f}",
                    *(_number(figures.get(name)) for name in FIGURE_NAMES),
                    f"{row.seconds:.3f}",
                    row.failure,
                ]
            )
    with atomic_file(path) as stream:
        stream.write(text.getvalue().encode())


def as_dictionary(results: Sequence[CaseResult], facts: RunFacts) -> dict[str, object]:
    """Facts, means and every figure, as JSON has it."""
    return {
        "facts": asdict(facts),
        "summary": [asdict(summary) for summary in summarise(results)],
        "cases": [asdict(result) for result in results],
    }


def write_json(path: Path, results: Sequence[CaseResult], facts: RunFacts) -> None:
    """Write everything that is known about a run.

    Args:
        path: an existing file is replaced.
        results: of a run.
        facts: of the run.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_file(path) as stream:
        stream.write((json.dumps(as_dictionary(results, facts), indent=1) + "\n").encode())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.8g}"
