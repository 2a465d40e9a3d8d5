"""A run over the frames of one node: a worker thread with Nuke's progress window, or a plain loop in `nuke -t`."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Protocol

from . import host, knobs
from .connection import client_for
from .errors import CancelledByArtist, FrameError, PluginError, sentence_of
from .frames import chosen_frames, chosen_views, plan_tasks
from .log import logger
from .ownership import identify
from .run import Exporter, Progress, RunDriver, remove_old_exports
from .settings import Settings, read_settings
from .sidecar.client import Client
from .sidecar.shots.ownership import check_owner
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.report import FrameTask, RunReport
from .sidecar.shots.run import FrameRun


class Work:
    """What one run needs, read from the node on the main thread."""

    #: The folder of results is looked at when a run begins and ends; in between the node is told at most so often.
    SHOW_SECONDS = 1.0

    def __init__(self, node: Any, overrides: Mapping[str, Any] | None = None) -> None:
        """Read and check the node; `overrides` are values of knobs that count for this run only.

        Raises:
            PluginError: what has to be corrected first.
        """
        #: The node itself: it may be renamed while it is matted.
        self.node = node
        #: The script was closed: a node of this name may be another one now.
        self.is_abandoned = False
        values = {**host.values_of(node), **(overrides or {})}
        self.owner = identify(node)
        values["lfp_cache"] = node["lfp_cache"].value()
        self.scene = host.scene_of(node)
        frames, views = chosen_frames(values, self.scene), chosen_views(values, self.scene)
        values["lfp_cache"] = host.result_pattern(node, frames, views)
        self.settings: Settings = read_settings(values, self.scene)
        self.tasks: list[FrameTask] = plan_tasks(self.settings.result, frames, views)
        self._has_shown = False
        self._span = result_span(self.settings.result, self.scene.views)
        self._next_look = 0.0

    @property
    def name(self) -> str:
        """The node's full name as it is now; main thread only."""
        self._check_there()
        return host.full_name(self.node)

    def export(self, task: FrameTask, files: Mapping[str, Path]) -> None:
        """Render the pictures of one frame; main thread only."""
        self._check_there()
        settings = self.settings
        if host.locks_open_files() and task.result.exists():
            host.let_go_of_result(self.node)
        host.export(self.node, task.frame, task.view, files, settings.roles, settings.channel, settings.export_depth)
        missing = [path for path in files.values() if not path.exists()]
        if missing:
            raise FrameError(f"Nuke said it rendered frame {task.frame}, but {missing[0]} does not exist: see its log.")

    def note_result(self, task: FrameTask) -> None:
        """Let the node read a result that was just made, unless it did so a moment ago; main thread only."""
        first, last = self._span or (task.frame, task.frame)
        self._span = (min(first, task.frame), max(last, task.frame))
        if time.monotonic() >= self._next_look:
            self.show()

    def show(self) -> None:
        """Let the node read every result there is; the first time it gives the matte too; main thread only."""
        if self.is_abandoned or not host.is_alive(self.node):
            return
        if self._span is not None:
            host.show_result(self.node, self._span)
        if not self._has_shown and str(self.node["lfp_show"].value()) == knobs.PLATE:
            host.show_matte(self.node)  # what the artist chooses later stays
        self._has_shown = True
        self._next_look = time.monotonic() + self.SHOW_SECONDS

    def show_last(self) -> None:
        """Let the node read what came since it was told last; main thread only."""
        if self._has_shown:
            self.show()

    def tell(self, sentence: str) -> None:
        """Write a sentence on the node; main thread only."""
        if not self.is_abandoned and host.is_alive(self.node):
            host.set_value(self.node, "lfp_state", sentence)

    def keep_farm_command(self, command: str) -> None:
        """Write the command of the last export on the node; main thread only."""
        if not self.is_abandoned and host.is_alive(self.node):
            host.set_value(self.node, "lfp_farm_command", command)

    def _check_there(self) -> None:
        if self.is_abandoned:
            raise CancelledByArtist("The script was closed.")
        if not host.is_alive(self.node):
            raise CancelledByArtist("The node was deleted.")


class Outcome(Protocol):
    """What a run tells at its end."""

    @property
    def sentence(self) -> str:
        """For the node."""
        ...

    @property
    def notice(self) -> str:
        """For a window; nothing when there is no need."""
        ...


#: What a run does: work, exporter of a frame, progress, what to do about a result.
Follow = Callable[[Work, Exporter, Progress, Callable[[FrameTask], None]], Outcome]


