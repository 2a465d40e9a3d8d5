"""`lfpnet matte --frames`: a range of frames through the sidecar, resumed where it stopped.

Every result has a record of what it was made of (`sidecar.shots.record`), which tells done frames from stale ones.
"""

import argparse
import json
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lfpnet.errors import CancelledError, ConfigurationError, ImageFileError, LfpnetError, OutputError, WeightsError
from lfpnet.images import read_plate
from lfpnet.trimap import inspect
from lfpnet.weights.folder import user_models_folder
from sidecar.cli.connection import connect
from sidecar.cli.matte_remote import RESTARTS, cancel, check_options, submit, write_result
from sidecar.cli.matte_task import Clock, MatteTask, depth_of
from sidecar.cli.trimap_options import make_trimap
from sidecar.client import Client, Job
from sidecar.shots.errors import ShotError
from sidecar.shots.fingerprint import file_fingerprint
from sidecar.shots.frames import format_frames, parse_frames
from sidecar.shots.pattern import FramePattern
from sidecar.shots.record import FrameRecord, FrameState, frame_state, write_record
from sidecar.wire.errors import SidecarError

#: Frames sent ahead, so that the sidecar reads the next one while it computes.
FRAMES_AHEAD = 2
#: Options that name files, by their role in a record.
_FILES = ("plate", "trimap", "core", "edge")


@dataclass(frozen=True)
class Frame:
    """One frame of one view.

    Attributes:
        number: of the frame.
        view: its name, or nothing.
        arguments: those of `lfpnet matte`, with the names of this frame's files.
        state: what is to be done.
    """

    number: int
    view: str
    arguments: argparse.Namespace
    state: FrameState


class Teller:
    """Says what becomes of every frame: sentences, JSON lines, or what OpenJD reads."""

    def __init__(self, arguments: argparse.Namespace, total: int) -> None:
        """Begin with none of `total` frames."""
        self._is_json, self._is_openjd = arguments.json, arguments.progress == "openjd"
        self._done, self._total = 0, total

    def tell(self, frame: Frame, what: str, **more: Any) -> None:
        """Tell the end of one frame."""
        self._done += 1
        name = f"{frame.number} {frame.view}".strip()
        if self._is_json:
            about = {"frame": frame.number, "view": frame.view, "output": str(frame.arguments.output), "state": what}
            print(json.dumps({**about, **more}), flush=True)
            return
        sentence = f"frame {name}: {more.get('sentence', what)}"
        print(sentence, file=sys.stderr if what == "failed" else sys.stdout, flush=True)
        if self._is_openjd:
            print(f"openjd_status: {sentence}", flush=True)
            print(f"openjd_progress: {100 * self._done / max(1, self._total):.1f}", flush=True)


def matte_frames(arguments: argparse.Namespace) -> int:
    """Matte every frame of the range that is not done.

    Raises:
        LfpnetError: the range, a name or an option cannot be used, or a frame failed and --keep-going was not given.
    """
    check_options(arguments)
    frames = _frames(arguments)
    if arguments.dry_run:
        return _show(frames, is_json=arguments.json)
    wanted = [frame for frame in frames if _is_wanted(frame, arguments)]
    teller = Teller(arguments, len(frames))
    for frame in frames:
        if frame not in wanted:
            teller.tell(frame, "kept", sentence=f"{frame.state.value}, kept {frame.arguments.output}")
    if not wanted:
        return 0
    try:
        with connect(arguments, "lfpnet matte", restarts=RESTARTS) as client:
            failed = _run(client, wanted, teller, is_patient=arguments.keep_going)
    except SidecarError as error:
        raise LfpnetError(error.sentence) from error
    if failed:
        raise LfpnetError(
            f"{len(failed)} of {len(wanted)} frames failed ({format_frames(failed)}); mend what is said above and run "
            "the same command again: frames that are done are kept."
        )
    return 0


def _frames(arguments: argparse.Namespace) -> list[Frame]:
    """Every frame with its files and state; what is missing is said before anything is computed."""
    views = [view.strip() for view in arguments.views.split(",")] if arguments.views else [""]
    try:
        numbers = parse_frames(arguments.frames)
        patterns = {role: FramePattern(str(path)) for role in (*_FILES, "output") if (path := getattr(arguments, role))}
    except ShotError as error:
        raise ConfigurationError(str(error)) from error
    _check_names(arguments, patterns, numbers, views)
    named = [
        (number, view, {role: pattern.path(number, view) for role, pattern in patterns.items()})
        for view in views
        for number in numbers
    ]
    missing = {role: sorted({n for n, _, files in named if not files[role].is_file()}) for role in patterns}
    for role, absent in missing.items():
        if role != "output" and absent:
            raise ImageFileError(
                f"Expected a {role} for every frame, got none for {format_frames(absent)} in {patterns[role].text}; "
                "render them or leave these frames out."
            )
    return [
        Frame(number, view, bound, _state(bound))
        for number, view, files in named
        for bound in [argparse.Namespace(**{**vars(arguments), **files})]
    ]


