"""`lfpnet weights`: what a weights file is, and how a published checkpoint becomes one."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lfpnet.atomic_file import atomic_file
from lfpnet.errors import InputError
from lfpnet.model.checkpoint import read_checkpoint, save_checkpoint
from lfpnet.model.published import import_published
from lfpnet.weights import default_weights
from sidecar.cli.outputs import check_outputs


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser("weights")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    info = commands.add_parser("info", help="configuration, provenance and licence of a file")
    info.add_argument("file", type=Path, nargs="?", help="default: the weights of the package")
    info.add_argument("--json", action="store_true")
    info.set_defaults(run=show)
    card = commands.add_parser("card", help="write the facts of a model card: provenance, photographs, figures")
    card.add_argument("file", type=Path, metavar="FILE")
    card.add_argument("--figures", type=Path, nargs="*", default=[], help="figures.json of `lfpnet evaluate`")
    card.add_argument("-o", "--output", type=Path, required=True, metavar="CARD.md", help="keeps what is around them")
    card.set_defaults(run=write_card)
    convert = commands.add_parser("import", help="convert the authors' model.pth (non-commercial use only)")
    convert.add_argument("source", type=Path, metavar="MODEL.PTH")
    convert.add_argument("output", type=Path, metavar="OUT.safetensors")
    convert.add_argument(
        "--half", action="store_true", help="store in half precision: half the size, alpha up to 1.3 of 255 off"
    )
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
            print(f"  {name:20} {_shortened(value)}")
    return 0


def _shortened(value: Any) -> str:
    """A value on one line; long lists, such as the names of all photographs, by their length (--json has them)."""
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_shortened(inner)}" for name, inner in value.items())
    return f"{len(value)} entries" if isinstance(value, list) and len(value) > 12 else str(value)


def write_card(arguments: argparse.Namespace) -> int:
    """Put the generated facts into a card."""
    from lfpnet.data.backgrounds import background_manifest
    from lfpnet.evaluation.card import card_facts, seen_photographs, with_facts

    inputs = {arguments.file: "the weights file", **dict.fromkeys(arguments.figures, "the figures")}
    check_outputs({arguments.output: "the card"}, inputs)
    checkpoint = read_checkpoint(arguments.file)
    photographs = seen_photographs(checkpoint, background_manifest())
    runs = [_evaluation(path) for path in arguments.figures]
    facts = card_facts(checkpoint, arguments.file.stat().st_size, photographs, runs)
    path = arguments.output
    text = with_facts(path.read_text() if path.is_file() else "", facts, path)
    with atomic_file(path) as stream:
        stream.write(text.encode())
    print(f"{path}: {len(photographs)} photographs, {len(runs)} evaluations")
    return 0


def _evaluation(path: Path) -> dict[str, Any]:
    """What an evaluation wrote."""
    try:
        run = json.loads(path.read_text())
        return {"facts": run["facts"], "summary": run["summary"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"Expected figures of `lfpnet evaluate` at {path}, got '{error}'; name its figures.json."
        ) from error


def convert_published(arguments: argparse.Namespace) -> int:
    """Convert a published checkpoint."""
    check_outputs({arguments.output: "the weights to write"}, {arguments.source: "the checkpoint"})
    network, provenance = import_published(arguments.source)
    save_checkpoint(arguments.output, network, provenance, is_half=arguments.half)
    print(f"{arguments.output}: {provenance.name}. {provenance.licence}.")
    return 0
