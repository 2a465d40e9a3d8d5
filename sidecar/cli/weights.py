"""`lfpnet weights`: what a weights file is, and how a published checkpoint becomes one."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lfpnet.errors import OutputError
from lfpnet.model.checkpoint import read_checkpoint, save_checkpoint
from lfpnet.model.published import import_published
from lfpnet.weights import default_weights


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("weights")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    info = commands.add_parser("info", help="configuration, provenance and licence of a file")
    info.add_argument("file", type=Path, nargs="?", help="default: the weights of the package")
    info.add_argument("--json", action="store_true")
    info.set_defaults(run=show)
    convert = commands.add_parser("import", help="convert the authors' model.pth (non-commercial use only)")
    convert.add_argument("source", type=Path, metavar="MODEL.PTH")
    convert.add_argument("output", type=Path, metavar="OUT.safetensors")
    convert.set_defaults(run=convert_published)


def show(arguments: argparse.Namespace) -> int:
    """Print what a weights file says of itself."""
    path = arguments.file or default_weights()
    checkpoint = read_checkpoint(path)
    facts = {
        "file": str(path),
        "bytes": path.stat().st_size,
        "parameters": sum(tensor.numel() for tensor in checkpoint.tensors.values()),
        "configuration": checkpoint.config.to_dict(),
        "provenance": asdict(checkpoint.provenance),
    }
    if arguments.json:
        print(json.dumps(facts))
        return 0
    print(f"{checkpoint.provenance.name}  ({facts['parameters']:,} parameters, {facts['bytes'] / 1e6:.1f} MB)")
    print(f"licence       {checkpoint.provenance.licence}")
    print(f"made by       {checkpoint.provenance.made_by}")
    for title, values in (("facts", checkpoint.provenance.facts), ("configuration", checkpoint.config.to_dict())):
        print(title)
        for name, value in values.items():
            print(f"  {name:20} {value}")
    return 0


def convert_published(arguments: argparse.Namespace) -> int:
    """Convert a published checkpoint."""
    if not arguments.output.parent.is_dir():
        raise OutputError(
            f"Expected an existing folder for {arguments.output}, got none at {arguments.output.parent}; make it first."
        )
    network, provenance = import_published(arguments.source)
    save_checkpoint(arguments.output, network, provenance)
    print(f"{arguments.output}: {provenance.name}. {provenance.licence}.")
    return 0
