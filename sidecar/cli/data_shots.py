"""`lfpnet data shots`: test shots with truth, to judge mattes over time."""

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.evaluation.shots import SHOT_NAMES, write_shot


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    shots = subparsers.add_parser(
        "shots",
        help="render test shots with exact alpha, foreground, background and motion",
        description="Render test shots of the built-in benchmark's subjects: DIR/NAME/plate, alpha, fg, bg, trimap, "
        "roto, roto_trimap and motion, as `lfpnet evaluate --dataset DIR/NAME` reads them.",
    )
    shots.add_argument("--to", type=Path, required=True, metavar="DIR")
    shots.add_argument("--shots", default=",".join(SHOT_NAMES), metavar="LIST", help="default: %(default)s")
    shots.add_argument(
        "--count", type=int, default=33, metavar="FRAMES", help="frames of a shot; flutter has 9 at most"
    )
    shots.add_argument("--size", type=int, nargs=2, default=(768, 432), metavar=("WIDTH", "HEIGHT"))
    shots.add_argument("--seed", type=int, default=1)
    shots.set_defaults(run=render_shots)


#: Flutter is slow to draw, and a stress test that needs few frames.
_FLUTTER_FRAMES = 9


def render_shots(arguments: argparse.Namespace) -> int:
    """Render them, one after another."""
    width, height = arguments.size
    for name in dict.fromkeys(part.strip() for part in arguments.shots.split(",")):
        count = min(arguments.count, _FLUTTER_FRAMES) if name == "flutter" else arguments.count
        with tqdm(total=count, desc=name, unit="frame", leave=False) as bar:
            write_shot(
                arguments.to / name,
                name,
                frames=count,
                height=height,
                width=width,
                seed=arguments.seed,
                progress=partial(_advance, bar),
            )
        print(f"{arguments.to / name}: {count} frames from 1001 on")
    return 0


def _advance(bar: Any, _: int) -> None:
    bar.update()
