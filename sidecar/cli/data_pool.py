"""`lfpnet data pool`: foregrounds drawn and gathered, photographs, split into a part to train on and one held out."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from lfpnet.data.backgrounds import split_backgrounds
from lfpnet.data.foreground_files import CheckedFile, check_foregrounds, find_foregrounds, split_foregrounds
from lfpnet.data.pool import build_pool
from lfpnet.errors import ConfigurationError
from sidecar.cli.progress_bar import advancing

_HELD_OUT_SEED = 1_000_000


def add_parser(commands: Any) -> None:
    """Add the command beside the others of `lfpnet data`."""
    parser = commands.add_parser("pool", help="draw and gather foregrounds and backgrounds, for training and held out")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="gets the folders train and held")
    parser.add_argument("--count", type=int, default=3000, help="foregrounds to draw for training")
    parser.add_argument("--held-out", type=int, default=200, help="foregrounds to draw for validation, of other seeds")
    parser.add_argument("--backgrounds", type=Path, metavar="DIR", help="what `lfpnet data backgrounds` fetched")
    parser.add_argument(
        "--foregrounds",
        type=Path,
        nargs="+",
        default=[],
        metavar="DIR",
        help="with RGBA pictures (of `lfpnet data render` or your own), or with folders fg and alpha, or shots",
    )
    parser.add_argument("--premultiplied", action="store_true", help="their colours are multiplied by alpha")
    parser.add_argument(
        "--share", type=float, metavar="0..1", help="how much of the samples they are to be (default: as their number)"
    )
    parser.add_argument("--skip-unreadable", action="store_true", help="say which of them cannot be used and go on")
    parser.add_argument("--size", type=int, default=512, help="side of a foreground in pixels")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.set_defaults(run=make_pool)


def make_pool(arguments: argparse.Namespace) -> int:
    """Make both parts; photographs and gathered foregrounds are split between them."""
    if arguments.share is not None and not arguments.foregrounds:
        raise ConfigurationError("Expected --foregrounds with --share, got none; name their folders or leave it out.")
    backgrounds = split_backgrounds(_photographs(arguments.backgrounds))
    foregrounds = split_foregrounds(_foregrounds(arguments))
    counts = (arguments.count, arguments.held_out)
    for name, part in (("train", 0), ("held", 1)):
        with tqdm(total=counts[part] + len(foregrounds[part]), desc=name) as bar:
            build_pool(
                arguments.to / name,
                counts[part],
                arguments.seed + part * _HELD_OUT_SEED,
                backgrounds=backgrounds[part],
                foregrounds=foregrounds[part],
                share=arguments.share,
                size=arguments.size,
                workers=arguments.workers,
                progress=advancing(bar),
            )
    if arguments.foregrounds:
        print(f"{len(foregrounds[0])} gathered foregrounds to train on, {len(foregrounds[1])} held out")
    print(f"pool in {arguments.to}: look at it with `lfpnet data preview {arguments.to / 'train'} -o sheet.png`")
    return 0


def _foregrounds(arguments: argparse.Namespace) -> list[CheckedFile]:
    """Every foreground of the folders, read once."""
    found = [
        file
        for folder in arguments.foregrounds
        for file in find_foregrounds(folder, is_premultiplied=arguments.premultiplied)
    ]
    if not found:
        return []

    def skip(sentence: str) -> None:
        print(f"lfpnet: left out: {sentence}", file=sys.stderr)

    with tqdm(total=len(found), desc="read") as bar:
        usable = check_foregrounds(
            found,
            workers=arguments.workers,
            on_skip=skip if arguments.skip_unreadable else None,
            progress=advancing(bar),
        )
    suspects = [checked.file.name for checked in usable if checked.looks_premultiplied]
    if suspects:
        print(
            f"lfpnet: {len(suspects)} foregrounds are as dark as their alpha where they are thin ({suspects[0]} "
            "first): say --premultiplied if that is how they are stored.",
            file=sys.stderr,
        )
    return usable


def _photographs(folder: Path | None) -> list[Path]:
    """Every picture of a folder, by name."""
    if folder is None:
        return []
    if not folder.is_dir():
        raise ConfigurationError(
            f"Expected a folder of photographs at {folder}, got none; fetch them with `lfpnet data backgrounds`."
        )
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
