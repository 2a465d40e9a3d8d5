"""`lfpnet uninstall nuke`: take the plugin out of a Nuke folder, and nothing else."""

import argparse
from typing import Any

from sidecar.cli.install import add_place_arguments, nuke_folder_of
from sidecar.cli.nuke_folder import uninstall


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("uninstall", description="Remove what `lfpnet install` placed, and nothing else.")
    add_place_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Remove the plugin."""
    folder = nuke_folder_of(arguments)
    was_there = uninstall(folder)
    print(f"{folder}: {'the plugin is removed' if was_there else 'there was no plugin to remove'}")
    return 0
