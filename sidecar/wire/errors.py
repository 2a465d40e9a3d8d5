"""The one error class of both sides and its codes (docs/protocol.md, section 7)."""

from __future__ import annotations

from typing import NamedTuple

from .sendable import plain_text


class ErrorKind(NamedTuple):
    """What a code means beside its sentence.

    Attributes:
        retryable: whether the same request may succeed when it is sent again.
        ends_run: whether the next frame of a range would meet it as well, so that going on is of no use.
    """

    retryable: bool
    ends_run: bool


#: Every code on the wire.
CODES: dict[str, ErrorKind] = {
    "bad_message": ErrorKind(retryable=False, ends_run=True),
    "version_mismatch": ErrorKind(retryable=False, ends_run=True),
    "unauthorised": ErrorKind(retryable=False, ends_run=True),
    "unknown_session": ErrorKind(retryable=True, ends_run=False),
    "unknown_job": ErrorKind(retryable=False, ends_run=False),
    "limit_exceeded": ErrorKind(retryable=False, ends_run=False),
    "too_many_jobs": ErrorKind(retryable=True, ends_run=True),
    "too_many_clients": ErrorKind(retryable=True, ends_run=True),
    "path_refused": ErrorKind(retryable=False, ends_run=True),
    "bad_image": ErrorKind(retryable=False, ends_run=False),
    "size_mismatch": ErrorKind(retryable=False, ends_run=False),
    "bad_option": ErrorKind(retryable=False, ends_run=True),
    "model_unavailable": ErrorKind(retryable=False, ends_run=True),
    "device": ErrorKind(retryable=True, ends_run=False),
    "out_of_memory": ErrorKind(retryable=True, ends_run=False),
    "output_failed": ErrorKind(retryable=True, ends_run=False),
    "result_gone": ErrorKind(retryable=True, ends_run=False),
    "timed_out": ErrorKind(retryable=True, ends_run=False),
    "shutting_down": ErrorKind(retryable=True, ends_run=True),
    "training": ErrorKind(retryable=False, ends_run=True),
    "internal": ErrorKind(retryable=False, ends_run=False),
}

#: Codes that only the client makes, because no server was there to send them.
CLIENT_CODES: dict[str, ErrorKind] = {
    "unreachable": ErrorKind(retryable=True, ends_run=True),
    "unresponsive": ErrorKind(retryable=True, ends_run=True),
    "launch_failed": ErrorKind(retryable=False, ends_run=True),
    "crashed": ErrorKind(retryable=True, ends_run=False),
    "cancelled": ErrorKind(retryable=True, ends_run=True),
    "closed": ErrorKind(retryable=False, ends_run=True),
}

#: A code of a newer minor version: nothing is known of it, so other frames are tried.
_UNKNOWN = ErrorKind(retryable=False, ends_run=False)


#: Longest sentence and detail, in UTF-8; paths may be long.
SENTENCE_BYTES, DETAIL_BYTES = 2000, 8000


class SidecarError(Exception):
    """A request failed for a stated reason.

    Attributes:
        code: one of `CODES` or `CLIENT_CODES`; programs switch on this, never on the sentence.
        sentence: what was expected, what came and what to do, for people.
        retryable: whether the same request may succeed later.
        ends_run: whether the other frames of a range would fail in the same way.
        detail: more lines for a log or a tool-tip, often empty.
    """

    def __init__(self, code: str, sentence: str, *, detail: str = "", retryable: bool | None = None) -> None:
        """Look the code up; the sender's `retryable` wins, and a code of a newer minor version is kept as it is."""
        self.code = code
        self.sentence = plain_text(sentence, max_bytes=SENTENCE_BYTES)
        self.detail = plain_text(detail[-DETAIL_BYTES:], max_bytes=DETAIL_BYTES, has_lines=True)
        super().__init__(self.sentence)
        kind = CODES.get(code) or CLIENT_CODES.get(code) or _UNKNOWN
        self.retryable = kind.retryable if retryable is None else retryable
        self.ends_run = kind.ends_run

    def fields(self) -> dict[str, object]:
        """Give the fields of an `error` message."""
        return {
            "code": self.code,
            "sentence": self.sentence,
            "retryable": self.retryable,
            "detail": self.detail,
        }
