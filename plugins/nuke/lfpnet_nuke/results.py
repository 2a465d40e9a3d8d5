"""Which frames of a node are done, made with other settings, or missing; and how to be rid of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from .connection import client_for
from .log import logger
from .runs import Work
from .sidecar.shots.frame_results import FrameResults
from .sidecar.shots.frames import format_frames
from .sidecar.shots.record import read_record, record_path
from .sidecar.shots.report import FrameTask


@dataclass
class FramesState:
    """The chosen frames of a node, by what is known of their results. Pictures are compared when frames are matted."""

    done: list[FrameTask] = field(default_factory=list)
    stale: list[FrameTask] = field(default_factory=list)
    missing: list[FrameTask] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """For the panel, such as `done 1001-1010; missing 1011`."""
        parts = {"done": self.done, "stale": self.stale, "missing": self.missing}
        return "; ".join(f"{name} {_ranges(tasks)}" for name, tasks in parts.items() if tasks) + "."

    @property
    def unfinished(self) -> str:
        """Frames that are stale or missing, as `custom` takes them; nothing where all are done."""
        return _ranges([*self.stale, *self.missing])


def frames_state(work: Work) -> FramesState:
    """Look at the results of the chosen frames, without their pictures; safe on any thread."""
    address = work.settings.address
    results = FrameResults(work.settings.request, work.owner, lambda: client_for(address), logger.warning)
    state = FramesState()
    for task in work.tasks:
        if not task.result.is_file():
            state.missing.append(task)
        else:
            (state.done if results.is_ours(task) else state.stale).append(task)
    return state


def clear_results(work: Work) -> int:
    """Remove the chosen frames' results that belong to this node, with their records; return how many.

    Raises:
        OSError: one cannot be removed.
    """
    count = 0
    for task in work.tasks:
        record = read_record(task.result)
        if record is None or record.owner is None or record.owner.id != work.owner.id:
            continue
        with suppress(FileNotFoundError):
            task.result.unlink()
            count += 1
        record_path(task.result).unlink()
    return count


def _ranges(tasks: list[FrameTask]) -> str:
    return format_frames({task.frame for task in tasks}) if tasks else ""
