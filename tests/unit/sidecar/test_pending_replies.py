"""Questions of a client: one on its way at a time, and each gets exactly one answer."""

import math

import pytest

from sidecar.client.pending_replies import PendingReplies, PendingReply
from sidecar.wire.errors import SidecarError


class Server:
    """Remembers what was sent."""

    def __init__(self):
        self.sent = []

    def send(self, kind, fields):
        self.sent.append((kind, fields["session"]))


@pytest.fixture
def server():
    return Server()


def asked(*kinds, timeout_seconds=60.0):
    line, questions = PendingReplies(), []
    for kind in kinds:
        questions.append(PendingReply(kind, {}, "" if kind == "shutdown" else f"{kind}_reply", timeout_seconds))
        line.add(questions[-1])
    return line, questions


def test_one_question_at_a_time_is_on_its_way_and_replies_find_theirs(server):
    line, (status, models) = asked("status", "models")
    line.send(server.send, "s")
    line.send(server.send, "s")
    assert server.sent == [("status", "s")]
    line.on_reply("models_reply", {"wrong": True})
    line.on_reply("status_reply", {"pid": 1})
    line.send(server.send, "s")
    line.on_reply("models_reply", {"models": []})
    assert (status.wait(), models.wait()) == ({"pid": 1}, {"models": []})
    assert not line


def test_a_question_without_reply_is_answered_when_it_is_sent(server):
    line, (shutdown,) = asked("shutdown")
    line.send(server.send, "s")
    assert shutdown.wait() == {}


def test_a_question_is_sent_again_on_the_next_connection(server):
    line, (status,) = asked("status")
    line.send(server.send, "first")
    line.unsend()
    line.on_reply("status_reply", {"pid": 1})  # a straggler of the broken connection
    line.send(server.send, "second")
    line.on_reply("status_reply", {"pid": 2})
    assert server.sent == [("status", "first"), ("status", "second")]
    assert status.wait() == {"pid": 2}


def test_errors_and_late_answers_wake_who_waits(server):
    line, questions = asked("status", "models", "train")
    line.send(server.send, "s")
    line.on_error(SidecarError("bad_message", "No."))
    line.on_error(SidecarError("bad_message", "The next one was not sent, so this is not for it."))
    line.drop_late(-math.inf, lambda: SidecarError("timed_out", "Not late at all."))
    assert line
    line.drop_late(math.inf, lambda: SidecarError("timed_out", "Late."))
    codes = []
    for question in questions:
        with pytest.raises(SidecarError) as caught:
            question.wait()
        codes.append(caught.value.code)
    assert codes == ["bad_message", "timed_out", "timed_out"]