def _check_names(
    arguments: argparse.Namespace, patterns: dict[str, FramePattern], numbers: Sequence[int], views: Sequence[str]
) -> None:
    """Refuse names under which frames or views would overwrite each other."""
    output = patterns["output"]
    if len(numbers) > 1 and not output.is_sequence:
        raise ConfigurationError(f"Expected #### or %04d in -o for {len(numbers)} frames, got {output.text}; add it.")
    if len(views) > 1 and "%v" not in output.text.lower():
        raise ConfigurationError(f"Expected %V or %v in -o for {len(views)} views, got {output.text}; add it.")
    if output.text == patterns["plate"].text:
        raise OutputError(f"{output.text} is the plate itself and will not be overwritten; choose another name.")
    if arguments.preview is not None:
        raise ConfigurationError("Expected no --preview with --frames, got one; preview a single frame without it.")
    for path in {output.path(numbers[0], view) for view in views}:
        if not path.parent.is_dir():
            raise OutputError(f"Expected an existing folder for {path}, got none at {path.parent}; make it first.")
        if path.suffix.lower() != ".exr":
            raise OutputError(f"Expected an output that ends in .exr, got {path.name}; name it so.")


def _state(arguments: argparse.Namespace) -> FrameState:
    return frame_state(arguments.output, _inputs(arguments), _recipe(arguments))


def _inputs(arguments: argparse.Namespace) -> dict[str, str]:
    """Fingerprint of each file of a frame."""
    return {role: file_fingerprint(path) for role in _FILES if (path := getattr(arguments, role)) is not None}


def _recipe(arguments: argparse.Namespace) -> dict[str, Any]:
    """Every option that changes the result."""
    names = ("layer", "depth", "compression", "layer_names", "band", "channel", "plan", "tile", "tta", "truncate_8bit")
    model = None if arguments.weights is None else arguments.weights.name
    used = _weights_used(model) if arguments.connect is None else {}
    return {"model": model, **used, **{name: getattr(arguments, name) for name in names}}


def _weights_used(model: str | None) -> dict[str, str]:
    """The hash of weights in the user's own folder, which may be replaced under the same name."""
    path = user_models_folder() / f"{str(model).removesuffix('.safetensors')}.safetensors"
    try:
        return {"weights": file_fingerprint(path)} if model is not None and path.is_file() else {}
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror or error}); check the file.") from error


def _is_wanted(frame: Frame, arguments: argparse.Namespace) -> bool:
    if arguments.force:
        return True
    return frame.state is FrameState.MISSING or (frame.state is FrameState.STALE and not arguments.only_missing)


def _show(frames: Sequence[Frame], *, is_json: bool) -> int:
    """Print what would be done."""
    for state in FrameState:
        numbers = sorted({frame.number for frame in frames if frame.state is state})
        if is_json:
            print(json.dumps({"state": state.value, "frames": numbers}))
        elif numbers:
            print(f"{state.value}: {format_frames(numbers)}")
    return 0


def _run(client: Client, frames: Sequence[Frame], teller: Teller, *, is_patient: bool) -> list[int]:
    """Keep a few frames with the sidecar until all are over; the numbers of those that failed."""
    failed: list[int] = []
    flying: deque[tuple[Frame, MatteTask, Job]] = deque()
    left = deque(frames)
    try:
        while left or flying:
            if left and len(flying) < FRAMES_AHEAD:
                frame = left.popleft()
                with _told(frame, teller, failed, is_patient=is_patient):
                    task = _task(frame)
                    flying.append((frame, task, submit(client, task)))
                continue
            frame, task, job = flying.popleft()
            with _told(frame, teller, failed, is_patient=is_patient):
                _finish(frame, task, job, teller)
    except BaseException:
        for _, _, job in flying:
            cancel(client, job)
        raise
    return failed


class _told:  # noqa: N801 - reads as a statement
    """Names the frame in the error of its block, and goes on with the others where that is wanted."""

    def __init__(self, frame: Frame, teller: Teller, failed: list[int], *, is_patient: bool) -> None:
        self._frame, self._teller, self._failed, self._is_patient = frame, teller, failed, is_patient

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """Tell the failure; True where it ends here."""
        if isinstance(error, SidecarError):
            sentence = error.sentence
        elif isinstance(error, LfpnetError) and not isinstance(error, CancelledError):
            sentence = str(error)
        else:
            return False
        self._failed.append(self._frame.number)
        self._teller.tell(self._frame, "failed", sentence=sentence)
        if not self._is_patient:
            raise LfpnetError(
                f"Stopped at frame {self._frame.number}: {sentence} Frames that are done are kept; --keep-going goes "
                "on with the others."
            ) from error
        return True


def _task(frame: Frame) -> MatteTask:
    """Read a frame's plate and make its trimap."""
    asked = frame.arguments
    plate = read_plate(asked.plate, layer=asked.layer)
    trimap = make_trimap(asked, plate)
    inspect(trimap, plate.pixels.shape)
    return MatteTask(asked, plate, trimap, depth_of(asked.depth, plate), Clock())


def _finish(frame: Frame, task: MatteTask, job: Job, teller: Teller) -> None:
    """Wait for a frame, write its EXR and its record."""
    asked = frame.arguments
    result = job.wait()
    write_result(result, asked.output)
    record = FrameRecord(frame.number, _inputs(asked), _recipe(asked), frame.view, facts=dict(result.facts))
    try:
        write_record(asked.output, record)
    except OSError as error:
        raise OutputError(f"The record of {asked.output} cannot be written ({error}); make room.") from error
    task.clock.lap("matte")
    seconds = task.clock.laps["matte"]
    teller.tell(frame, "made", sentence=f"{asked.output} in {seconds:.1f} s", seconds=seconds, **result.facts)
