"""The one error class of both sides and its codes (docs/protocol.md, section 7)."""

from __future__ import annotations

#: Every code on the wire -> whether the same request may succeed when it is sent again.
CODES: dict[str, bool] = {
    "bad_message": False,
    "version_mismatch": False,
    "unauthorised": False,
    "unknown_session": True,
    "unknown_job": False,
    "limit_exceeded": False,
    "too_many_jobs": True,
    "too_many_clients": True,
    "path_refused": False,
    "bad_image": False,
    "size_mismatch": False,
    "bad_option": False,
    "model_unavailable": False,
    "device": True,
    "out_of_memory": True,
    "output_failed": True,
    "result_gone": True,
    "timed_out": True,
    "shutting_down": True,
    "training": False,
    "internal": False,
}

#: Codes that only the client makes, because no server was there to send them.
CLIENT_CODES: dict[str, bool] = {
    "unreachable": True,
    "unresponsive": True,
    "launch_failed": False,
    "crashed": True,
    "cancelled": True,
    "closed": False,
}


class SidecarError(Exception):
    """A request failed for a stated reason.

    Attributes:
        code: one of `CODES` or `CLIENT_CODES`; programs switch on this, never on the sentence.
        sentence: what was expected, what came and what to do, for people.
        retryable: whether the same request may succeed later.
        detail: more lines for a log or a tool-tip, often empty.
    """

    def __init__(self, code: str, sentence: str, *, detail: str = "", retryable: bool | None = None) -> None:
        """Look retryability up unless the sender said it; a code of a newer minor version is kept as it is."""
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.detail = detail
        self.retryable = CODES.get(code, CLIENT_CODES.get(code, False)) if retryable is None else retryable

    def fields(self) -> dict[str, object]:
        """Give the fields of an `error` message."""
        return {
            "code": self.code,
            "sentence": self.sentence[:2000],
            "retryable": self.retryable,
            "detail": self.detail[-8000:],
        }
