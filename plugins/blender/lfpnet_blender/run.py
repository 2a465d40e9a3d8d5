# SPDX-License-Identifier: GPL-3.0-or-later
"""Some frames of one shot on their way: captured one after another, a few at a time in the sidecar. No bpy."""

import logging
from collections import deque
from collections.abc import Callable, Sequence

from .errors import ShotProblem
from .sentences import failure_sentence
from .sidecar.wire.errors import SidecarError
from .tasks import MatteTask, News
from .worker import Worker

log = logging.getLogger(__name__)

#: Frames in the sidecar at once: one computes, one is loaded, so that it never waits for a capture.
AHEAD = 2
#: Codes that the next frame would meet as well.
HOPELESS = frozenset(
    {
        "launch_failed",
        "unauthorised",
        "version_mismatch",
        "model_unavailable",
        "unreachable",
        "unresponsive",
        "closed",
        "bad_option",
        "crashed",
        "output_failed",
        "internal",
    }
)


class Run:
    """What "Matte Range" started.

    Attributes:
        shot: whose frames.
        done: frames matted.
        skipped: frames that were done already.
        failed: frame -> sentence.
        is_cancelled: whether somebody ended it.
    """

    def __init__(self, shot: str, frames: Sequence[int], capture: Callable[[int], MatteTask], worker: Worker) -> None:
        """Begin nothing yet; call `step` and `take` in turns.

        Args:
            shot: name of the shot.
            frames: to matte, in this order.
            capture: makes a frame's task on Blender's thread; raises ShotProblem.
            worker: does it.
        """
        self.shot = shot
        self.total = len(frames)
        self.done: list[int] = []
        self.skipped: list[int] = []
        self.failed: dict[int, str] = {}
        self.is_cancelled = False
        self._waiting = deque(frames)
        self._flying: dict[int, float] = {}
        self._capture, self._worker = capture, worker

    @property
    def is_over(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return not self._waiting and not self._flying

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        finished = len(self.done) + len(self.skipped) + len(self.failed)
        return (finished + sum(self._flying.values())) / max(1, self.total)

    def step(self) -> None:
        """Capture one frame if the sidecar can take it; takes as long as Blender needs to render the inputs."""
        if not self._waiting or len(self._flying) >= AHEAD:
            return
        frame = self._waiting.popleft()
        try:
            task = self._capture(frame)
        except ShotProblem as problem:
            self.failed[frame] = str(problem)
            return
        except Exception as fault:  # a fault of the extension: end the run, or its buttons stay grey for ever
            log.exception("Frame %s", frame)
            sentence = f"the extension failed ({type(fault).__name__}: {fault}): see Blender's console and report it."
            self.failed |= dict.fromkeys([frame, *self._waiting], sentence)
            self._waiting.clear()
            return
        self._flying[frame] = 0.0
        self._worker.matte(task)

    def take(self, news: News) -> None:
        """Note what happened to a frame of this run."""
        if news.frame not in self._flying:
            return
        frame = news.frame
        if news.kind == "progress":
            self._flying[frame] = news.value
            return
        del self._flying[frame]
        if news.kind == "done":
            self.done.append(frame)
        elif news.kind == "skipped":
            self.skipped.append(frame)
        elif news.kind == "failed":
            self._note_failure(frame, news.value)

    def cancel(self) -> None:
        """Drop what waits and cancel what is under way."""
        self.is_cancelled = True
        self._waiting.clear()
        self._worker.cancel(self.shot)

    def sentence(self) -> str:
        """What happened, for the end."""
        parts = [f"{len(self.done)} of {self.total} frames matted"]
        if self.skipped:
            parts.append(f"{len(self.skipped)} were done already")
        if self.is_cancelled:
            parts.append("the rest was cancelled")
        text = ", ".join(parts) + "."
        if self.failed:
            frame, first = next(iter(self.failed.items()))
            others = f" ({len(self.failed) - 1} more frames failed)" if len(self.failed) > 1 else ""
            text += f" Frame {frame}: {first}{others}"
        return text

    def _note_failure(self, frame: int, error: SidecarError) -> None:
        sentence = failure_sentence(error.sentence)
        self.failed[frame] = sentence
        if error.code in HOPELESS:
            self.failed |= dict.fromkeys(self._waiting, sentence)
            self._waiting.clear()
