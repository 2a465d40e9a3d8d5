"""The options that say where a trimap comes from, shared by `lfpnet matte` and `lfpnet trimap`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from lfpnet.errors import ConfigurationError
from lfpnet.images import Plate, align, read_mask
from lfpnet.trimap import from_core_and_edge, from_grey, from_soft_roto, with_solid
from lfpnet.trimap.shapes import read_shapes
from lfpnet.types import AlphaPixels, TrimapPixels


def add_trimap_options(parser: argparse.ArgumentParser) -> None:
    """Add what makes a trimap: a trimap, a roto with a band, core and edge, or shapes."""
    parser.add_argument(
        "trimap",
        nargs="?",
        type=Path,
        metavar="TRIMAP_OR_ROTO",
        help="a trimap (black, grey, white); with --band one roto matte; or roto shapes in JSON",
    )
    parser.add_argument("--core", type=Path, help="matte of what is surely foreground")
    parser.add_argument("--edge", type=Path, help="matte of the region that holds every edge")
    parser.add_argument(
        "--band",
        nargs="+",
        type=float,
        metavar="PIXELS",
        help="take the roto's border as unknown: inner and outer band in pixels, or one number for both",
    )
    parser.add_argument(
        "--solid",
        type=Path,
        metavar="MASK",
        help="mask or strokes of what is solid inside: foreground whatever the trimap says, but where --edge is set",
    )
    parser.add_argument("--channel", help="channel of all mask files, for example A or matte.V")


def make_trimap(
    arguments: argparse.Namespace, plate: Plate, say: Callable[[str], None] = lambda _note: None
) -> TrimapPixels:
    """The trimap that the options describe, on the plate's pixels.

    Args:
        arguments: as parsed.
        plate: what it is for.
        say: takes what a user should know of how the masks were read, such as the channel that was chosen.

    Raises:
        ConfigurationError: the options contradict each other.
        InputError: a file cannot be used.
    """

    def read(path: Path) -> AlphaPixels:
        mask = read_mask(path, channel=arguments.channel)
        for note in mask.notes:
            say(note)
        return align(mask, plate)

    trimap = _trimap_without_solid(arguments, plate, read)
    if arguments.solid is None:
        return trimap
    edge = None if arguments.edge is None else read(arguments.edge)
    return with_solid(trimap, read(arguments.solid), edge=edge)


def _trimap_without_solid(
    arguments: argparse.Namespace, plate: Plate, read: Callable[[Path], AlphaPixels]
) -> TrimapPixels:
    has_pair = arguments.core is not None or arguments.edge is not None
    if has_pair == (arguments.trimap is not None):
        raise ConfigurationError(
            f"Expected either TRIMAP_OR_ROTO or --core and --edge, got {'both' if has_pair else 'neither'}; give one."
        )
    if arguments.core is not None and arguments.edge is not None:
        return from_core_and_edge(read(arguments.core), read(arguments.edge))
    if has_pair:
        missing = "--edge" if arguments.edge is None else "--core"
        raise ConfigurationError(f"Expected --core and --edge together, got no {missing}; add it.")
    if arguments.trimap.suffix.lower() == ".json":
        return _from_shapes(arguments.trimap, plate)
    given = read(arguments.trimap)
    if arguments.band is None:
        return from_grey(given)
    if len(arguments.band) > 2:
        raise ConfigurationError(
            f"Expected one or two numbers after --band, got {len(arguments.band)}; give inner and outer."
        )
    return from_soft_roto(given, inner_pixels=arguments.band[0], outer_pixels=arguments.band[-1])


def _from_shapes(path: Path, plate: Plate) -> TrimapPixels:
    """Shapes are drawn on the plate's pixels."""
    height, width = plate.pixels.shape[:2]
    core, edge = read_shapes(path).rasterise(height, width)
    return from_core_and_edge(core, edge)
