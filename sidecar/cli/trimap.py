"""`lfpnet trimap`: make a trimap from roto, look at it, keep it."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lfpnet.colour import display_encode
from lfpnet.errors import ConfigurationError
from lfpnet.images import read_plate, write_mask, write_preview
from lfpnet.trimap import inspect, overlay
from sidecar.cli.matte_request import PICTURES
from sidecar.cli.outputs import check_outputs
from sidecar.cli.trimap_options import add_trimap_options, make_trimap


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("trimap", description="Make a trimap from roto and show it over the plate.")
    parser.add_argument("plate", type=Path, help="the plate that the trimap is for")
    add_trimap_options(parser)
    parser.add_argument("-o", "--output", type=Path, help="PNG or EXR to write")
    parser.add_argument("--preview", type=Path, metavar="PNG", help="write the trimap as colours over the plate")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make one trimap."""
    if arguments.output is None and arguments.preview is None and not arguments.json:
        raise ConfigurationError("Expected -o, --preview or --json, got none of them; say what is wanted.")
    outputs = {arguments.output: "the trimap to write", arguments.preview: "the preview"}
    inputs = {path: f"the {option}" for option in PICTURES if (path := getattr(arguments, option)) is not None}
    check_outputs({path: name for path, name in outputs.items() if path is not None}, inputs)
    plate = read_plate(arguments.plate)
    notes = list(plate.notes)
    trimap = make_trimap(arguments, plate, notes.append)
    summary = inspect(trimap, plate.pixels.shape)
    for warning in (*notes, *summary.warnings):
        print(f"lfpnet: {warning}", file=sys.stderr)
    if arguments.output is not None:
        write_mask(arguments.output, trimap, plate)
    if arguments.preview is not None:
        shown = display_encode(plate.pixels) if plate.is_linear else plate.pixels
        write_preview(arguments.preview, overlay(shown, trimap))
    if arguments.json:
        print(json.dumps({**asdict(summary), "notes": notes}))
    else:
        print(f"unknown: {summary.unknown_pixels} pixels, {summary.unknown_share:.1%} of the plate")
    return 0
