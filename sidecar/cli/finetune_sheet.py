"""The picture sheet of a fine-tuning: a row for each held-back frame, its mattes and errors before and after."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lfpnet.data.layouts import Case
from lfpnet.evaluation.method import shown
from lfpnet.evaluation.pictures import error_map
from lfpnet.images import contact_sheet, write_preview
from lfpnet.training.finetuning import FrameFigures
from lfpnet.trimap import overlay

_MOST_ROWS, _HEIGHT = 6, 260


def write_sheet(path: Path, cases: Sequence[Case], before: list[FrameFigures], after: list[FrameFigures]) -> None:
    """Draw at most six frames, evenly spread.

    Args:
        path: ends in .png or .jpg.
        cases: the held-back frames.
        before: their mattes by the weights that there were.
        after: their mattes by the new ones.

    Raises:
        OutputError: the file cannot be written.
    """
    chosen = np.unique(np.linspace(0, len(cases) - 1, min(len(cases), _MOST_ROWS)).round().astype(int))
    rows = [_row(cases[index], before[index], after[index]) for index in chosen]
    width = max(row.shape[1] for row in rows)
    write_preview(path, np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows]))


def _row(case: Case, before: FrameFigures, after: FrameFigures) -> np.ndarray:
    """Plate, unknown region, approved alpha, alphas and errors before and after."""
    frame = case.read()
    plate = shown(frame.plate, is_linear=frame.is_linear)
    alphas = [("approved", frame.alpha), ("before", before.alpha), ("after", after.alpha)]
    errors = [(f"error {word}, MSE {one.mse:.5f}", one) for word, one in (("before", before), ("after", after))]
    return contact_sheet(
        [
            (case.name, _eight_bit(plate)),
            ("unknown", overlay(plate, frame.trimap)),
            *((label, np.repeat(_eight_bit(alpha)[..., None], 3, axis=2)) for label, alpha in alphas),
            *((label, error_map(one.alpha, frame.alpha, frame.trimap)) for label, one in errors),
        ],
        height=min(_HEIGHT, plate.shape[0]),
    )


def _eight_bit(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
