"""What `lfpnet finetune` tells at its end: a table of before and after, and every figure as JSON."""

import json
from dataclasses import asdict
from pathlib import Path

from lfpnet.atomic_file import atomic_file
from lfpnet.model.checkpoint import Provenance
from lfpnet.training.finetuning import Fit, FrameFigures, mean_figures

#: What the means are called in the table, and what they are multiplied with.
_COLUMNS = {"mse": ("MSE x1000", 1000.0), "sad": ("SAD", 1.0), "grad": ("Grad", 1.0)}


def before_and_after(before: list[FrameFigures], after: list[FrameFigures]) -> str:
    """Before and after for every held-back frame, and the means."""
    lines = [f"{'frame':>16}" + "".join(f"{title:>22}" for title, _ in _COLUMNS.values())]
    rows = [(one.name, vars(one), vars(other)) for one, other in zip(before, after, strict=True)]
    rows.append(("mean", mean_figures(before), mean_figures(after)))
    for name, one, other in rows:
        cells = [f"{one[key] * scale:.3f} -> {other[key] * scale:.3f}" for key, (_, scale) in _COLUMNS.items()]
        lines.append(f"{name:>16}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join(lines)


def write_figures(
    path: Path,
    means: dict[str, dict[str, float]],
    mattes: tuple[list[FrameFigures], list[FrameFigures]],
    fitted: Fit,
    provenance: Provenance,
) -> None:
    """Every figure as JSON."""
    frames = {
        label: {frame.name: {key: getattr(frame, key) for key in _COLUMNS} for frame in side}
        for label, side in zip(("before", "after"), mattes, strict=True)
    }
    looks = [asdict(check) for check in fitted.checks]
    ended = {"steps": fitted.steps, "seconds": fitted.seconds, "because": fitted.reason}
    report = {"means": means, "frames": frames, "looks": looks, "fit": ended, "provenance": asdict(provenance)}
    with atomic_file(path) as stream:
        stream.write((json.dumps(report, indent=1) + "\n").encode())
