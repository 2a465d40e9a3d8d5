"""The files of a range of frames: which are named, which are there, and which must not be written."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lfpnet.errors import ConfigurationError, ImageFileError
from sidecar.cli.matte_request import PICTURES
from sidecar.cli.outputs import check_matte_name, check_outputs
from sidecar.shots.errors import ShotError
from sidecar.shots.frames import MOST_FRAMES, format_frames, parse_frames
from sidecar.shots.pattern import FramePattern
from sidecar.shots.record import record_path
from sidecar.shots.report import FrameTask


@dataclass(frozen=True)
class FrameFiles:
    """One frame of one view on disk.

    Attributes:
        task: the frame and its result.
        pictures: option (`plate`, `trimap`, ...) -> file.
        missing: the options whose files are not there.
    """

    task: FrameTask
    pictures: Mapping[str, Path]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class RangeFiles:
    """Every frame of a range.

    Attributes:
        frames: view by view, in rising order.
        views: their names, or one nothing.
        output: pattern of the results.
        stills: options whose one file serves every frame.
    """

    frames: tuple[FrameFiles, ...]
    views: tuple[str, ...]
    output: FramePattern
    stills: Mapping[str, Path]


def sequence_problem(asked: argparse.Namespace) -> str:
    """Why a single matte cannot be made of names of a sequence; nothing where they are files."""
    for option in ("plate", *PICTURES[1:]):
        path = getattr(asked, option)
        if path is None or path.exists():
            continue
        try:
            pattern = FramePattern(str(path))
        except ShotError as error:
            return str(error)
        if pattern.is_sequence:
            on_disk = format_frames(pattern.frames()) or "1001-1010"
            return f"Expected one file as {option}, got the sequence {path}; add --frames {on_disk}."
    return ""


def find_files(asked: argparse.Namespace) -> RangeFiles:
    """Find every frame with its files; nothing is written or read.

    Raises:
        ConfigurationError: the range or a name cannot be.
        ImageFileError: pictures are missing, and neither --skip-missing nor --keep-going was given.
        OutputError: an output is an input or cannot be written.
    """
    views = tuple(view.strip() for view in asked.views.split(",")) if asked.views else ("",)
    try:
        patterns = {option: _pattern(path) for option in PICTURES if (path := getattr(asked, option))}
        output = FramePattern(str(asked.output))
        numbers = _numbers(asked.frames, patterns["plate"])
    except ShotError as error:
        raise ConfigurationError(str(error)) from error
    _check_names(output, numbers, views)
    frames = []
    for view in views:
        for number in numbers:
            pictures = {option: pattern.path(number, view) for option, pattern in patterns.items()}
            missing = tuple(option for option, path in pictures.items() if not path.is_file())
            frames.append(FrameFiles(FrameTask(number, view, output.path(number, view)), pictures, missing))
    if not (asked.skip_missing or asked.keep_going):
        _refuse_gaps(frames, patterns)
    _check_files(frames, asked)
    stills = {
        option: pattern.path(0) for option, pattern in patterns.items() if len(numbers) > 1 and not pattern.is_sequence
    }
    return RangeFiles(tuple(frames), views, output, stills)


def _pattern(path: Path) -> FramePattern:
    """A name that is a file is that file, even if `#` or `%` is in it."""
    return FramePattern(str(path), is_still=path.is_file())


def _numbers(text: str, plate: FramePattern) -> list[int]:
    """The frames of --frames, of which `named` stands for those that the plate's name says itself."""
    if text != NAMED:
        return parse_frames(text)
    first, last = plate.named_frames or (0, 0)
    if not 0 <= last - first < MOST_FRAMES:
        raise ShotError(f"Expected a range that rises, got [{first}-{last}]; write the lower frame first.")
    return list(range(first, last + 1))


#: --frames of a plate such as `plate.[1001-1010].exr`.
NAMED = "named"


def names_frames(plate: Path) -> bool:
    """Whether a plate's name says its frames itself, and is no file."""
    try:
        return not plate.exists() and FramePattern(str(plate)).named_frames is not None
    except ShotError:
        return False


def _check_names(output: FramePattern, numbers: Sequence[int], views: Sequence[str]) -> None:
    """Refuse names under which frames or views would overwrite each other."""
    if len(numbers) > 1 and not output.is_sequence:
        raise ConfigurationError(f"Expected #### or %04d in -o for {len(numbers)} frames, got {output.text}; add it.")
    if len(views) > 1 and "%v" not in output.text.lower():
        raise ConfigurationError(f"Expected %V or %v in -o for {len(views)} views, got {output.text}; add it.")
    check_matte_name(output.path(numbers[0], views[0]))


def _refuse_gaps(frames: Sequence[FrameFiles], patterns: Mapping[str, FramePattern]) -> None:
    for option, pattern in patterns.items():
        absent = {frame.task.frame for frame in frames if option in frame.missing}
        if absent:
            raise ImageFileError(
                f"Expected a {option} for every frame, got none for {format_frames(absent)} in {pattern.text}; render "
                "them, leave these frames out, or add --skip-missing."
            )


def _check_files(frames: Sequence[FrameFiles], asked: argparse.Namespace) -> None:
    """No picture of any frame is a result or a record of any frame."""
    inputs = {path: f"the {option}" for frame in frames for option, path in frame.pictures.items()}
    if asked.weights is not None:
        inputs[asked.weights] = "the weights file"
    outputs = {frame.task.result: f"the matte of frame {frame.task.name}" for frame in frames}
    check_outputs(outputs, inputs)
    records = [record_path(frame.task.result) for frame in frames]
    check_outputs({path: f"the record {path.name}" for path in records if path.exists()}, inputs)