def matte_frames(work: Work, export: Exporter, progress: Progress, on_result: Callable[[FrameTask], None]) -> RunReport:
    """Matte the frames; safe on any thread when the exporter is.

    Raises:
        ShotError: the folder holds results of another shot.
    """
    settings = work.settings
    views = list(dict.fromkeys(task.view for task in work.tasks))
    taken = check_owner(FramePattern(settings.result), views, work.owner)

    def connect() -> Client:
        return client_for(settings.address)

    run = FrameRun(
        work.tasks,
        settings.request,
        work.owner,
        connect,
        redo=settings.redo,
        sends_files=settings.sends_paths,
        sidecar_writes=settings.sends_paths,
        priority="interactive" if len(work.tasks) == 1 else "batch",
    )
    run.report.warnings += [taken] if taken else []
    for folder in {task.result.parent for task in work.tasks}:
        remove_old_exports(folder)
    return RunDriver(run, settings, export, connect, progress, on_result).go()


def show_results(node: Any) -> None:
    """Have the node read every result that exists and give the matte.

    Raises:
        PluginError: there is none.
    """
    scene = host.scene_of(node)
    pattern = host.result_pattern(node, [scene.frame], scene.views)
    span = result_span(pattern, scene.views)
    is_still = not FramePattern(pattern).is_sequence
    if span is None and not (is_still and any(FramePattern(pattern).path(0, view).exists() for view in scene.views)):
        raise PluginError(f"Expected results of {pattern} on the disk, found none: matte some frames first.")
    host.show_result(node, span or scene.global_range)
    host.show_matte(node)


def result_span(pattern: str, views: Sequence[str]) -> tuple[int, int] | None:
    """Return the first and last frame that has a result, None where none has."""
    frames = [frame for view in views for frame in FramePattern(pattern).frames(view)]
    return (min(frames), max(frames)) if frames else None


def run_here(work: Work) -> RunReport:
    """Matte on this very thread, for sessions without a window."""
    report = matte_frames(work, work.export, host.TerminalProgress(threading.Event()), work.note_result)
    if report.made or report.kept or report.shared:
        work.show()
    work.tell(report.sentence)
    return report


@dataclass
class _Running:
    work: Work
    cancel: threading.Event
    thread: threading.Thread | None = None


class Runs:
    """The runs in work in this session, one a node at most; nodes are told apart by what they are called now."""

    def __init__(self) -> None:
        """Start empty."""
        self._running: list[_Running] = []

    def start(self, work: Work, follow: Follow = matte_frames) -> None:
        """Begin a run on a thread of its own and return at once; main thread only.

        Raises:
            PluginError: the node is being matted already.
        """
        if self._of(work.node) is not None:
            raise PluginError(f"{work.name} is at work already: wait, or press Cancel.")
        running = _Running(work, threading.Event())
        name = f"lfpnet-{work.scene.node}"
        running.thread = threading.Thread(target=self._run, args=(work, follow, running.cancel), name=name, daemon=True)
        self._running.append(running)
        running.thread.start()

    def is_running(self, node: Any) -> bool:
        """Whether a node is being matted; main thread only."""
        return self._of(node) is not None

    def cancel(self, node: Any) -> bool:
        """Ask the run of a node to end; False when there is none; main thread only."""
        running = self._of(node)
        if running is None:
            return False
        running.cancel.set()
        return True

    def abandon(self) -> None:
        """End every run, because the script is closed; main thread only."""
        for running in self._running:
            running.work.is_abandoned = True
            running.cancel.set()
        self._running.clear()

    def _of(self, node: Any) -> _Running | None:
        self._running = [one for one in self._running if one.thread is not None and one.thread.is_alive()]
        name = host.full_name(node)
        for running in self._running:
            if host.is_alive(running.work.node) and host.full_name(running.work.node) == name:
                return running
        return None

    def _run(self, work: Work, follow: Follow, cancel: threading.Event) -> None:
        """The worker's thread: never touches the script itself."""
        main = host.MainThread(cancel.is_set)
        name = work.scene.node

        def export(task: FrameTask, files: Mapping[str, Path]) -> None:
            main.call(lambda: work.export(task, files))

        def on_result(task: FrameTask) -> None:
            main.post(lambda: work.note_result(task))

        try:
            progress = host.WindowProgress(f"{name}: LFPNet", cancel)
            try:
                outcome = follow(work, export, progress, on_result)
            finally:
                progress.close()
            sentence, notice = outcome.sentence, outcome.notice
            command = getattr(outcome, "farm_command", "")
        except Exception as problem:
            logger.exception("the run of %s ended", name)
            sentence = notice = sentence_of(problem)
            command = ""
        if notice and not work.is_abandoned:
            main.post(lambda: host.say(f"{name}: {notice}"))
        if command:
            main.post(lambda: work.keep_farm_command(command))
        main.post(work.show_last)
        main.post(lambda: work.tell(sentence))
