"""`lfpnet carry`: trimaps on a few key frames, carried to every frame between and beyond them."""

import argparse
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from lfpnet.colour import display_encode
from lfpnet.errors import ConfigurationError, ImageFileError, OutputError
from lfpnet.images import Plate, read_plate, write_mask
from lfpnet.temporal import CarriedTrimap, carry
from lfpnet.temporal.flow import plate_grey
from lfpnet.types import TrimapPixels
from sidecar.cli.trimap_options import add_trimap_options, make_trimap
from sidecar.shots.errors import ShotError
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.shots.pattern import FramePattern

#: Closures in pixels above which an interval is marked: a key is needed, or worth a look.
RED_ABOVE, YELLOW_ABOVE = 6.0, 3.0
_FILES = ("trimap", "core", "edge")


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "carry",
        description="Carry trimaps, rotos or core and edge mattes drawn on a few keys to every frame of a plate, and "
        "say between which keys one more is needed. Names hold #### or %%04d.",
    )
    parser.add_argument("plate", type=Path, metavar="PLATE.####", help="the plate")
    add_trimap_options(parser)
    parser.add_argument("--keys", required=True, metavar="LIST", help="frames that are drawn, for example 1001,1017")
    parser.add_argument("--frames", metavar="RANGE", help="frames wanted; default: all of the plate")
    parser.add_argument("--layer", help="layer of the plate's EXR")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="TRIMAP.####", help="PNG or EXR to write")
    parser.add_argument("--report", type=Path, metavar="JSON", help="write closures and marks")
    parser.add_argument("--json", action="store_true", help="print the report instead of sentences")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry, interval by interval; only one interval's frames are held at a time."""
    plates, output, keys, frames = _asked(arguments)
    closures: dict[int, float | None] = {}
    marks = []
    for first, last in _intervals(keys, frames):
        carried = _carry_interval(arguments, plates, first, last, keys)
        for number, made in carried.items():
            if number in frames:
                write_mask(output.path(number), made[0].trimap, made[1])
                closures[number] = made[0].closure
        if first in keys and last in keys and first != last:
            marks.append(_mark(first, last, [made[0].closure or 0.0 for made in carried.values()]))
    report = {"keys": keys, "intervals": marks, "closures": closures}
    if arguments.report is not None:
        try:
            arguments.report.write_text(json.dumps(report, indent=1), encoding="utf-8")
        except OSError as error:
            raise OutputError(f"{arguments.report} cannot be written ({error}); choose another.") from error
    if arguments.json:
        print(json.dumps(report))
        return 0
    print(f"{output.text}: {len(closures)} frames from keys {format_frames(keys)}")
    for mark in marks:
        if mark["mark"] != "green":
            needed = "needs a key" if mark["mark"] == "red" else "may need a key"
            print(f"{mark['mark']}: {mark['first']}-{mark['last']} {needed}, closure {mark['closure']} px; draw frame "
                  f"{mark['draw']}")  # fmt: skip
    return 0


def _asked(arguments: argparse.Namespace) -> tuple[FramePattern, FramePattern, list[int], set[int]]:
    """Names, keys and frames, checked before anything is computed."""
    try:
        plates, output = FramePattern(str(arguments.plate)), FramePattern(str(arguments.output))
        keys = parse_frames(arguments.keys)
        frames = set(parse_frames(arguments.frames)) if arguments.frames else set(plates.frames())
        drawn = [FramePattern(str(path)) for role in _FILES if (path := getattr(arguments, role)) is not None]
    except ShotError as error:
        raise ConfigurationError(str(error)) from error
    if not plates.is_sequence or not output.is_sequence:
        raise ConfigurationError("Expected #### or %04d in PLATE and -o, got a name without; add it.")
    if any(output.text == pattern.text for pattern in (plates, *drawn)):
        raise OutputError(f"{output.text} is what is read and will not be overwritten; choose another name for -o.")
    if not frames:
        raise ImageFileError(f"Expected frames of {plates.text}, got none on disk; check the name.")
    for pattern in drawn:
        if absent := [key for key in keys if not pattern.path(key).is_file()]:
            raise ImageFileError(f"Expected a key on {format_frames(absent)} in {pattern.text}, got none; draw it.")
    span = range(min(*frames, *keys), max(*frames, *keys) + 1)
    if absent := [number for number in span if not plates.path(number).is_file()]:
        raise ImageFileError(
            f"Expected every frame of the plate from {span[0]} to {span[-1]}, got none of {format_frames(absent)}; "
            "motion cannot be followed across a gap: render them, or carry each side by its own keys."
        )
    if not output.path(min(frames)).parent.is_dir():
        raise OutputError(f"Expected a folder for {output.text}, got none; make it first.")
    return plates, output, keys, frames


def _intervals(keys: list[int], frames: set[int]) -> list[tuple[int, int]]:
    """Stretches with a key on one end or on both that hold a wanted frame."""
    first, last = min(*frames, keys[0]), max(*frames, keys[-1])
    ends = sorted({first, *keys, last})
    stretches = list(pairwise(ends)) or [(ends[0], ends[0])]
    return [(start, end) for start, end in stretches if any(start <= number <= end for number in frames)]


def _carry_interval(
    arguments: argparse.Namespace, plates: FramePattern, first: int, last: int, keys: list[int]
) -> dict[int, tuple[CarriedTrimap, Plate]]:
    """Every frame of one interval."""
    grey, windows, drawn = [], {}, {}
    for number in range(first, last + 1):
        plate = read_plate(plates.path(number), layer=arguments.layer)
        grey.append(plate_grey(display_encode(plate.pixels) if plate.is_linear else plate.pixels))
        if number in keys:
            drawn[number] = _drawn(arguments, number, plate)
        windows[number] = replace(plate, pixels=plate.pixels[:0])  # windows and header stay, a plate is large
    carried = carry(grey, drawn.get(first), drawn.get(last) if last != first else None)
    return {number: (made, windows[number]) for number, made in zip(windows, carried, strict=True)}


def _drawn(arguments: argparse.Namespace, number: int, plate: Plate) -> TrimapPixels:
    """The trimap of a key as its options say."""
    named = {role: getattr(arguments, role) for role in _FILES}
    paths = {role: FramePattern(str(path)).path(number) for role, path in named.items() if path is not None}
    return make_trimap(argparse.Namespace(**{**vars(arguments), **paths}), plate)


def _mark(first: int, last: int, closures: list[float]) -> dict[str, Any]:
    """What is to be said of an interval between two keys."""
    worst = max(closures)
    colour = "red" if worst > RED_ABOVE else "yellow" if worst > YELLOW_ABOVE else "green"
    return {"first": first, "last": last, "closure": round(worst, 2), "mark": colour, "draw": (first + last) // 2}
