"""`lfpnet matte --frames`: a range of frames through the sidecar, resumed where it stopped.

The loop is this program's driver of `sidecar.shots.run`: it reads pictures, makes trimaps, and tells what happens.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lfpnet.errors import ConfigurationError, ImageFileError, LfpnetError, OutputError
from lfpnet.images import read_plate
from lfpnet.trimap import inspect
from sidecar.cli.connection import connect
from sidecar.cli.frame_files import FrameFiles, RangeFiles, find_files
from sidecar.cli.matte_remote import CANCEL_SECONDS, LOOK_SECONDS, RESTARTS, check_options, trimap_pixels
from sidecar.cli.matte_request import request_of, role_of, with_weights
from sidecar.cli.outputs import links_sentence
from sidecar.cli.trimap_options import make_trimap
from sidecar.client import Client
from sidecar.shots.errors import ShotError
from sidecar.shots.fingerprint import file_fingerprint
from sidecar.shots.frames import format_frames
from sidecar.shots.identity import Owner, command_line_owner
from sidecar.shots.ownership import check_owner, take_over
from sidecar.shots.record import FrameState, frame_state
from sidecar.shots.report import FrameEvent, FrameInputs, FrameTask, Redo
from sidecar.shots.request import MatteRequest
from sidecar.shots.run import FrameRun
from sidecar.wire.errors import SidecarError


def matte_frames(asked: argparse.Namespace) -> int:
    """Matte every frame of the range that is not done.

    Raises:
        LfpnetError: the range, a name or an option cannot be used, or a frame failed.
    """
    check_options(asked)
    if asked.preview is not None:
        raise ConfigurationError("Expected no --preview with --frames, got one; preview a single frame without it.")
    files, request = find_files(asked), request_of(asked)
    try:
        request = with_weights(request, asked, asks_sidecar=asked.dry_run)
        owner = _owner(asked, files)
        if asked.dry_run:
            return _show(files, request, owner, is_json=asked.json)
        return _Driver(asked, files, request, owner).run()
    except SidecarError as error:
        raise LfpnetError(error.sentence) from error


def _owner(asked: argparse.Namespace, files: RangeFiles) -> Owner:
    """Whose results these are, once it is sure that they are nobody else's."""
    try:
        owner = command_line_owner(asked.output) if asked.owner is None else Owner.from_text(asked.owner)
        if asked.take_over and not asked.dry_run:
            take_over(files.output, files.views, owner)
        _say(check_owner(files.output, files.views, owner))
    except ShotError as error:
        raise OutputError(str(error)) from error
    except OSError as error:
        raise OutputError(f"{error.filename} cannot be written ({error.strerror}); ask its owner.") from error
    return owner


