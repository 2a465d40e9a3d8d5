"""A run over the frames of one node: a worker thread with Nuke's progress window, or a plain loop in `nuke -t`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable, Protocol

from . import host
from .connection import client_for
from .errors import CancelledByArtist, FrameError, PluginError, sentence_of
from .frames import FrameTask, chosen_frames, chosen_views, plan_tasks
from .log import logger
from .run import Exporter, FrameRun, Progress, Report
from .settings import Settings, read_settings
from .sidecar.shots.pattern import FramePattern


class Work:
    """What one run needs, read from the node on the main thread."""

    def __init__(self, node: Any, overrides: Mapping[str, Any] | None = None) -> None:
        """Read and check the node; `overrides` are values of knobs that count for this run only.

        Raises:
            PluginError: what has to be mended first.
        """
        #: The script was closed: a node of this name may be another one now.
        self.is_abandoned = False
        values = {**host.values_of(node), **(overrides or {})}
        self.scene = host.scene_of(node)
        self.settings: Settings = read_settings(values, self.scene)
        frames, views = chosen_frames(values, self.scene), chosen_views(values, self.scene)
        self.tasks: list[FrameTask] = plan_tasks(self.settings.result, frames, views)

    def export(self, task: FrameTask, files: Mapping[str, Path]) -> None:
        """Render the pictures of one frame; main thread only."""
        if self.is_abandoned:
            raise CancelledByArtist("The script was closed.")
        settings = self.settings
        host.export(
            self.scene.node, task.frame, task.view, files, settings.roles, settings.channel, settings.export_depth
        )
        missing = [path for path in files.values() if not path.exists()]
        if missing:
            raise FrameError(f"Nuke said it rendered frame {task.frame}, but {missing[0]} does not exist: see its log.")

    def show(self) -> None:
        """Let the node read every result there is; main thread only."""
        if not self.is_abandoned:
            show_results(host.find(self.scene.node), self.settings.result)

    def tell(self, sentence: str) -> None:
        """Write a sentence on the node; main thread only."""
        if not self.is_abandoned:
            host.set_value(host.find(self.scene.node), "lfp_state", sentence)


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


def matte_frames(work: Work, export: Exporter, progress: Progress, on_result: Callable[[FrameTask], None]) -> Report:
    """Matte the frames; safe on any thread when the exporter is."""
    address = work.settings.address
    return FrameRun(work.settings, work.tasks, export, lambda: client_for(address), progress, on_result).run()


def show_results(node: Any, pattern: str) -> None:
    """Point the node at the results that exist.

    Raises:
        PluginError: there is none.
    """
    views = host.scene_of(node).views
    frames = sorted({frame for view in views for frame in FramePattern(pattern).frames(view)})
    if not frames and not any(FramePattern(pattern).path(0, view).exists() for view in views):
        raise PluginError(f"Expected results of {pattern} on the disk, found none: matte some frames first.")
    span = (frames[0], frames[-1]) if frames else host.scene_of(node).global_range
    host.show_result(node, pattern, span)


def run_here(work: Work) -> Report:
    """Matte on this very thread, for sessions without a window."""
    report = matte_frames(work, work.export, host.TerminalProgress(threading.Event()), _nothing)
    if report.made or report.kept:
        work.show()
    work.tell(report.sentence)
    return report


class Runs:
    """The runs in work in this session, one a node at most."""

    def __init__(self) -> None:
        """Start empty."""
        self._cancels: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._works: dict[str, Work] = {}

    def start(self, work: Work, follow: Follow = matte_frames) -> None:
        """Begin a run on a thread of its own and return at once.

        Raises:
            PluginError: the node is being matted already.
        """
        name = work.scene.node
        if self.is_running(name):
            raise PluginError(f"{name} is at work already: wait, or press Cancel.")
        cancel = self._cancels[name] = threading.Event()
        thread = threading.Thread(target=self._run, args=(work, follow, cancel), name=f"lfpnet-{name}", daemon=True)
        self._threads[name], self._works[name] = thread, work
        thread.start()

    def is_running(self, name: str) -> bool:
        """Whether a node is being matted."""
        thread = self._threads.get(name)
        return thread is not None and thread.is_alive()

    def cancel(self, name: str) -> bool:
        """Ask the run of a node to end; False when there is none."""
        if not self.is_running(name):
            return False
        self._cancels[name].set()
        return True

    def abandon(self) -> None:
        """End every run, because the script is closed; main thread only."""
        for name, work in self._works.items():
            work.is_abandoned = True
            self._cancels[name].set()
        self._works.clear()

    def _run(self, work: Work, follow: Follow, cancel: threading.Event) -> None:
        """The worker's thread: never touches the script itself."""
        main = host.MainThread(cancel.is_set)
        name = work.scene.node

        def export(task: FrameTask, files: Mapping[str, Path]) -> None:
            main.call(lambda: work.export(task, files))

        def on_result(_: FrameTask) -> None:
            main.post(work.show)

        try:
            progress = host.WindowProgress(f"{name}: LFPNet", cancel)
            try:
                outcome = follow(work, export, progress, on_result)
            finally:
                progress.close()
            sentence = outcome.sentence
            if outcome.notice and not work.is_abandoned:
                main.post(lambda: host.say(f"{name}: {outcome.notice}"))
        except Exception as problem:
            logger.exception("the run of %s ended", name)
            sentence = sentence_of(problem)
        main.post(lambda: work.tell(sentence))


def _nothing(_: FrameTask) -> None:
    """Results are shown once, at the end."""
