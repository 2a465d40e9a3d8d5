import random

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.wire.errors import SidecarError
from sidecar.wire.framing import pack, unpack
from sidecar.wire.limits import FRAME_BYTES, HEADER_BYTES
from sidecar.wire.messages import MESSAGES
from sidecar.wire.version import MAGIC, check_protocol

PING = {"session": "s"}


def refusal(frames):
    with pytest.raises(SidecarError) as caught:
        unpack(frames)
    assert caught.value.code == "bad_message"
    assert caught.value.sentence.endswith(".")
    return caught.value.sentence


def test_a_message_comes_out_as_it_went_in():
    fields = {"session": "s", "job": "j", "image": "plate", "offset": 7}
    message = unpack(pack("put", fields, b"pixels"))
    assert (message.kind, message.fields, bytes(message.payload)) == ("put", fields, b"pixels")


def test_unknown_fields_are_ignored():
    header = msgpack.packb({"type": "ping", "session": "s", "from_the_future": {"a": [1]}})
    assert unpack([MAGIC, header]).fields == PING


def test_a_null_field_counts_as_missing():
    refusal([MAGIC, msgpack.packb({"type": "ping", "session": None})])


@pytest.mark.parametrize("wrong", [1, 1.5, True, ["s"], {"s": 1}, "x" * 5000])
def test_a_known_field_of_a_wrong_type_is_refused_and_named(wrong):
    assert "session" in refusal([MAGIC, msgpack.packb({"type": "ping", "session": wrong})])


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf"), True, "1", 2**60])
def test_numbers_must_be_finite_numbers(wrong):
    pong = {"type": "pong", "instance": "i", "state": "ready", "jobs": 0, "worker_age_seconds": wrong}
    refusal([MAGIC, msgpack.packb(pong)])


@pytest.mark.parametrize("frames", [[], [MAGIC], [MAGIC] * 4, [b"LFPX", msgpack.packb({"type": "ping", **PING})]])
def test_wrong_frames_are_refused(frames):
    refusal(frames)


def test_a_header_over_the_limit_is_refused_before_it_is_unpacked(monkeypatch):
    def explode(*_args, **_kwargs):
        raise AssertionError("unpacked")

    monkeypatch.setattr(msgpack, "unpackb", explode)
    refusal([MAGIC, b"\x80" * (HEADER_BYTES + 1)])


def test_an_oversize_payload_is_refused():
    header = pack("put", {"session": "s", "job": "j", "image": "plate", "offset": 0})[1]
    refusal([MAGIC, header, bytes(FRAME_BYTES + 1)])


def test_a_payload_where_none_belongs_is_refused():
    refusal([MAGIC, pack("ping", PING)[1], b"pixels"])
    refusal([MAGIC, pack("put", {"session": "s", "job": "j", "image": "plate", "offset": 0})[1]])


def test_a_header_that_grows_too_large_is_not_sent():
    with pytest.raises(SidecarError):
        pack("train_reply", {"state": "running", "log": "x" * HEADER_BYTES})


BOMBS = {
    "array header of 4 G": b"\xdd\xff\xff\xff\xff",
    "map header of 4 G": b"\xdf\xff\xff\xff\xff",
    "text of 4 G": b"\xdb\xff\xff\xff\xff",
    "binary of 4 G": b"\xc6\xff\xff\xff\xff",
    "deep nesting": b"\x91" * 60000,
    "many empty maps": b"\xdc\x0f\xff" + b"\x80" * 4095,
    "nested arrays of maps": b"\x9f" + (b"\x9f" + b"\x80" * 15) * 15,
    "extension": b"\x81\xa1a\xc7\x01\x05x",
    "timestamp": b"\x81\xa1a\xd6\xff\x00\x00\x00\x00",
    "trailing bytes": b"\x80\x80",
    "bad text": b"\x81\xa4type\xa2\xff\xfe",
    "integer keys": b"\x81\x01\x02",
    "binary": b"\x81\xa4type\xc4\x01a",
    "empty": b"",
    "no map": b"\xc0",
}


@pytest.mark.parametrize("name", BOMBS)
def test_msgpack_bombs_are_refused(name):
    refusal([MAGIC, BOMBS[name]])


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_random_frames_never_raise_anything_but_a_refusal(frames):
    refusal(frames)


@given(st.binary(max_size=300))
def test_random_headers_never_raise_anything_but_a_refusal(header):
    refusal([MAGIC, header])


def test_mutated_and_truncated_messages_are_read_or_refused():
    chance = random.Random(7)
    good = [pack(kind, example_of(kind), b"p" if kind in ("put", "data") else None) for kind in MESSAGES]
    for _ in range(10_000):
        frames = [bytearray(frame) for frame in chance.choice(good)]
        frame = chance.choice(frames)
        if chance.random() < 0.3:
            del frame[chance.randrange(len(frame) + 1) :]
        for _ in range(chance.randrange(4)):
            if frame:
                frame[chance.randrange(len(frame))] = chance.randrange(256)
        try:
            unpack(frames)
        except SidecarError as error:
            assert error.code == "bad_message"  # noqa: PT017 - most mutations are refused, some are still messages


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_can_be_packed_and_read_again(kind):
    fields = example_of(kind)
    assert unpack(pack(kind, fields, b"p" if kind in ("put", "data") else None)).fields == fields


@given(st.integers(-5, 5), st.integers(0, 1000))
def test_only_the_major_version_matters(major, minor):
    if major == 1:
        check_protocol([major, minor], who="x")
        return
    with pytest.raises(SidecarError, match=f"{major}.{minor}") as caught:
        check_protocol([major, minor], who="x")
    assert caught.value.code == "version_mismatch"


IMAGE = {"kind": "inline", "dtype": "uint8", "shape": [1, 1, 3]}
EXAMPLES = {
    "text": "t", "long-text": "t" * 5000, "integer": -1, "count": 1, "number": 0.5, "flag": True, "texts": ["a"],
    "integers": [1, 0], "map": {"a": 1}, "maps": [{"a": 1}], "image": IMAGE, "images": [IMAGE],
    "inputs": {"plate": IMAGE, "trimap": {"kind": "file", "path": "/x"}}, "output": {"kind": "exr", "depth": "half"},
    "options": {"plan": "fast", "tile": 512},
}  # fmt: skip


def example_of(kind):
    return {field.name: EXAMPLES[field.type] for field in MESSAGES[kind].fields}
