"""Jobs and the queue that orders them: interactive before batch, and clients in turn within each priority."""

import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from sidecar.server.cache import Blob, Finished
from sidecar.wire.errors import SidecarError
from sidecar.wire.limits import SMALL_PIECE_BYTES
from sidecar.wire.messages import PRIORITIES

WAITING, QUEUED, RUNNING = "waiting", "queued", "running"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"


@dataclass
class Upload:
    """Pieces of one picture on their way in; large ones kept as ZeroMQ received them, joined later by the loader."""

    nbytes: int
    pieces: list[memoryview | bytearray] = field(default_factory=list)
    received: int = 0

    def add(self, offset: int, piece: memoryview) -> None:
        """Take the next piece.

        Raises:
            SidecarError: code `bad_message` when it is not the next one or is too long.
        """
        if offset != self.received or piece.nbytes == 0 or offset + piece.nbytes > self.nbytes:
            raise SidecarError(
                "bad_message",
                f"Expected bytes from {self.received} of {self.nbytes}, got {piece.nbytes} at {offset}: send in order.",
            )
        if piece.nbytes > SMALL_PIECE_BYTES:
            self.pieces.append(piece)
        elif self.pieces and isinstance(self.pieces[-1], bytearray):
            self.pieces[-1] += piece
        else:
            self.pieces.append(bytearray(piece))
        self.received += piece.nbytes

    @property
    def is_complete(self) -> bool:
        """Whether every byte has come."""
        return self.received == self.nbytes


@dataclass(eq=False)
class Job:
    """One matte to make. The dispatcher's thread owns every field but those that one pipeline step at a time writes."""

    name: str
    client_id: str
    request: dict[str, Any]
    uploads: dict[str, Upload]
    views: dict[str, memoryview]
    deadline: float
    state: str = WAITING
    stage: str = "queued"
    done: int = 0
    total: int = 0
    created: float = field(default_factory=time.monotonic)
    cancel: threading.Event = field(default_factory=threading.Event)
    cancel_reason: str = "requested"
    inputs: Any = None
    matte: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    content_key: str = ""
    preview: Any = None
    finished: Finished | None = None
    result_images: list[dict[str, Any]] = field(default_factory=list)
    is_cached: bool = False
    error: SidecarError | None = None
    timings: dict[str, float] = field(default_factory=dict)
    last_progress: float = 0.0

    @property
    def priority(self) -> str:
        """`interactive` or `batch`."""
        return self.request.get("priority", "interactive")

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (DONE, FAILED, CANCELLED)

    @property
    def blobs(self) -> dict[str, Blob]:
        """What the client may fetch now."""
        blobs = [] if self.finished is None else list(self.finished.blobs)
        if self.preview is not None:
            blobs.append(self.preview)
        return {blob.image["blob"]: blob for blob in blobs}

    @property
    def upload_bytes(self) -> int:
        """Bytes announced for this job's pictures while they are needed."""
        return sum(upload.nbytes for upload in self.uploads.values())

    def free(self) -> None:
        """Let every pixel of it go."""
        self.uploads.clear()
        self.views.clear()
        self.inputs = self.matte = None


class JobQueue:
    """Thread-safe: the dispatcher's thread adds and removes, the loader takes."""

    def __init__(self) -> None:
        """Start empty."""
        self._changed = threading.Condition()
        # priority -> clients in turn -> their jobs in order
        self._lines: dict[str, OrderedDict[str, deque[Job]]] = {priority: OrderedDict() for priority in PRIORITIES}
        self._is_closed = False

    def __len__(self) -> int:
        with self._changed:
            return sum(len(line) for turns in self._lines.values() for line in turns.values())

    def add(self, job: Job) -> int:
        """Queue a job and return how many jobs are before it now."""
        with self._changed:
            turns = self._lines[job.priority]
            turns.setdefault(job.client_id, deque()).append(job)
            self._changed.notify()
            return self._order().index(job)

    def remove(self, job: Job) -> bool:
        """Take a job out; False when it was not waiting here any more."""
        with self._changed:
            turns = self._lines[job.priority]
            line = turns.get(job.client_id, deque())
            if job not in line:
                return False
            line.remove(job)
            if not line:
                del turns[job.client_id]
            return True

    def take(self) -> Job | None:
        """Wait for the next job; None once the queue is closed."""
        with self._changed:
            while not self._is_closed:
                for turns in self._lines.values():
                    if turns:
                        return _next_in_turn(turns)
                self._changed.wait()
            return None

    def close(self) -> None:
        """Wake the taker for the last time."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _order(self) -> list[Job]:
        """List the jobs in the order in which they would be taken."""
        order = []
        for turns in self._lines.values():
            lines = [list(line) for line in turns.values()]
            for rank in range(max(map(len, lines), default=0)):
                order += [line[rank] for line in lines if rank < len(line)]
        return order


def _next_in_turn(turns: OrderedDict[str, deque[Job]]) -> Job:
    client_id, line = next(iter(turns.items()))
    job = line.popleft()
    if line:
        turns.move_to_end(client_id)
    else:
        del turns[client_id]
    return job