class _Driver:
    """Drives one run to its end."""

    def __init__(self, asked: argparse.Namespace, files: RangeFiles, request: MatteRequest, owner: Owner) -> None:
        self._asked, self._request = asked, request
        self._files = {frame.task: frame for frame in files.frames}
        self._stills = files.stills
        self._client: Client | None = None
        self._said: set[str] = set()
        self._teller = Teller(asked, len(files.frames))
        skipped = [frame for frame in files.frames if frame.missing and asked.skip_missing]
        for frame in skipped:
            self._teller.tell(frame.task, "skipped", sentence=f"skipped, it has no {' and no '.join(frame.missing)}")
        self._run = FrameRun(
            [frame.task for frame in files.frames if frame not in skipped],
            request,
            owner,
            self._connect,
            redo=Redo.ALL if asked.force else Redo.NOTHING if asked.only_missing else Redo.STALE,
            sends_files=asked.connect is None,
            sidecar_writes=False,
            stops_at_failure=not asked.keep_going,
        )

    def run(self) -> int:
        """Matte until every frame has its result or has failed.

        Raises:
            LfpnetError: a frame failed.
        """
        for option, path in self._stills.items():
            _say(f"One {option} serves all frames: {path}.")
        _say(links_sentence(task.result for task in self._files))
        try:
            while not self._run.is_over:
                self._turn()
            self._tell(self._run.poll())
        except BaseException:
            self._stop()
            raise
        finally:
            self._run.close()
            if self._client is not None:
                self._client.close()
        return self._end()

    def _turn(self) -> None:
        task = self._run.next_wanted()
        if task is not None:
            self._supply(self._files[task])
        self._tell(self._run.poll())
        if task is None:
            time.sleep(LOOK_SECONDS)

    def _supply(self, frame: FrameFiles) -> None:
        sources = {role_of(option, self._request): path for option, path in frame.pictures.items()}
        try:
            self._run.supply(frame.task, FrameInputs(sources, lambda: self._read(frame)))
        except (LfpnetError, MemoryError) as error:
            self._run.fail(frame.task, str(error) or "The machine has too little memory for this frame.")

    def _read(self, frame: FrameFiles) -> Mapping[str, Any]:
        """The plate by its name, so that the sidecar reads it, and the trimap's pixels, made here."""
        bound = argparse.Namespace(**{**vars(self._asked), **frame.pictures})
        plate = read_plate(bound.plate, layer=bound.layer)
        trimap = make_trimap(bound, plate, lambda note: self._say_of_file(frame, note))
        for warning in inspect(trimap, plate.pixels.shape).warnings:
            _say(f"frame {frame.task.name}: {warning}")
        return {"plate": bound.plate, "trimap": trimap_pixels(trimap, plate)}

    def _say_of_file(self, frame: FrameFiles, note: str) -> None:
        """Say what holds for every frame's file, such as the channel that is the mask, with the first frame alone."""
        kind = note.partition(":")[2] or note
        if kind not in self._said:
            self._said.add(kind)
            _say(f"frame {frame.task.name}: {note}")

    def _connect(self) -> Client:
        if self._client is None:
            self._client = connect(self._asked, "lfpnet matte", restarts=RESTARTS)
        return self._client

    def _tell(self, events: Sequence[FrameEvent]) -> None:
        for event in events:
            if event.task is None:
                _say(event.sentence)
            elif event.kind == "made" and event.result is not None:
                seconds = round(float(sum(event.result.timings.values())), 4)
                facts = {**event.result.facts, "seconds": seconds}
                self._teller.tell(event.task, "made", sentence=f"{event.task.result} in {seconds:.1f} s", **facts)
            elif event.kind in ("kept", "shared"):
                what = "done, kept" if event.kind == "kept" else "made by another run, kept"
                self._teller.tell(event.task, event.kind, sentence=f"{what} {event.task.result}")
            elif event.kind == "failed":
                self._teller.tell(event.task, "failed", sentence=event.sentence)

    def _stop(self) -> None:
        """Cancel, and wait a little for the sidecar to say so; what was finished in time is still written."""
        self._run.cancel()
        give_up = time.monotonic() + CANCEL_SECONDS
        while not self._run.is_over and time.monotonic() < give_up:
            self._tell(self._run.poll())
            time.sleep(LOOK_SECONDS)

    def _end(self) -> int:
        report = self._run.report
        if report.problem:
            raise LfpnetError(f"{report.problem} Frames that are done are kept; --keep-going goes on with the others.")
        if report.failed:
            failed = format_frames({task.frame for task, _ in report.failed})
            raise LfpnetError(
                f"{len(report.failed)} of {len(self._files)} frames failed ({failed}); fix what is said above and run "
                "the same command again: frames that are done are kept."
            )
        return 0


class Teller:
    """Says what becomes of every frame: sentences, JSON lines, or what OpenJD reads."""

    def __init__(self, asked: argparse.Namespace, total: int) -> None:
        """Begin with none of `total` frames."""
        self._is_json, self._is_openjd = asked.json, asked.progress == "openjd"
        self._done, self._total = 0, total

    def tell(self, task: FrameTask, what: str, **more: Any) -> None:
        """Tell the end of one frame."""
        self._done += 1
        if self._is_json:
            about = {"frame": task.frame, "view": task.view, "output": str(task.result), "state": what}
            print(json.dumps({**about, **more}), flush=True)
            return
        sentence = f"frame {task.name}: {more.get('sentence', what)}"
        print(sentence, file=sys.stderr if what == "failed" else sys.stdout, flush=True)
        if self._is_openjd:
            print(f"openjd_status: {sentence}", flush=True)
            print(f"openjd_progress: {100 * self._done / max(1, self._total):.1f}", flush=True)


def _show(files: RangeFiles, request: MatteRequest, owner: Owner, *, is_json: bool) -> int:
    """Print what would be done."""
    states: dict[str, set[int]] = {state.value: set() for state in FrameState}
    for frame in files.frames:
        states[_state(frame, request, owner)].add(frame.task.frame)
    for state, numbers in states.items():
        if is_json:
            print(json.dumps({"state": state, "frames": sorted(numbers)}))
        elif numbers:
            print(f"{state}: {format_frames(numbers)}")
    return 0


def _state(frame: FrameFiles, request: MatteRequest, owner: Owner) -> str:
    try:
        inputs = {role_of(option, request): file_fingerprint(path) for option, path in frame.pictures.items()}
    except FileNotFoundError:
        return (FrameState.STALE if frame.task.result.is_file() else FrameState.MISSING).value
    except OSError as error:
        raise _unreadable(error) from error
    return frame_state(frame.task.result, inputs, request.record(), owner=owner).value


def _unreadable(error: OSError) -> LfpnetError:
    path = Path(str(error.filename))
    return ImageFileError(f"{path} cannot be read ({error.strerror or error}); check its permissions.")


def _say(sentence: str) -> None:
    if sentence:
        print(f"lfpnet: {sentence}", file=sys.stderr, flush=True)
