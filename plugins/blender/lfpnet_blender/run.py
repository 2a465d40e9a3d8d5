# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel knows of a run: the worker drives it, frames are captured when they are wanted. No bpy."""

import logging
from collections import deque
from collections.abc import Callable, Sequence

from .errors import ShotProblem
from .sentences import failure_sentence
from .sidecar.shots.report import FrameTask, RunReport
from .tasks import Captured, News
from .worker import Worker

log = logging.getLogger(__name__)


class Run:
    """What "Matte Range" started.

    Attributes:
        shot: whose frames.
        total: how many.
        done: frames matted.
        skipped: frames that were done already.
        failed: frame -> sentence.
        is_cancelled: whether somebody ended it.
        is_over: whether nothing waits and nothing is under way.
        share: how much is done, 0 to 1.
    """

    def __init__(self, shot: str, frames: Sequence[int], capture: Callable[[int], Captured], worker: Worker) -> None:
        """Take the news of a run that the worker was given; call `step` and `take` in turns.

        Args:
            shot: name of the shot.
            frames: that are matted.
            capture: makes a frame's pictures on Blender's thread; raises ShotProblem.
            worker: drives it.
        """
        self.shot, self.total = shot, len(frames)
        self.done: list[int] = []
        self.skipped: list[int] = []
        self.failed: dict[int, str] = {}
        self.is_cancelled = self.is_over = False
        self.share = 0.0
        self._report = RunReport()
        self._wanted: deque[FrameTask] = deque()
        self._capture, self._worker = capture, worker

    @property
    def problem(self) -> str:
        """Why it ended before its last frame, or nothing."""
        return self._report.problem

    def step(self) -> None:
        """Capture one frame that is wanted; takes as long as Blender needs to render the inputs."""
        if not self._wanted:
            return
        task = self._wanted.popleft()
        try:
            self._worker.supply(self.shot, task, self._capture(task.frame))
        except ShotProblem as problem:
            self._worker.fail(self.shot, task, str(problem))
        except Exception as fault:  # a fault of the extension: end the run, or its buttons stay grey for ever
            log.exception("Frame %s", task.frame)
            sentence = f"the extension failed ({type(fault).__name__}: {fault}): see Blender's console and report it."
            self._worker.fail(self.shot, task, sentence, ends_run=True)

    def take(self, news: News) -> None:
        """Note what happened in this run."""
        if news.kind == "wanted":
            self._wanted.append(news.value)
        elif news.kind == "progress":
            self.share = news.value
        elif news.kind == "over":
            self._report, self.is_over, self.share = news.value, True, 1.0
        elif news.frame is not None and news.kind in ("made", "kept", "failed"):
            if news.kind == "failed":
                self.failed[news.frame] = failure_sentence(news.value)
            else:
                (self.done if news.kind == "made" else self.skipped).append(news.frame)
            self.share = max(self.share, (len(self.done) + len(self.skipped) + len(self.failed)) / max(1, self.total))

    def cancel(self) -> None:
        """Drop what waits and cancel what is under way."""
        self.is_cancelled = True
        self._wanted.clear()
        self._worker.cancel(self.shot)

    def sentence(self) -> str:
        """What happened, for the end."""
        return failure_sentence(" ".join([self._report.sentence, *self._report.warnings]))
