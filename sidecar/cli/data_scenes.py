"""`lfpnet data scenes`: composites with classical estimates, made once; training crops them many times."""

import argparse
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.pool import open_pool
from lfpnet.data.scenes import build_scenes
from lfpnet.errors import ConfigurationError


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    scenes = subparsers.add_parser(
        "scenes", help="composite whole scenes of a pool, with the classical estimates that the network takes"
    )
    scenes.add_argument("pool", type=Path, help="a folder that `lfpnet data pool` made")
    scenes.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets the folders train and held")
    scenes.add_argument("--count", type=int, default=3000, help="scenes to train on, 5.5 MB each")
    scenes.add_argument("--held-out", type=int, default=64, help="scenes to validate on, of the pool's held part")
    scenes.add_argument("--side", type=int, default=512, help="of a scene in pixels; twice the largest inner patch")
    scenes.add_argument("--seed", type=int, default=1)
    scenes.add_argument("--workers", type=int, default=1)
    scenes.set_defaults(run=make_scenes)


def make_scenes(arguments: argparse.Namespace) -> int:
    """Make both parts; what is there already is kept."""
    if arguments.workers < 1:
        raise ConfigurationError(f"Expected at least one worker, got {arguments.workers}; raise --workers.")
    for part, count in (("held", arguments.held_out), ("train", arguments.count)):
        pool = arguments.pool / part
        open_pool(pool)
        jobs = [(pool, arguments.to / part, number, arguments.seed, arguments.side) for number in range(count)]
        _make(jobs[:1])  # the first one alone: it writes the provenance
        with tqdm(total=count, desc=part, initial=min(1, count)) as bar:
            if arguments.workers == 1:
                for job in jobs[1:]:
                    _make([job])
                    bar.update()
                continue
            with get_context("spawn").Pool(arguments.workers) as processes:
                for _ in processes.imap_unordered(_make, [[job] for job in jobs[1:]], chunksize=8):
                    bar.update()
    print(f"scenes in {arguments.to}: train on them with `lfpnet train --pool {arguments.to} -o RUN`")
    return 0


def _make(jobs: list[tuple[Path, Path, int, int, int]]) -> None:
    """Make scenes, one call a process."""
    for pool, folder, number, seed, side in jobs:
        build_scenes(folder, open_pool(pool), 1, seed, side=side, first=number)
