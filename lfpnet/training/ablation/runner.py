"""Trains every variant that some tables need, judges it, and writes what is known after each."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path

import torch

from lfpnet.atomic_file import atomic_file
from lfpnet.data.pool import Pool
from lfpnet.data.samples import SampleStream, TrainingSample
from lfpnet.errors import ConfigurationError, OutputError
from lfpnet.model.checkpoint import Provenance, load_network
from lfpnet.training.ablation.judge import judge
from lfpnet.training.ablation.narrow import NarrowedContext
from lfpnet.training.ablation.options import AblationOptions
from lfpnet.training.ablation.results import Result, markdown, read_results, write_results
from lfpnet.training.ablation.variants import Row, Variant, rows_of
from lfpnet.training.batches import StreamOf
from lfpnet.training.loop import Trainer

#: Another stream of held-out scenes than any seed of training.
_SCENE_SEED = 7001


def run_ablation(
    folder: Path,
    tables: Sequence[int],
    options: AblationOptions,
    *,
    training: Pool,
    held_out: Pool,
    workers: int = 0,
    device: torch.device | None = None,
    progress: Callable[[str, int, dict[str, float]], None] | None = None,
    is_stopped: Callable[[], bool] | None = None,
) -> list[Result]:
    """Run some tables; a folder that holds a part of them is continued.

    Args:
        folder: gets `ablation.json` (results), `ablation.md` (tables) and a folder for every training.
        tables: of 3, 4 and 5.
        options: the scale.
        training: pool to learn from.
        held_out: pool to judge by.
        workers: processes that make samples.
        device: where to compute.
        progress: told the training, its step and its numbers.
        is_stopped: asked after every step; what is done is kept.

    Returns:
        Results of every row with every seed so far.

    Raises:
        ConfigurationError: the folder holds an ablation at another scale, or there is no such table.
        OutputError: the folder cannot be written.
    """
    rows = rows_of(tables)
    _remember(folder, options)
    results: list[Result] = []
    scenes = _scenes(held_out, options)
    for seed, variant in product(options.seeds, dict.fromkeys(row.variant for row in rows)):
        label = f"{variant.name}-seed-{seed}"
        trainer = Trainer(
            options.config(variant, seed),
            folder / label,
            training=_streams(training, variant, seed),
            held_out=_streams(held_out, variant, _SCENE_SEED + 1),
            provenance=Provenance(label, "All rights reserved", "lfpnet ablate"),
            workers=workers,
            device=device,
        )
        if trainer.step < options.steps:
            trainer.run(partial(progress, label) if progress is not None else None, is_stopped)
        if trainer.step < options.steps:
            return results
        asked = [row for row in rows if row.variant == variant]
        results += _judged(folder / label, asked, trainer, scenes, options)
        write_results(folder / "ablation.json", results)
    with atomic_file(folder / "ablation.md") as stream:
        stream.write(markdown(results, options).encode())
    return results


def _judged(
    folder: Path, rows: Sequence[Row], trainer: Trainer, scenes: Sequence[TrainingSample], options: AblationOptions
) -> list[Result]:
    """Results of the rows that one training serves; those measured before are read."""
    known = read_results(folder / "figures.json")
    network, _ = load_network(folder / "weights.safetensors")
    network.to(trainer.device)
    parameters = sum(value.numel() for value in network.parameters())
    for row in rows:
        if any((one.table, one.label) == (row.table, row.label) for one in known):
            continue
        same = [one for one in known if _inner(one) == row.inner]
        side = round(row.inner * options.inner_size)
        figures = same[0].figures if same else judge(network, scenes, side, row.variant.context)
        samples = trainer.config.samples_before(trainer.step)
        seconds = round(trainer.seconds, 1)
        names = row.table, row.label, row.variant.name, trainer.config.seed
        known.append(Result(*names, figures, seconds, samples, parameters))
        write_results(folder / "figures.json", known)
    return [one for one in known if any((one.table, one.label) == (row.table, row.label) for row in rows)]


def _inner(result: Result) -> float:
    """Inner patch of a row that has been measured, in sides of those of training."""
    return next(row.inner for row in rows_of([result.table]) if row.label == result.label)


def _streams(pool: Pool, variant: Variant, seed: int) -> StreamOf:
    """Samples of the pool, narrowed as the variant has it."""
    return lambda inner_size: NarrowedContext(SampleStream(pool, inner_size, seed), variant.context)


def _scenes(pool: Pool, options: AblationOptions) -> list[TrainingSample]:
    """The held-out scenes, the same for every variant and seed."""
    stream = SampleStream(pool, 2 * options.inner_size, _SCENE_SEED)
    return [stream.sample(index) for index in range(options.scenes)]


def _remember(folder: Path, options: AblationOptions) -> None:
    """Keep the scale with the results, and refuse to mix two."""
    path, text = folder / "options.json", json.dumps(options.to_dict(), indent=1)
    if path.is_file() and path.read_text() != text:
        raise ConfigurationError(
            f"Expected the scale that {folder} was started with, got another one; choose a new folder or the same "
            "options as before."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"Expected to make the folder {folder}, got '{error}'; choose another.") from error
    with atomic_file(path) as stream:
        stream.write(text.encode())
