"""What a run over frames is asked for, and what it says: tasks, inputs, events and the report at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..client.job import JobResult
    from ..client.request import Picture
    from .request import MatteRequest


class Redo(IntEnum):
    """Which frames that have a result are made again, from none to all."""

    #: None: whatever result is there stays.
    NOTHING = 0
    #: Those made with other settings; pictures are not looked at, so that a host exports none.
    OTHER_SETTINGS = 1
    #: Those made with other settings or of other pictures.
    STALE = 2
    ALL = 3


@dataclass(frozen=True)
class FrameTask:
    """One frame of one view and its result.

    Attributes:
        frame: its number.
        view: its name, or nothing.
        result: the EXR to write.
        request: its own settings, where they are not those of the run (animated bands).
    """

    frame: int
    view: str
    result: Path
    request: MatteRequest | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """How sentences call it: `1001` or `1001 left`."""
        return f"{self.frame} {self.view}".rstrip()


@dataclass(frozen=True)
class FrameInputs:
    """The pictures of one frame.

    Attributes:
        sources: role (`plate`, `trimap`, `roto`, `core`, `edge`, `shapes`) -> what the frame is made of. Their
            fingerprints are taken once, before anything is read or sent, and go into the record.
        read: gives the pictures to send, by roles of the protocol, where they are not the sources themselves. It is
            called after the fingerprints were taken, and only for a frame that is computed.
        neighbours: fingerprints of other frames that this one depends on, by their number.
        facts: what else the record keeps.
    """

    sources: Mapping[str, Picture]
    read: Callable[[], Mapping[str, Picture]] | None = None
    neighbours: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FrameEvent:
    """What happened in a run.

    Attributes:
        kind: `progress`, `made`, `kept` (it was done), `shared` (another run made it meanwhile), `failed`, `cancelled`,
            or `warning`, which may concern no frame.
        task: whose news.
        sentence: for people.
        share: of the frame's tiles that are done, 0 to 1.
        result: of a frame that was made.
    """

    kind: str
    task: FrameTask | None
    sentence: str = ""
    share: float = 0.0
    result: JobResult | None = None


@dataclass
class RunReport:
    """What a run did.

    Attributes:
        made: frames that it computed.
        kept: frames that were up to date.
        shared: frames that another run made meanwhile.
        failed: frames without a result, each with a sentence.
        warnings: sentences that stopped nothing.
        was_cancelled: whether somebody ended it.
        problem: why it ended before its last frame; nothing where it did not.
    """

    made: list[FrameTask] = field(default_factory=list)
    kept: list[FrameTask] = field(default_factory=list)
    shared: list[FrameTask] = field(default_factory=list)
    failed: list[tuple[FrameTask, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    was_cancelled: bool = False
    problem: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every frame has its result now."""
        return not (self.failed or self.was_cancelled or self.problem)

    @property
    def sentence(self) -> str:
        """One sentence for a panel."""
        parts = [f"{len(self.made)} matted", f"{len(self.kept)} were up to date"]
        if self.shared:
            parts.append(f"{len(self.shared)} were made by another run")
        if self.failed:
            task, why = self.failed[0]
            parts.append(f"{len(self.failed)} failed, first frame {task.name}: {why}")
        if self.was_cancelled:
            parts.append("the rest was cancelled")
        return self.problem or "; ".join(parts).rstrip(".") + "."

    @property
    def notice(self) -> str:
        """What the artist must be told in a window; nothing when all went well."""
        return " ".join([*([self.sentence] if self.failed or self.problem else []), *self.warnings])
