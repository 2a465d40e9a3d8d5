"""Results of an ablation as JSON and as a table to read."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lfpnet.atomic_file import atomic_file
from lfpnet.training.ablation.options import AblationOptions
from lfpnet.training.ablation.variants import Row, rows_of

_COLUMNS = {"sad": ("SAD", 1.0), "mse": ("MSE x1000", 1000.0), "grad": ("Grad", 1.0), "conn": ("Conn", 1.0)}
_TITLES = {
    3: "Table 3: the bottleneck of the propagating module",
    4: "Table 4: the side of the inner patch in inference",
    5: "Table 5: how far the context reaches, in training and inference",
}


@dataclass(frozen=True)
class Result:
    """Figures of one row with one seed.

    Attributes:
        table: of the paper.
        label: of the row.
        variant: that was trained.
        seed: of its training.
        figures: see `judge`.
        seconds: that the training took.
        samples: that it saw.
        parameters: of the network.
    """

    table: int
    label: str
    variant: str
    seed: int
    figures: dict[str, float]
    seconds: float
    samples: int
    parameters: int


def write_results(path: Path, results: Sequence[Result]) -> None:
    """Write results.

    Args:
        path: an existing file is replaced.
        results: all of them.

    Raises:
        OutputError: the file cannot be written.
    """
    with atomic_file(path) as stream:
        stream.write((json.dumps([asdict(result) for result in results], indent=1) + "\n").encode())


def read_results(path: Path) -> list[Result]:
    """Read what `write_results` wrote; nothing where there is no file."""
    return [Result(**values) for values in json.loads(path.read_text())] if path.is_file() else []


def summary(results: Sequence[Result], row: Row) -> dict[str, Any]:
    """Mean of every figure of a row over the seeds, and the spread between them."""
    found = [result for result in results if (result.table, result.label) == (row.table, row.label)]
    values = {name: [result.figures[name] for result in found] for name in _COLUMNS}
    return {name: {"mean": sum(each) / len(each), "low": min(each), "high": max(each)} for name, each in values.items()}


def markdown(results: Sequence[Result], options: AblationOptions) -> str:
    """Tables in markdown, the paper's figures beside ours.

    Args:
        results: of every row with every seed.
        options: the scale.
    """
    samples = options.steps * options.batch_size
    scale = (
        f"Preset {options.network.preset}, {len(options.seeds)} seeds ({', '.join(map(str, options.seeds))}), "
        f"{options.steps} steps of {options.batch_size} samples ({samples} for every variant), inner patches of "
        f"{options.inner_size} pixels; {options.scenes} held-out scenes of {2 * options.inner_size} pixels, the same "
        "for all. Means over seeds, in brackets the lowest and the highest. The paper's figures are of its own scale "
        "and data; only the order can be compared."
    )
    lines = [scale]
    for table in dict.fromkeys(result.table for result in results):
        titles = [title for title, _ in _COLUMNS.values()]
        lines += [
            "",
            f"## {_TITLES[table]}",
            "",
            "| | " + " | ".join([*titles, "parameters", "paper: SAD, MSE, Grad, Conn"]) + " |",
        ]
        lines.append("|---|" + "---:|" * (len(titles) + 2))
        for row in rows_of([table]):
            figures = summary(results, row)
            cells = [_cell(figures[name], factor) for name, (_, factor) in _COLUMNS.items()]
            cells.append(next(f"{one.parameters / 1e6:.2f} M" for one in results if one.label == row.label))
            lines.append(f"| {row.label} | {' | '.join(cells)} | {', '.join(map(str, row.published))} |")
    return "\n".join(lines) + "\n"


def _cell(figures: dict[str, float], scale: float) -> str:
    mean, low, high = (f"{figures[name] * scale:.4g}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"
