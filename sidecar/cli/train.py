"""`lfpnet train`: train a network on a pool; interrupt it and run the same command again to go on."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from lfpnet.data.pool import Pool, open_pool
from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError
from lfpnet.inference.device import choose_device
from lfpnet.model.checkpoint import Provenance
from lfpnet.model.config import PRESETS
from lfpnet.training.config import TrainingConfig
from lfpnet.training.loop import Trainer


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("train")
    parser.add_argument("--pool", type=Path, metavar="DIR", help="what `lfpnet data pool` made")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="state, log and weights of the run")
    parser.add_argument("--config", type=Path, metavar="TOML", help="what to train; default: what suits the preset")
    parser.add_argument("--preset", choices=list(PRESETS), default="lfpnet-compact")
    parser.add_argument("--steps", type=int, default=20000, help="optimiser steps, without --config")
    parser.add_argument("--name", default="studio", help="name of the weights in menus")
    parser.add_argument("--licence", default="All rights reserved", help="licence of the weights")
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    parser.add_argument("--threads", type=int, default=0, help="threads that train; 0 leaves it to torch")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--print-config", action="store_true", help="print the configuration as JSON and stop")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on training."""
    if arguments.config is not None:
        config = TrainingConfig.of_file(arguments.config)
    else:
        config = TrainingConfig.of_preset(arguments.preset, steps=arguments.steps)
    if arguments.print_config:
        print(json.dumps(config.to_dict(), indent=1))
        return 0
    if arguments.pool is None or arguments.output is None:
        raise ConfigurationError("Expected --pool and -o, got only one or none of them; name both folders.")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    training, held_out = open_pool(arguments.pool / "train"), open_pool(arguments.pool / "held")
    provenance = Provenance(
        arguments.name, arguments.licence, "lfpnet " + " ".join(sys.argv[1:]), {"data": training.provenance}
    )
    trainer = Trainer(
        config,
        arguments.output,
        training=_streams(training, config.seed),
        held_out=_streams(held_out, config.seed + 1),
        provenance=provenance,
        workers=arguments.workers,
        device=choose_device(arguments.device),
    )
    with tqdm(total=config.total_steps, initial=trainer.step, unit="step", desc="train") as bar:
        figures: dict[str, str] = {}

        def progress(step: int, values: dict[str, float]) -> None:
            shown = {"loss": "loss", "validation/mse": "held-out mse"}
            figures.update({label: f"{values[name]:.4f}" for name, label in shown.items() if name in values})
            bar.set_postfix(figures, refresh=False)
            bar.update(step - bar.n)

        weights = trainer.run(progress)
    print(f"{weights}: try it with `lfpnet matte PLATE TRIMAP --weights {weights} -o OUT.exr`")
    return 0


def _streams(pool: Pool, seed: int) -> Any:
    """A stream of samples for any inner size."""
    return lambda inner_size: SampleStream(pool, inner_size, seed)
