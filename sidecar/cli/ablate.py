"""`lfpnet ablate`: train variants of a network with equal samples and compare them, as the paper's tables 3 to 5 do."""

import argparse
from pathlib import Path
from typing import Any

from lfpnet.data.pool import open_pool
from lfpnet.inference.device import choose_device
from lfpnet.model.config import PRESETS, LFPNetConfig
from lfpnet.training.ablation import TABLES, AblationOptions, rows_of, run_ablation
from sidecar.cli.threads import check_counts, use_threads
from sidecar.cli.training_progress import Progress, stopping_kindly


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "ablate",
        description="Table 3: bottlenecks of the propagating module; 4: inner patches; 5: reach of the context. Writes "
        "DIR/ablation.json and DIR/ablation.md; interrupted, the same command goes on.",
    )
    defaults = AblationOptions(LFPNetConfig.of_preset("lfpnet-compact"))
    parser.add_argument("--pool", type=Path, required=True, metavar="DIR", help="what `lfpnet data pool` made")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--tables", type=int, nargs="+", choices=TABLES, default=[3])
    parser.add_argument("--preset", choices=list(PRESETS), default="lfpnet-compact")
    parser.add_argument("--steps", type=int, default=defaults.steps, help="of every training")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(defaults.seeds))
    parser.add_argument("--inner-size", type=int, default=defaults.inner_size, metavar="PIXELS", help="of training")
    parser.add_argument("--batch-size", type=int, default=defaults.batch_size)
    parser.add_argument("--learning-rate", type=float, default=defaults.learning_rate)
    parser.add_argument("--scenes", type=int, default=defaults.scenes, help="held-out pictures")
    parser.add_argument("--workers", type=int, default=0, help="processes that make samples")
    parser.add_argument("--threads", type=int, default=0, help="threads that train; 0 leaves it to torch")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, judge, write the tables."""
    check_counts(arguments)
    options = AblationOptions(
        LFPNetConfig.of_preset(arguments.preset),
        steps=arguments.steps,
        seeds=tuple(arguments.seeds),
        inner_size=arguments.inner_size,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        scenes=arguments.scenes,
    )
    tables = sorted(set(arguments.tables))
    device = choose_device(arguments.device)
    training, held_out = open_pool(arguments.pool / "train"), open_pool(arguments.pool / "held")
    use_threads(arguments.threads)
    shown = _Trainings(options.steps)
    with stopping_kindly() as stop:
        results = run_ablation(
            arguments.output,
            tables,
            options,
            training=training,
            held_out=held_out,
            workers=arguments.workers,
            device=device,
            progress=shown,
            is_stopped=stop,
        )
    shown.close()
    if len(results) < len(rows_of(tables)) * len(options.seeds):
        print(f"Stopped; the same command goes on in {arguments.output}.")
        return 0
    print((arguments.output / "ablation.md").read_text(), end="")
    return 0


class _Trainings:
    """One progress after another."""

    def __init__(self, steps: int) -> None:
        self._steps, self._label = steps, ""
        self._progress: Progress | None = None

    def __call__(self, label: str, step: int, values: dict[str, float]) -> None:
        if label != self._label:
            self.close()
            self._label = label
            self._progress = Progress(self._steps, step - 1, {"loss": "loss"}, label=label)
            print(f"training {label}", flush=True)
        assert self._progress is not None
        self._progress(step, values)

    def close(self) -> None:
        """Finish the bar."""
        if self._progress is not None:
            self._progress.close()
