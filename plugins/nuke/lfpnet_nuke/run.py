"""Mattes frames one after another: export, submit, wait, record. No Nuke here; the exporter is a function.

While one frame computes the next is exported, and no more, so that a cancelled run leaves little behind.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from . import knobs
from .errors import CancelledByArtist, FrameError, PluginError, sentence_of
from .farm_job import farm_inputs, farm_recipe
from .frames import FrameTask
from .log import logger
from .settings import Settings
from .sidecar.client import Client, Job, JobResult
from .sidecar.shots.fingerprint import file_fingerprint
from .sidecar.shots.record import FrameRecord, FrameState, frame_state, read_record, write_record
from .sidecar.wire.errors import SidecarError

LOOK_SECONDS = 0.05
#: Exports of a Nuke that was killed stay behind; nobody works on one for so long.
OLD_SECONDS = 24 * 3600
AHEAD = 2
#: Errors of one frame; any other would happen to the next frame too and ends the run.
FRAME_CODES = frozenset({"bad_image", "size_mismatch", "limit_exceeded", "crashed", "timed_out", "bad_option"})

#: Renders the pictures of a frame and view into files: role ("plate", "trimap" ...) -> file.
Exporter = Callable[[FrameTask, Mapping[str, Path]], None]


class Progress(Protocol):
    """What shows how far a run is and may end it."""

    @property
    def is_cancelled(self) -> bool:
        """Whether the artist asked to stop."""
        ...

    def show(self, share: float, sentence: str) -> None:
        """Show a share from 0 to 1 and a sentence."""
        ...


@dataclass
class Report:
    """What a run did."""

    made: list[FrameTask] = field(default_factory=list)
    kept: list[FrameTask] = field(default_factory=list)
    failed: list[tuple[FrameTask, str]] = field(default_factory=list)
    was_cancelled: bool = False
    problem: str = ""

    @property
    def sentence(self) -> str:
        """One sentence for the panel."""
        parts = [f"{len(self.made)} matted", f"{len(self.kept)} were up to date"]
        if self.failed:
            task, why = self.failed[0]
            parts.append(f"{len(self.failed)} failed, first frame {task.frame}: {why}")
        if self.was_cancelled:
            parts.append("cancelled")
        return self.problem or "; ".join(parts).rstrip(".") + "."

    @property
    def notice(self) -> str:
        """What the artist must be told in a window; nothing when all went well."""
        return self.sentence if self.failed or self.problem else ""

    @property
    def is_whole(self) -> bool:
        """Whether every frame has its result now."""
        return not (self.failed or self.was_cancelled or self.problem)


@dataclass
class _Pending:
    task: FrameTask
    folder: Path
    job: Job
    fingerprints: dict[str, str]


class FrameRun:
    """One run over the frames of one node."""

    def __init__(
        self,
        settings: Settings,
        tasks: Sequence[FrameTask],
        export: Exporter,
        connect: Callable[[], Client],
        progress: Progress,
        on_result: Callable[[FrameTask], None],
    ) -> None:
        """Do nothing yet; `connect` is called when the first frame needs the sidecar."""
        self._settings, self._tasks, self._export = settings, list(tasks), export
        self._connect, self._progress, self._on_result = connect, progress, on_result
        self._pending: deque[_Pending] = deque()
        self.report = Report()

    def run(self) -> Report:
        """Matte every frame; a problem ends in the report, never in an exception."""
        try:
            for folder in {task.result.parent for task in self._tasks}:
                remove_old_exports(folder)
            for task in self._tasks:
                self._begin(task)
                while len(self._pending) >= AHEAD:
                    self._finish_one()
            while self._pending:
                self._finish_one()
        except CancelledByArtist:
            self.report.was_cancelled = True
        except Exception as problem:
            self.report.problem = sentence_of(problem)
            logger.exception("the run ended")
        finally:
            self._drop_pending()
        if self.report.kept:
            self._on_result(self.report.kept[-1])
        logger.info("%s", self.report.sentence)
        return self.report

    def _begin(self, task: FrameTask) -> None:
        """Export one frame and hand it to the sidecar, unless it is up to date."""
        self._check_cancelled()
        if self._settings.only == knobs.MISSING and self._has_result(task):
            self._keep(task)
            return
        self._show(f"Exporting frame {task.frame} {task.view}".rstrip())
        folder = new_export_folder(task)
        try:
            self._submit(task, folder)
        except FrameError as problem:
            shutil.rmtree(folder, ignore_errors=True)
            logger.error("%s", problem)
            self.report.failed.append((task, sentence_of(problem)))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _submit(self, task: FrameTask, folder: Path) -> None:
        files = export_files(folder, self._settings)
        self._export(task, files)
        fingerprints = {role: file_fingerprint(path) for role, path in files.items()}
        if self._settings.only != knobs.ALL and self._is_done(task, fingerprints):
            self._let_go(task, folder)
            self._keep(task)
            return
        client = self._connect()
        is_local = not self._settings.address or self._settings.shares_disk
        pictures: dict[str, Any] = {role: path if is_local else path.read_bytes() for role, path in files.items()}
        output = {"kind": "file", "path": str(task.result)} if is_local else {"kind": "exr"}
        job = client.submit(
            **pictures,
            output={**output, **self._settings.output},
            options=self._settings.options,
            model=self._settings.weights,
            priority="batch",
            label=f"{task.result.stem} {task.frame} {task.view}".rstrip(),
        )
        self._pending.append(_Pending(task, folder, job, fingerprints))

    def _finish_one(self) -> None:
        """Wait for the oldest frame and note what became of it."""
        pending = self._pending[0]
        while not pending.job.is_over:
            self._check_cancelled()
            share = pending.job.done / pending.job.total if pending.job.total else 0.0
            self._show(self._sentence(pending), share)
            time.sleep(LOOK_SECONDS)
        self._pending.popleft()
        try:
            result = pending.job.wait(0)
            if result.exr is not None:
                _write(pending.task.result, result.exr)
        except PluginError:
            self._let_go(pending.task, pending.folder)
            raise
        except SidecarError as error:
            self._let_go(pending.task, pending.folder)
            if error.code == "cancelled":
                raise CancelledByArtist(error.sentence) from error
            logger.error("frame %d %s: %s\n%s", pending.task.frame, pending.task.view, error.sentence, error.detail)
            if error.code not in FRAME_CODES:
                raise
            self.report.failed.append((pending.task, error.sentence))
            return
        self._note(pending, result)

    def _note(self, pending: _Pending, result: JobResult) -> None:
        """Record a finished frame and show it."""
        facts = {**result.facts, "seconds": dict(result.timings), "warnings": list(result.warnings)}
        record = FrameRecord(
            frame=pending.task.frame,
            view=pending.task.view,
            inputs=pending.fingerprints,
            recipe=self._settings.recipe,
            facts=facts,
        )
        write_record(pending.task.result, record)
        self._let_go(pending.task, pending.folder)
        self.report.made.append(pending.task)
        self._on_result(pending.task)

    def _is_done(self, task: FrameTask, fingerprints: Mapping[str, str]) -> bool:
        """Whether the result was made from these pictures with these settings, here or on a farm."""
        settings = self._settings
        ways = ((fingerprints, settings.recipe), (farm_inputs(fingerprints), farm_recipe(settings)))
        return any(frame_state(task.result, inputs, recipe) == FrameState.DONE for inputs, recipe in ways)

    def _has_result(self, task: FrameTask) -> bool:
        """Whether there is a result of these settings, whatever the plate looks like now."""
        record = read_record(task.result) if task.result.exists() else None
        return record is not None and dict(record.recipe) in (self._settings.recipe, farm_recipe(self._settings))

    def _keep(self, task: FrameTask) -> None:
        self.report.kept.append(task)

    def _let_go(self, task: FrameTask, folder: Path) -> None:
        """Remove the exported pictures, or move them where they may stay."""
        if self._settings.keeps_exports:
            for picture in sorted(folder.iterdir()):
                kept = kept_export(task, picture.stem)
                kept.parent.mkdir(parents=True, exist_ok=True)
                picture.replace(kept)
        shutil.rmtree(folder, ignore_errors=True)

    def _drop_pending(self) -> None:
        """Cancel what the sidecar still has, and wait a moment so that it reads no file that goes away."""
        if not self._pending:
            return
        client = self._connect()
        for pending in self._pending:
            client.cancel(pending.job)
        give_up = time.monotonic() + 5.0
        for pending in self._pending:
            while not pending.job.is_over and time.monotonic() < give_up:
                time.sleep(LOOK_SECONDS)
            result = pending.job.result
            try:
                if result is not None and result.path is not None:
                    self._note(pending, result)  # it was done before the cancel came
            except OSError:
                logger.exception("the record of frame %d cannot be written", pending.task.frame)
            shutil.rmtree(pending.folder, ignore_errors=True)
        self._pending.clear()

    def _check_cancelled(self) -> None:
        if self._progress.is_cancelled:
            raise CancelledByArtist("The run was cancelled.")

    def _show(self, sentence: str, share_of_frame: float = 0.0) -> None:
        over = len(self.report.made) + len(self.report.kept) + len(self.report.failed)
        self._progress.show((over + share_of_frame) / max(1, len(self._tasks)), sentence)

    def _sentence(self, pending: _Pending) -> str:
        task, job = pending.task, pending.job
        tiles = f", tile {job.done} of {job.total}" if job.total else f", {job.stage}"
        client = self._connect()
        if client.state != "connected":
            return client.sentence
        return f"Frame {task.frame} {task.view}".rstrip() + tiles


def new_export_folder(task: FrameTask) -> Path:
    """Make a folder beside the result for what is handed over; a sidecar of another user may have to read it."""
    task.result.parent.mkdir(parents=True, exist_ok=True)
    folder = task.result.parent / f".export-{uuid.uuid4().hex[:12]}"
    folder.mkdir()
    return folder


def remove_old_exports(folder: Path) -> None:
    """Remove what a Nuke that was killed has left behind; another Nuke may be doing the same."""
    with suppress(OSError):
        for left in folder.glob(".export-*"):
            is_ours = re.fullmatch(r"\.export-[0-9a-f]{12}", left.name)
            if is_ours and left.stat().st_mtime < time.time() - OLD_SECONDS:
                logger.info("removing %s, which was left behind", left)
                shutil.rmtree(left, ignore_errors=True)


def export_files(folder: Path, settings: Settings) -> dict[str, Path]:
    """Return the files of the pictures that one frame needs."""
    return {role: folder / f"{role}.exr" for role in ("plate", *settings.roles)}


def kept_export(task: FrameTask, role: str) -> Path:
    """Return where an exported picture may stay: in `export`, beside the results, named as they are."""
    return task.result.parent / "export" / role / task.result.name


def _write(path: Path, data: bytes) -> None:
    """Write the bytes under another name and rename, so that a Read never sees half a file."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise PluginError(f"{path} cannot be written ({problem.strerror}): mend the folder or the disk.") from problem
