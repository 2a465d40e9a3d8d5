"""Drives a run over frames: exports what is wanted, waits, tells. No Nuke here; the exporter is a function.

While one frame computes the next is exported, and no more, so that a cancelled run leaves little behind.
"""

from __future__ import annotations

import re
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from .errors import CancelledByArtist, FrameError, PluginError, sentence_of
from .farm_job import exported_pattern
from .log import logger
from .settings import Settings
from .sidecar.client import Client
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.report import FrameEvent, FrameInputs, FrameTask, RunReport
from .sidecar.shots.run import FrameRun

LOOK_SECONDS = 0.05
#: How long a cancelled run waits, so that the sidecar reads no file that goes away.
END_SECONDS = 5.0
#: Exports of a Nuke that was killed stay behind; nobody works on one for so long.
OLD_SECONDS = 24 * 3600

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


class RunDriver:
    """Takes a run to its end on the thread that calls it."""

    def __init__(
        self,
        run: FrameRun,
        settings: Settings,
        export: Exporter,
        connect: Callable[[], Client],
        progress: Progress,
        on_result: Callable[[FrameTask], None],
    ) -> None:
        """Do nothing yet.

        Args:
            run: over the frames of one node.
            settings: of the node.
            export: renders the pictures of a frame.
            connect: gives the client that the run uses.
            progress: shows how far the run is.
            on_result: called with each frame that was made, and once with one that was up to date.
        """
        self._run, self._settings, self._export, self._connect = run, settings, export, connect
        self._progress, self._on_result = progress, on_result
        self._folders: dict[FrameTask, Path] = {}
        self._kept: FrameTask | None = None

    def go(self) -> RunReport:
        """Matte every frame; a problem ends in the report, never in an exception."""
        report = self._run.report
        try:
            while not self._run.is_over:
                self._step()
            self._look()
        except CancelledByArtist:
            self._cancel()
        except Exception as problem:
            self._cancel()
            report.was_cancelled = False
            report.problem = sentence_of(problem)
            logger.exception("the run ended")
        finally:
            self._run.close()
            for folder in self._folders.values():
                shutil.rmtree(folder, ignore_errors=True)
        if self._kept is not None:
            self._on_result(self._kept)
        logger.info("%s", report.sentence)
        return report

    def _step(self) -> None:
        """Supply the frame that is wanted, if one is, and see what came of the others."""
        self._check_cancelled()
        task = self._run.next_wanted()
        if task is not None:
            self._supply(task)
        self._look()
        if task is None:
            time.sleep(LOOK_SECONDS)

    def _supply(self, task: FrameTask) -> None:
        """Export one frame and hand it over."""
        self._progress.show(self._run.share, f"Exporting frame {task.name}")
        try:
            self._folders[task] = folder = new_export_folder(task)
            files = export_files(folder, self._settings)
            self._export(task, files)
        except FrameError as problem:
            self._run.fail(task, sentence_of(problem))
        except OSError as problem:
            why = problem.strerror or problem
            self._run.fail(task, f"{task.result.parent} cannot be written ({why}): fix folder or disk.", ends_run=True)
        except CancelledByArtist:
            raise
        except PluginError as problem:
            self._run.fail(task, sentence_of(problem), ends_run=True)
        else:
            self._run.supply(task, FrameInputs(dict(files)))

    def _look(self) -> None:
        """Show what happened since the last look."""
        sentence = ""
        for event in self._run.poll():
            sentence = event.sentence or sentence
            self._note(event)
        if self._run.is_over:
            return
        client = self._connect() if sentence else None
        if client is not None:
            self._progress.show(self._run.share, sentence if client.state == "connected" else client.sentence)

    def _note(self, event: FrameEvent) -> None:
        if event.kind == "progress" or event.task is None:
            return
        if event.kind == "failed":
            logger.error("frame %s: %s", event.task.name, event.sentence)
        self._let_go(event.task, was_read=event.kind in ("made", "kept"))
        if event.kind == "made":
            self._on_result(event.task)
        elif event.kind in ("kept", "shared"):
            self._kept = event.task

    def _let_go(self, task: FrameTask, *, was_read: bool) -> None:
        """Remove the exported pictures, or move them where they may stay."""
        folder = self._folders.pop(task, None)
        if folder is None:
            return
        if self._settings.keeps_exports and was_read:
            keep_export(task, folder, self._settings.result)
        shutil.rmtree(folder, ignore_errors=True)

    def _cancel(self) -> None:
        """Cancel what the sidecar still has, and wait a moment; what was finished in time is recorded."""
        self._run.cancel()
        give_up = time.monotonic() + END_SECONDS
        while True:
            for event in self._run.poll():
                self._note(event)
            if self._run.is_over or time.monotonic() > give_up:
                return
            time.sleep(LOOK_SECONDS)

    def _check_cancelled(self) -> None:
        if self._progress.is_cancelled:
            raise CancelledByArtist("The run was cancelled.")


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


def keep_export(task: FrameTask, folder: Path, result: str) -> None:
    """Move the exported pictures of a frame where they may stay: in `export`, beside the results, named as they are."""
    for picture in sorted(folder.iterdir()):
        kept = FramePattern(exported_pattern(result, picture.stem)).path(task.frame, task.view)
        kept.parent.mkdir(parents=True, exist_ok=True)
        picture.replace(kept)
