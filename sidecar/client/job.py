"""One job as its host sees it: a handle that any thread may look at, and the result it ends with."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..wire.errors import SidecarError
from .arguments import seconds

if TYPE_CHECKING:
    import numpy as np

SUBMITTED, ACCEPTED, RUNNING = "submitted", "accepted", "running"
DONE, FAILED, CANCELLED = "done", "failed", "cancelled"


@dataclass(frozen=True)
class JobResult:
    """What a finished job gives.

    Attributes:
        path: the EXR file that was written, when the output was a file.
        exr: the bytes of an EXR file, when that was asked for.
        layers: `alpha` (h, w), `foreground` and `background` (h, w, 3) in scene-linear, when arrays were asked for.
        timings: seconds of each stage.
        is_cached: whether the sidecar had made the same matte before.
        warnings: what was repaired on the way.
        facts: how it was made: `weights`, `weights_licence`, `device`, `precision`, `tiles`.
    """

    path: str | None = None
    exr: bytes | None = None
    layers: Mapping[str, np.ndarray] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    is_cached: bool = False
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


class Job:
    """A handle; its attributes only ever move forward.

    Attributes:
        name: unique name; a job sent again after a restart keeps it.
        state: `submitted`, `accepted`, `running`, `done`, `failed` or `cancelled`.
        stage: what the sidecar does with it now.
        done: tiles done.
        total: tiles in all, 0 while unknown.
        position: jobs before it when it was accepted.
        preview: coarse alpha, uint8 (h, w), smaller than the plate, or None.
        result: a `JobResult` once the state is `done`.
        error: the reason once the state is `failed` or `cancelled`.
    """

    def __init__(self, request: dict[str, Any], pixels: Mapping[str, Any]) -> None:
        """Made by `Client.submit` only."""
        self.name = uuid.uuid4().hex
        self.state = SUBMITTED
        self.stage = "queued"
        self.done = self.total = self.position = 0
        self.preview: np.ndarray | None = None
        self.result: JobResult | None = None
        self.error: SidecarError | None = None
        self.request = request
        self.pixels: dict[str, Any] = dict(pixels)
        self.crashes = self.kills = self.resends = 0
        self.is_cancel_asked = False
        self.deadline: float | None = None
        self._over = threading.Event()

    @property
    def upload_bytes(self) -> int:
        """Bytes of the pictures that are sent with it."""
        return sum(data.nbytes for data in self.pixels.values())

    @property
    def is_over(self) -> bool:
        """Whether the state will not change any more."""
        return self._over.is_set()

    def wait(self, timeout_seconds: float | None = None) -> JobResult:
        """Block until the job is over; for scripts, never for a host's main thread.

        Raises:
            SidecarError: why it failed or was cancelled; code `timed_out` when the wait was too short.
        """
        if not self._over.wait(seconds("timeout_seconds", timeout_seconds)):
            raise SidecarError(
                "timed_out", f"The job is not over after {timeout_seconds:.1f} s: wait longer or cancel it."
            )
        if self.result is None:
            raise self.error or SidecarError("closed", "The job ended without a result: submit it again.")
        return self.result

    def end(self, state: str, *, result: JobResult | None = None, error: SidecarError | None = None) -> None:
        """Set the final state once; the client's thread calls this."""
        if not self.is_over:
            self.result, self.error, self.state = result, error, state
            self.pixels = {}
            self._over.set()
