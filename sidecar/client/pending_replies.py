"""Small requests that wait for one reply each; the server answers in order, so one is on its way at a time."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from ..wire.errors import SidecarError

#: The client's thread says why an answer is late; only if it cannot, the wait ends by itself.
GRACE_SECONDS = 2.0


class PendingReply:
    """One request; `reply_kind` is empty where no reply comes."""

    def __init__(self, kind: str, fields: dict[str, Any], reply_kind: str, timeout_seconds: float) -> None:
        """Begin its time; `Questions` sends it."""
        self.kind, self.fields, self.reply_kind = kind, fields, reply_kind
        self.deadline = time.monotonic() + timeout_seconds
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def answer(self, value: dict[str, Any] | SidecarError) -> None:
        """Wake who waits; the client's thread calls this."""
        self._answers.put(value)

    def wait(self) -> dict[str, Any]:
        """Block until the answer, or a moment longer than its time.

        Raises:
            SidecarError: why there is no reply.
        """
        try:
            value = self._answers.get(timeout=max(0.0, self.deadline - time.monotonic()) + GRACE_SECONDS)
        except queue.Empty:
            raise SidecarError("timed_out", "No answer came in time: look at the sidecar.") from None
        if isinstance(value, SidecarError):
            raise value
        return value


class PendingReplies:
    """The line of questions; the client's thread owns it."""

    def __init__(self) -> None:
        """Start empty."""
        self._line: deque[PendingReply] = deque()
        self._is_first_sent = False

    def __bool__(self) -> bool:
        return bool(self._line)

    def add(self, asked: PendingReply) -> None:
        """Put a question at the end."""
        self._line.append(asked)

    def send(self, send: Callable[[str, dict[str, Any]], None], session: str) -> None:
        """Send the first one unless it is on its way."""
        if not self._line or self._is_first_sent:
            return
        first = self._line[0]
        self._is_first_sent = True
        send(first.kind, {**first.fields, "session": session})
        if not first.reply_kind:
            self._settle({})

    def on_reply(self, kind: str, fields: dict[str, Any]) -> None:
        """Take a reply, if it is the one that is waited for."""
        if self._is_first_sent and self._line[0].reply_kind == kind:
            self._settle(fields)

    def on_error(self, error: SidecarError) -> None:
        """Take an error that concerns no job."""
        if self._is_first_sent:
            self._settle(error)

    def unsend(self) -> None:
        """Note that the connection is gone: the first one has to be sent again."""
        self._is_first_sent = False

    def drop_late(self, now: float, error: Callable[[], SidecarError]) -> None:
        """Answer those whose time is over."""
        while self._line and now > self._line[0].deadline:
            self._settle(error())

    def fail_all(self, error: SidecarError) -> None:
        """Answer every one with an error."""
        while self._line:
            self._settle(error)

    def _settle(self, value: dict[str, Any] | SidecarError) -> None:
        self._is_first_sent = False
        self._line.popleft().answer(value)
