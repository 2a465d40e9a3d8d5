"""`lfpnet train`: train a network on a pool; interrupt it and run the same command again to go on."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from lfpnet.data.pool import open_pool
from lfpnet.data.samples import SampleChances, SampleStream
from lfpnet.data.scenes import SceneStream, read_provenance
from lfpnet.errors import ConfigurationError
from lfpnet.model.checkpoint import Provenance, read_checkpoint
from lfpnet.model.config import PRESETS
from lfpnet.training.batches import StreamOf
from lfpnet.training.config import Stages, TrainingConfig
from lfpnet.training.loop import Trainer
from lfpnet.training.precision import TrainingPrecision
from lfpnet.training.processes import joined_processes
from lfpnet.training.toml_text import toml_text
from sidecar.cli.threads import check_counts
from sidecar.cli.training_progress import Progress, stopping_kindly


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "train",
        description="Train a network on a pool. Ctrl-C ends the step and saves; the same command goes on. For several "
        "GPUs: torchrun --nproc-per-node N -m sidecar.cli.main train ...",
    )
    parser.add_argument("--pool", type=Path, metavar="DIR", help="what `lfpnet data pool` or `lfpnet data scenes` made")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="state, log and weights of the run")
    parser.add_argument("--config", type=Path, metavar="TOML", help="what to train; default: what suits the preset")
    parser.add_argument("--preset", choices=list(PRESETS), help="without --config; default: lfpnet-compact")
    parser.add_argument("--steps", type=int, default=20000, help="optimiser steps, without --config")
    parser.add_argument("--stages", choices=get_args(Stages), default="short", help="without --config")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="start from these instead of from nothing")
    parser.add_argument("--precision", choices=get_args(TrainingPrecision), help="auto takes what suits the device")
    parser.add_argument("--name", default="studio", help="name of the weights in menus")
    parser.add_argument("--licence", default="All rights reserved", help="licence of the weights")
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    parser.add_argument(
        "--threads", type=int, default=0, help="that train; 0: those the run began with, else torch's choice"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--print-config", action="store_true", help="print the configuration as TOML and stop")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on training."""
    check_counts(arguments)
    config = _config(arguments)
    if arguments.print_config:
        print(toml_text(config), end="")
        return 0
    if arguments.pool is None or arguments.output is None:
        raise ConfigurationError("Expected --pool and -o, got only one or none of them; name both folders.")
    training, provenance = _opened(arguments.pool / "train", config, config.seed)
    held_out, _ = _opened(arguments.pool / "held", config, config.seed + 1)
    with joined_processes(arguments.device) as (processes, device), stopping_kindly() as stop:
        trainer = Trainer(
            config,
            arguments.output,
            training=training,
            held_out=held_out,
            provenance=_provenance(arguments, config, provenance),
            workers=arguments.workers,
            device=device,
            processes=processes,
            threads=arguments.threads or None,
        )
        shown = {"loss": "loss", "validation/mse": "held-out mse"}
        progress = Progress(config.total_steps, trainer.step, shown, label="train", is_shown=processes.leads)
        weights = trainer.run(progress, stop)
        progress.close()
    progress.tell()
    if processes.leads and trainer.step < config.total_steps:
        print(f"Stopped after step {trainer.step} of {config.total_steps}; the same command goes on from there.")
    if processes.leads:
        print(f"{weights}: try it with `lfpnet matte PLATE TRIMAP --weights {weights} -o OUT.exr`")
    return 0


def _config(arguments: argparse.Namespace) -> TrainingConfig:
    """The file or the preset, with what the options change; a network without --config or --preset is the weights'."""
    if arguments.steps < 1:
        raise ConfigurationError(f"Expected --steps of at least 1, got {arguments.steps}; raise it.")
    if arguments.config is not None:
        config = TrainingConfig.of_file(arguments.config)
    else:
        network = read_checkpoint(arguments.weights).config if arguments.weights else None
        preset = arguments.preset or (network.preset if network else "lfpnet-compact")
        config = TrainingConfig.of_preset(preset, steps=arguments.steps, stages=arguments.stages)
        if network is not None and arguments.preset is None:
            config = replace(config, network=network)
    changes = {"weights": str(arguments.weights) if arguments.weights else None, "precision": arguments.precision}
    return replace(config, **{name: value for name, value in changes.items() if value is not None})


def _provenance(arguments: argparse.Namespace, config: TrainingConfig, data: dict[str, Any]) -> Provenance:
    """What is stored with the weights; those that the run started from are named."""
    facts: dict[str, Any] = {"data": data}
    if config.weights and Path(config.weights).is_file():
        facts["started from"] = read_checkpoint(Path(config.weights)).provenance.name
    return Provenance(arguments.name, arguments.licence, "lfpnet " + " ".join(sys.argv[1:]), facts)


def _opened(folder: Path, config: TrainingConfig, seed: int) -> tuple[StreamOf, dict[str, Any]]:
    """Samples of any inner size out of scenes or a pool, and where they come from."""
    if (folder / "scenes.json").is_file():
        if config.chances != SampleChances():
            raise ConfigurationError(
                f"Expected the usual chances for the scenes in {folder}, which were augmented when they were made, got "
                "others; remove [chances] or train on a pool."
            )
        provenance = read_provenance(folder)
        return lambda inner_size: SceneStream(folder, inner_size, seed), provenance
    pool = open_pool(folder)
    look = {"chances": config.chances, "radii": config.trimap_radii}
    return lambda inner_size: SampleStream(pool, inner_size, seed, **look), pool.provenance
