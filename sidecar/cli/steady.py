"""`lfpnet steady`: the second stage over time: mattes that were made frame by frame become steady ones.

Every result is made from the first stage's mattes alone, never from steadied ones, and from the same frames whatever
range is asked for: so chunks of a farm, restarts and any order of frames give the same bytes.
"""

import argparse
import json
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lfpnet.colour import display_encode, to_linear
from lfpnet.errors import ConfigurationError, ImageFileError, OutputError
from lfpnet.images import Plate, read_mask, read_plate, write_matte
from lfpnet.temporal import CUT_ABOVE, STRENGTHS, SteadyReport, TimedMatte, change_between, steady
from lfpnet.types import Matte
from sidecar.cli.matte_task import depth_of
from sidecar.cli.trimap_options import add_trimap_options, make_trimap
from sidecar.shots.errors import ShotError
from sidecar.shots.fingerprint import file_fingerprint
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.shots.identity import command_line_owner
from sidecar.shots.ownership import check_owner
from sidecar.shots.pattern import FramePattern
from sidecar.shots.record import FrameRecord, FrameState, frame_state, write_record

_TRIMAP_FILES = ("trimap", "core", "edge")
#: Rises whenever the same inputs give another result.
_METHOD = 1


def add_parser(subparsers: Any) -> None:
    """Add the sub-command."""
    parser = subparsers.add_parser(
        "steady",
        description="Steady mattes that `lfpnet matte --frames` made, from the frames around each; names hold #### or "
        "%%04d. Mattes of neighbours that are not there are done without.",
    )
    parser.add_argument("plate", type=Path, metavar="PLATE.####")
    add_trimap_options(parser)
    parser.add_argument("--mattes", type=Path, required=True, metavar="MATTE.####", help="made frame by frame")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="STEADY.####", help="EXR to write")
    parser.add_argument("--frames", required=True, metavar="RANGE", help="for example 1001-1033; done ones are kept")
    parser.add_argument("--strength", type=int, choices=STRENGTHS[1:], default=1, help="frames on each side")
    parser.add_argument(
        "--cuts", default="auto", metavar="LIST", help="first frames of new shots, none, or auto: found (the default)"
    )
    parser.add_argument("--layer", help="layer of the plate's EXR")
    parser.add_argument("--depth", choices=("auto", "half", "float"), default="auto", help="of the EXR")
    parser.add_argument("--layer-names", choices=("plain", "nuke"), default="plain", help="of the mattes and results")
    parser.add_argument("--force", action="store_true", help="make every frame again")
    parser.add_argument("--json", action="store_true", help="print a JSON line for every frame")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Steady every frame of the range that is not done."""
    shot = _Shot(asked)
    for number in shot.frames:
        around = shot.neighbours(number)
        if not asked.force and shot.state(number, around) is FrameState.DONE:
            _tell(asked, number, "kept", f"done, kept {shot.output.path(number)}", {})
            continue
        report = shot.make(number, around)
        facts = {"neighbours_used": around, **asdict(report)}
        lowered = f", lowered on {report.lowered_share:.0%} of the edge" if report.lowered_share > 0.1 else ""
        _tell(asked, number, "made", f"{shot.output.path(number)} with frames {around or 'none'}{lowered}", facts)
    return 0


def _tell(asked: argparse.Namespace, number: int, state: str, sentence: str, facts: dict[str, Any]) -> None:
    print(json.dumps({"frame": number, "state": state, **facts}) if asked.json else f"frame {number}: {sentence}",
          flush=True)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Frame:
    """What was read of one frame."""

    plate: Plate
    timed: TimedMatte


class _Shot:
    """The files of a shot; holds as many frames as one result needs."""

    def __init__(self, asked: argparse.Namespace) -> None:
        """Check names, frames and owner before anything is computed."""
        self._asked = asked
        self._read: OrderedDict[int, _Frame] = OrderedDict()
        self._changes: dict[int, float] = {}
        try:
            self._plates, self._mattes = FramePattern(str(asked.plate)), FramePattern(str(asked.mattes))
            self.output = FramePattern(str(asked.output))
            self.frames = parse_frames(asked.frames)
            named = {role: getattr(asked, role) for role in _TRIMAP_FILES}
            self._drawn = {role: FramePattern(str(path)) for role, path in named.items() if path is not None}
            is_listed = asked.cuts not in ("auto", "none")
            self._cuts = frozenset(parse_frames(asked.cuts)) if is_listed else frozenset[int]()
            self._check()
            self._owner = command_line_owner(asked.output)
            check_owner(self.output, [""], self._owner)
        except ShotError as error:
            raise ConfigurationError(str(error)) from error

    def neighbours(self, number: int) -> list[int]:
        """Frames around one in the same shot, as far as there are mattes without a gap."""
        reach, found = self._asked.strength, []
        for step in (-1, 1):
            for distance in range(1, reach + 1):
                other = number + step * distance
                if not all(pattern.path(other).is_file() for pattern in (self._plates, self._mattes)):
                    break
                if self._is_cut(max(other, other - step)):
                    break
                found.append(other)
        return sorted(found)

    def state(self, number: int, around: list[int]) -> FrameState:
        """Whether the result is there and still true."""
        return frame_state(
            self.output.path(number),
            self._inputs(number),
            self._recipe(),
            owner=self._owner,
            neighbours=self._fingerprints(around),
        )

    def make(self, number: int, around: list[int]) -> SteadyReport:
        """Make and write one result with its record."""
        frame = self._frame(number)
        depth = depth_of(self._asked.depth, frame.plate)
        paths = {role: pattern.path(number) for role, pattern in self._drawn.items()}
        trimap = make_trimap(argparse.Namespace(**{**vars(self._asked), **paths}), frame.plate)
        others = [self._frame(other).timed for other in around]
        matte, report = steady(frame.timed, trimap, others, is_half=depth == "half")
        path = self.output.path(number)
        layers = self._asked.layer_names
        write_matte(path, matte, frame.plate, depth=depth, layers=layers, trimap=trimap)
        record = FrameRecord(
            number,
            self._inputs(number),
            self._recipe(),
            facts=asdict(report),
            owner=self._owner,
            neighbours=self._fingerprints(around),
        )
        try:
            write_record(path, record)
        except OSError as error:
            raise OutputError(f"The record of {path} cannot be written ({error}); make room.") from error
        return report

    def _check(self) -> None:
        for role, pattern in {"plate": self._plates, "matte": self._mattes, **self._drawn}.items():
            if absent := [number for number in self.frames if not pattern.path(number).is_file()]:
                raise ImageFileError(
                    f"Expected a {role} for every frame, got none for {format_frames(absent)} in {pattern.text}; make "
                    "them, or leave these frames out."
                )
            if self.output.text == pattern.text:
                raise OutputError(f"{pattern.text} is read and will not be overwritten; choose another name for -o.")
        if len(self.frames) > 1 and not self.output.is_sequence:
            raise ConfigurationError("Expected #### or %04d in -o for several frames, got none; add it.")
        if not self.output.path(self.frames[0]).parent.is_dir():
            raise OutputError(f"Expected a folder for {self.output.text}, got none; make it first.")

    def _is_cut(self, number: int) -> bool:
        """Whether a new shot begins on a frame."""
        if self._asked.cuts != "auto":
            return number in self._cuts
        if number not in self._changes:
            before, after = (_display(self._frame(at).plate) for at in (number - 1, number))
            self._changes[number] = change_between(before, after)
        return self._changes[number] > CUT_ABOVE

    def _frame(self, number: int) -> _Frame:
        """One frame; the last few are kept."""
        if number not in self._read:
            plate = read_plate(self._plates.path(number), layer=self._asked.layer)
            path, prefix = self._mattes.path(number), "lfp_" if self._asked.layer_names == "nuke" else ""
            foreground, background = (read_plate(path, layer=prefix + layer).pixels for layer in ("fg", "bg"))
            matte = Matte(read_mask(path, channel="A").pixels, foreground, background)
            linear = plate.pixels if plate.is_linear else to_linear(plate.pixels)
            self._read[number] = _Frame(plate, TimedMatte(linear, matte))
            while len(self._read) > 2 * self._asked.strength + 1:
                self._read.popitem(last=False)
        self._read.move_to_end(number)
        return self._read[number]

    def _inputs(self, number: int) -> dict[str, str]:
        patterns = {"plate": self._plates, "matte": self._mattes, **self._drawn}
        return {role: file_fingerprint(pattern.path(number)) for role, pattern in patterns.items()}

    def _fingerprints(self, around: list[int]) -> dict[str, str]:
        return {
            f"{other} {role}": file_fingerprint(pattern.path(other))
            for other in around
            for role, pattern in (("plate", self._plates), ("matte", self._mattes))
        }

    def _recipe(self) -> dict[str, Any]:
        names = ("strength", "layer", "depth", "layer_names", "band", "channel")
        return {"steady": _METHOD, **{name: getattr(self._asked, name) for name in names}}


def _display(plate: Plate) -> Any:
    return display_encode(plate.pixels) if plate.is_linear else plate.pixels
