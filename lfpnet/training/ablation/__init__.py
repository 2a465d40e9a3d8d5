"""Ablations: tables 3, 4 and 5 of the paper at any scale, with equal samples for every variant."""

from lfpnet.training.ablation.options import AblationOptions
from lfpnet.training.ablation.results import Result, markdown, read_results, summary, write_results
from lfpnet.training.ablation.runner import run_ablation
from lfpnet.training.ablation.variants import TABLES, Row, Variant, rows_of

__all__ = [
    "TABLES",
    "AblationOptions",
    "Result",
    "Row",
    "Variant",
    "markdown",
    "read_results",
    "rows_of",
    "run_ablation",
    "summary",
    "write_results",
]
