"""`lfpnet data synthesize`: drawn foregrounds as files."""

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.procedural import GENERATORS
from lfpnet.data.synthesize import synthesize_foregrounds
from sidecar.cli.progress_bar import advancing


def add_parser(commands: Any) -> None:
    """Add the command beside the others of `lfpnet data`."""
    parser = commands.add_parser("synthesize", help="draw foregrounds into files: hair, fur, nets, leaves, smoke ...")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets straight RGBA pictures, 16 bit")
    parser.add_argument("--count", type=int, required=True, help="foregrounds in the whole set")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another set")
    parser.add_argument("--size", type=int, default=512, help="side of a foreground in pixels")
    parser.add_argument("--kinds", default="", metavar="LIST", help=f"these in turn, of {','.join(GENERATORS)}")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw")
    parser.set_defaults(run=synthesize)


def synthesize(arguments: argparse.Namespace) -> int:
    """Draw what the folder lacks."""
    kinds = tuple(name.strip() for name in arguments.kinds.split(",") if name.strip())
    with tqdm(total=arguments.count, unit="foreground") as bar:
        there = synthesize_foregrounds(
            arguments.to,
            arguments.count,
            arguments.seed,
            size=arguments.size,
            kinds=kinds,
            workers=arguments.workers,
            progress=advancing(bar),
        )
    print(f"{there} foregrounds in {arguments.to}, {arguments.count - there} seeds with nothing in sight")
    return 0
