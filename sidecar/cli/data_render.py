"""`lfpnet data render`: foregrounds by Blender's Cycles, for the pool of `lfpnet data pool`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.render import KINDS, render_foregrounds
from sidecar.cli.progress_bar import advancing


def add_parser(commands: Any) -> None:
    """Add the command beside the others of `lfpnet data`."""
    parser = commands.add_parser("render", help="render foregrounds with Blender: hair, fur, foliage, smoke, glass ...")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets straight RGBA pictures, 16 bit")
    parser.add_argument("--count", type=int, required=True, help="foregrounds in the whole set")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another set")
    parser.add_argument(
        "--blender", type=Path, default=Path("blender"), metavar="PROGRAM", help="Blender, or a Python that has bpy"
    )
    parser.add_argument("--size", type=int, default=512, help="side of a foreground in pixels")
    parser.add_argument("--kinds", default="", metavar="LIST", help=f"these in turn, of {','.join(KINDS)}")
    parser.add_argument("--alpha-samples", type=int, default=256, help="most samples of a pixel: the levels of alpha")
    parser.add_argument("--workers", type=int, default=1, help="Blenders at a time, one thread each")
    parser.set_defaults(run=render)


def render(arguments: argparse.Namespace) -> int:
    """Render what the folder lacks."""
    kinds = tuple(name.strip() for name in arguments.kinds.split(",") if name.strip())
    with tqdm(total=arguments.count, unit="foreground") as bar:
        summary = render_foregrounds(
            arguments.to,
            arguments.count,
            arguments.seed,
            blender=arguments.blender,
            size=arguments.size,
            kinds=kinds,
            alpha_samples=arguments.alpha_samples,
            workers=arguments.workers,
            progress=advancing(bar),
        )
    for sentence in summary.failures:
        print(f"lfpnet: not rendered: {sentence}", file=sys.stderr)
    print(f"{summary.rendered} foregrounds in {arguments.to}, {summary.empty} seeds with nothing in sight")
    return 2 if summary.failures else 0
