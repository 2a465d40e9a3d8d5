"""One run over frames of a shot: what is done is kept, the rest is computed, every result is recorded truly.

No thread and no host: a driver asks `next_wanted`, renders or reads the pictures of that frame in its own way, hands
them to `supply`, and calls `poll` now and then. Nuke does so on a thread of its own, Blender between its worker and a
timer, the command line in a loop:

    while not run.is_over:
        task = run.next_wanted()
        if task is not None:
            run.supply(task, FrameInputs({"plate": ..., "trimap": ...}))
        for event in run.poll():
            show(event)
        if task is None:
            sleep(0.05)

`supply` reads files and `poll` may write one, so both belong on a thread that may wait; one thread at a time. Call
`check_owner` before: a run refuses single frames of other shots, but knows only those that it was given.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..runtime.atomic import write_atomically, written_file
from ..wire.errors import SidecarError
from ..wire.sendable import is_plain, plain_text
from .claim import FrameClaim
from .fingerprint import picture_fingerprint
from .frame_results import FrameResults, output_of
from .identity import Owner
from .ownership import refuse_foreign
from .record import read_record
from .report import FrameEvent, FrameInputs, FrameTask, Redo, RunReport
from .request import MatteRequest

if TYPE_CHECKING:
    from ..client import Client, Job
    from ..client.request import Picture

#: Frames handed over at once: one computes, one is loaded, so that the sidecar never waits and a cancel leaves little.
AHEAD = 2
#: How often frames that another run computes are looked at.
LOOK_SECONDS = 0.5


class FrameRun:
    """Frames of one shot on their way.

    Attributes:
        report: what has become of them so far.
    """

    def __init__(
        self,
        tasks: Sequence[FrameTask],
        request: MatteRequest,
        owner: Owner,
        connect: Callable[[], Client],
        *,
        redo: Redo = Redo.STALE,
        sends_files: bool = True,
        sidecar_writes: bool = True,
        stops_at_failure: bool = False,
        priority: str = "batch",
        label: str = "",
    ) -> None:
        """Do nothing yet.

        Args:
            tasks: frames in the order in which they are made.
            request: the settings of all that have none of their own.
            owner: whose results they are.
            connect: gives the client, the same one each time; called when the first frame needs it.
            redo: which frames that have a result are made again.
            sends_files: whether the sidecar can read files by their names; else it gets their bytes. After a first
                `path_refused` neither files nor results go by name.
            sidecar_writes: whether the sidecar writes the results; else they come back and are written here.
            stops_at_failure: whether the first frame that fails ends the run, whatever the reason.
            priority: of the jobs, `batch` or `interactive`.
            label: what `lfpnet status` calls the jobs; the frame is added. Nothing takes the result's name.
        """
        self.report = RunReport()
        self._owner, self._connect, self._redo = owner, connect, redo
        self._results = FrameResults(request, owner, connect, self._warn)
        self._sends_files, self._sidecar_writes, self._stops = sends_files, sidecar_writes, stops_at_failure
        self._priority, self._label = priority, label
        self._total, self._begun = len(tasks), time.time()
        self._waiting = deque(tasks)
        #: Frames that another run computes, each with what its result was when that was seen.
        self._elsewhere: dict[FrameTask, str] = {}
        self._wanted: set[FrameTask] = set()
        self._claims: dict[FrameTask, FrameClaim] = {}
        self._computing: dict[Job, _Computing] = {}
        self._events: list[FrameEvent] = []
        self._looked_at = 0.0
        self._has_ended = False

    # ---- the driver

    @property
    def is_over(self) -> bool:
        """Whether every frame has met its fate; events may still wait for `poll`."""
        return not (self._waiting or self._elsewhere or self._wanted or self._computing)

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        report = self.report
        over = len(report.made) + len(report.kept) + len(report.shared) + len(report.failed)
        return (over + sum(entry.share for entry in self._computing.values())) / max(1, self._total)

    def next_wanted(self) -> FrameTask | None:
        """The frame whose pictures are wanted now; it is claimed, so it must go to `supply` or `fail`.

        Returns:
            None while enough is under way, while other runs compute all that is left, and at the end.
        """
        if len(self._wanted) + len(self._computing) >= AHEAD:
            return None
        while self._waiting:
            task = self._waiting.popleft()
            if self._is_kept_unseen(task):
                self._note_kept(task)
            elif self._claim(task):
                return task
        return self._next_from_elsewhere()

    def supply(self, task: FrameTask, inputs: FrameInputs) -> None:
        """Take the pictures of a frame that was wanted: keep its result where it is still true, else have it computed.

        Raises:
            Exception: what `inputs.read` raises; say `fail` then. All else ends in an event of `poll`.
        """
        try:
            entry = self._look_at(task, inputs)
            if entry is None:
                return
            entry.pictures = dict(inputs.sources if inputs.read is None else inputs.read())
            self._submit(entry)
        except SidecarError as error:
            self._fail_with(task, error)
        except OSError as problem:
            self.fail(task, f"{problem.filename or task.result} cannot be read ({problem.strerror or problem}).")

    def fail(self, task: FrameTask, sentence: str, *, ends_run: bool = False) -> None:
        """Note that a frame which was wanted, or computes, has no result.

        Args:
            task: the frame.
            sentence: why, and what to do.
            ends_run: whether the next frame would fail in the same way.
        """
        self._release(task)
        self.report.failed.append((task, sentence))
        self._events.append(FrameEvent("failed", task, sentence))
        if ends_run or self._stops:
            self._end(f"Stopped at frame {task.name}: {sentence}" if self._stops else sentence)

    def poll(self) -> list[FrameEvent]:
        """Look at what computes and return what happened since the last call."""
        for job, entry in list(self._computing.items()):
            if job.is_over:
                self._finish(job, entry)
            elif entry.seen != (job.stage, job.done):
                entry.seen = (job.stage, job.done)
                entry.share = job.done / job.total if job.total else 0.0
                where = f"tile {job.done} of {job.total}" if job.total else job.stage
                self._events.append(
                    FrameEvent("progress", entry.task, f"Frame {entry.task.name}, {where}", entry.share)
                )
        events, self._events = self._events, []
        return events

    def cancel(self) -> None:
        """Drop what waits and cancel what computes; `poll` until `is_over` still records what was finished in time."""
        self.report.was_cancelled = True
        self._drop()

    def close(self) -> None:
        """Let every claim go, whatever still computes; for a driver that cannot wait any longer."""
        self._drop()
        for entry in self._computing.values():
            self._release(entry.task)
        self._computing.clear()

    # ---- which frames

    def _is_kept_unseen(self, task: FrameTask) -> bool:
        """Whether a frame is kept whatever its pictures are now."""
        if self._redo > Redo.OTHER_SETTINGS or not task.result.is_file():
            return False
        return self._redo is Redo.NOTHING or self._results.is_ours(task)

    def _claim(self, task: FrameTask) -> bool:
        """Claim a frame; False where another run has it."""
        try:
            claim = FrameClaim.take(task.result)
        except OSError as problem:
            self._warn(
                f"Frames cannot be claimed in {task.result.parent} ({problem.strerror or problem}): another run over "
                "this range would compute them as well."
            )
        else:
            if claim is None:
                self._elsewhere.setdefault(task, output_of(task))
                return False
            self._claims[task] = claim
        self._wanted.add(task)
        return True

    def _next_from_elsewhere(self) -> FrameTask | None:
        """Count what another run has made meanwhile; take over what it has let go without a result."""
        if not self._elsewhere or time.monotonic() < self._looked_at + LOOK_SECONDS:
            return None
        self._looked_at = time.monotonic()
        for task in list(self._elsewhere):
            if not self._claim(task):
                continue
            if not self._is_kept_unseen(task):
                return task
            self._note_kept(task)
        return None

    def _was_made_meanwhile(self, task: FrameTask) -> bool:
        """Whether a result is newer than this run, which has not made it."""
        with suppress(OSError):
            if task.result.stat().st_mtime > self._begun:
                return True
        return output_of(task) != self._elsewhere.get(task, output_of(task))

    # ---- one frame

    def _look_at(self, task: FrameTask, inputs: FrameInputs) -> _Computing | None:
        """Take the fingerprints; None where the result is still true or belongs to another shot."""
        fingerprints = {role: picture_fingerprint(picture) for role, picture in inputs.sources.items()}
        record = read_record(task.result)
        refusal = refuse_foreign(task.result, record, self._owner)
        if refusal:
            self.fail(task, refusal, ends_run=True)
            return None
        is_new_enough = self._redo is not Redo.ALL or self._was_made_meanwhile(task)
        if is_new_enough and self._results.is_done(task, fingerprints, inputs.neighbours):
            self._results.renew_facts(task, inputs.facts)
            self._note_kept(task)
            return None
        return _Computing(task, self._results.request_of(task), fingerprints, inputs)

    def _submit(self, entry: _Computing) -> None:
        """Hand a frame to the sidecar."""
        task, pictures = entry.task, entry.pictures
        pictures = {
            role: picture if self._sends_files and _is_sendable(picture) else _without_file(picture)
            for role, picture in pictures.items()
        }
        target = written_file(task.result)
        is_named = self._sidecar_writes and is_plain(str(target))
        output = {"kind": "file", "path": str(target)} if is_named else {"kind": "exr"}
        entry.goes_by_name = is_named or any(isinstance(picture, (str, os.PathLike)) for picture in pictures.values())
        plate = pictures["plate"]
        masks: dict[str, Any] = {role: picture for role, picture in pictures.items() if role != "plate"}
        job = self._connect().submit(
            plate,
            **masks,
            layer=entry.request.layer or None,
            output={**output, **entry.request.output()},
            options=entry.request.options(pictures),
            model=entry.request.wire_model,
            priority=self._priority,
            label=plain_text(f"{self._label or task.result.stem} {task.name}"),
        )
        self._wanted.discard(task)
        self._computing[job] = entry

    def _finish(self, job: Job, entry: _Computing) -> None:
        """Write what came back, record it, and let the frame go."""
        del self._computing[job]
        task = entry.task
        try:
            if job.error is not None:
                raise job.error
            result = job.wait(0)
            if result.exr is not None:
                write_atomically(task.result, result.exr)
        except SidecarError as error:
            # Asked of the frame, not of the run: the next one may have gone by name too before this answer came.
            if error.code == "path_refused" and entry.goes_by_name and not self._has_ended:
                self._sends_files = self._sidecar_writes = False
                self._submit_again(entry)
            else:
                self._fail_with(task, error)
            return
        except OSError as problem:
            why = problem.strerror or problem
            self.fail(task, f"{task.result} cannot be written ({why}): free space or choose another folder.")
            return
        self._results.record(task, entry.request, entry.fingerprints, entry.inputs, result)
        self._release(task)
        self.report.made.append(task)
        self._events.append(FrameEvent("made", task, str(task.result), 1.0, result))

    def _submit_again(self, entry: _Computing) -> None:
        try:
            self._submit(entry)
        except (SidecarError, OSError) as problem:
            self.fail(entry.task, getattr(problem, "sentence", str(problem)), ends_run=True)

    # ---- ends

    def _note_kept(self, task: FrameTask) -> None:
        is_shared = self._was_made_meanwhile(task)
        self._release(task)
        if is_shared:
            self.report.shared.append(task)
            self._events.append(FrameEvent("shared", task, f"{task.result} was made by another run"))
        else:
            self.report.kept.append(task)
            self._events.append(FrameEvent("kept", task, f"{task.result} is up to date"))

    def _fail_with(self, task: FrameTask, error: SidecarError) -> None:
        if error.code == "cancelled" and self._has_ended:
            self._release(task)
            self._events.append(FrameEvent("cancelled", task, error.sentence))
            return
        self.fail(task, error.sentence, ends_run=error.ends_run)

    def _warn(self, sentence: str) -> None:
        if sentence not in self.report.warnings:
            self.report.warnings.append(sentence)
            self._events.append(FrameEvent("warning", None, sentence))

    def _end(self, problem: str) -> None:
        self.report.problem = self.report.problem or problem
        self._drop()

    def _drop(self) -> None:
        """Forget what does not compute yet and cancel what does."""
        self._has_ended = True
        self._waiting.clear()
        self._elsewhere.clear()
        for task in list(self._wanted):
            self._release(task)
        for job in self._computing:
            self._connect().cancel(job)

    def _release(self, task: FrameTask) -> None:
        self._wanted.discard(task)
        self._elsewhere.pop(task, None)
        claim = self._claims.pop(task, None)
        if claim is not None:
            claim.release()


@dataclass(eq=False)
class _Computing:
    """A frame that was, or is about to be, handed over."""

    task: FrameTask
    request: MatteRequest
    fingerprints: dict[str, str]
    inputs: FrameInputs
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    goes_by_name: bool = False
    seen: tuple[str, int] = ("", -1)
    share: float = 0.0


def _is_sendable(picture: Picture) -> bool:
    """Whether a picture can go by its name, which must be UTF-8, or is none that has one."""
    return not isinstance(picture, (str, os.PathLike)) or is_plain(os.fspath(picture))


def _without_file(picture: Picture) -> Picture:
    """The bytes of a picture that is named."""
    return Path(picture).read_bytes() if isinstance(picture, (str, os.PathLike)) else picture
