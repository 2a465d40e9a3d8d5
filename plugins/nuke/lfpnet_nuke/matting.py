"""A run over the frames of one node: a worker thread with Nuke's progress window, or a plain loop in `nuke -t`."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import host
from .connection import client_for
from .errors import PluginError, sentence_of
from .frames import FrameTask, chosen_frames, chosen_views, plan_tasks
from .log import logger
from .run import Exporter, FrameRun, Report
from .settings import Settings, read_settings
from .sidecar.shots.pattern import FramePattern


class Work:
    """What one run needs, read from the node on the main thread."""

    def __init__(self, node: Any, overrides: Mapping[str, Any] | None = None) -> None:
        """Read and check the node; `overrides` are values of knobs that count for this run only.

        Raises:
            PluginError: what has to be mended first.
        """
        values = {**host.values_of(node), **(overrides or {})}
        self.scene = host.scene_of(node)
        self.settings: Settings = read_settings(values, self.scene)
        frames, views = chosen_frames(values, self.scene), chosen_views(values, self.scene)
        self.tasks: list[FrameTask] = plan_tasks(self.settings.result, frames, views)

    def export(self, task: FrameTask, files: Mapping[str, Path]) -> None:
        """Render the pictures of one frame; main thread only."""
        settings = self.settings
        host.export(
            self.scene.node, task.frame, task.view, files, settings.roles, settings.channel, settings.export_depth
        )
        missing = [path for path in files.values() if not path.exists()]
        if missing:
            raise PluginError(
                f"Nuke said it rendered frame {task.frame}, but {missing[0]} does not exist: see its log."
            )

    def show(self) -> None:
        """Let the node read every result there is; main thread only."""
        show_results(host.find(self.scene.node), self.settings.result)


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
    progress = host.TerminalProgress(threading.Event())
    run = FrameRun(
        work.settings, work.tasks, work.export, lambda: client_for(work.settings.address), progress, _nothing
    )
    report = run.run()
    if report.made or report.kept:
        work.show()
    host.set_value(host.find(work.scene.node), "lfp_state", report.sentence)
    return report


class Runs:
    """The runs in work in this session, one a node at most."""

    def __init__(self) -> None:
        """Start empty."""
        self._cancels: dict[str, threading.Event] = {}
        self._threads: dict[str, threading.Thread] = {}

    def start(self, work: Work) -> None:
        """Begin a run on a thread of its own and return at once.

        Raises:
            PluginError: the node is being matted already.
        """
        name = work.scene.node
        if self.is_running(name):
            raise PluginError(f"{name} is being matted already: wait, or press Cancel.")
        cancel = self._cancels[name] = threading.Event()
        thread = threading.Thread(target=self._run, args=(work, cancel), name=f"lfpnet-{name}", daemon=True)
        self._threads[name] = thread
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

    def _run(self, work: Work, cancel: threading.Event) -> None:
        """The worker's thread: never touches the script itself."""
        main = host.MainThread(cancel.is_set)
        name = work.scene.node

        def tell(sentence: str) -> None:
            main.post(lambda: host.set_value(host.find(name), "lfp_state", sentence))

        def export(task: FrameTask, files: Mapping[str, Path]) -> None:
            main.call(lambda: work.export(task, files))

        def on_result(_: FrameTask) -> None:
            main.post(work.show)

        try:
            progress = host.WindowProgress(f"{name}: LFPNet", cancel)
            try:
                report = self._follow(work, export, progress, on_result)
            finally:
                progress.close()
            tell(report.sentence)
            if report.failed or report.problem:
                main.post(lambda: host.say(f"{name}: {report.sentence}"))
        except Exception as problem:
            logger.exception("the run of %s ended", name)
            tell(sentence_of(problem))

    @staticmethod
    def _follow(work: Work, export: Exporter, progress: Any, on_result: Any) -> Report:
        address = work.settings.address
        return FrameRun(work.settings, work.tasks, export, lambda: client_for(address), progress, on_result).run()


def _nothing(_: FrameTask) -> None:
    """Results are shown once, at the end."""
