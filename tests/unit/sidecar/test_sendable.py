"""Whatever files, folders and logs hold becomes something that a message can hold."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.wire.errors import SidecarError
from sidecar.wire.framing import pack, unpack
from sidecar.wire.sendable import is_plain, plain_text, sendable

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()) | st.integers(), inner),
)


@given(ANYTHING)
def test_everything_becomes_sendable(value):
    progress = {"value": sendable(value)}
    assert unpack(pack("train_reply", {"state": "running", "progress": progress})).fields["progress"] == progress


@given(st.text(st.characters()), st.integers(1, 300))
def test_a_plain_text_is_printable_and_within_its_bytes(text, max_bytes):
    plain = plain_text(text, max_bytes=max_bytes)
    assert is_plain(plain)
    assert len(plain.encode()) <= max_bytes


def test_what_is_plain_stays_as_it_is():
    for text in ("/show/sc010/漢字 ü 🦊.exr", "", "a b"):
        assert plain_text(text) == text


def test_control_sequences_and_half_characters_are_spelt_out():
    assert plain_text("a\nb\x1b[31m\udce4\u202e") == "a\\nb\\x1b[31m\\udce4\\u202e"
    assert plain_text("a\n\tb\x1b", has_lines=True) == "a\n\tb\\x1b"


@pytest.mark.parametrize("hostile", [10**30, "\udce4", {1: object()}])
def test_what_cannot_be_packed_is_a_sentence(hostile):
    with pytest.raises(SidecarError) as caught:
        pack("result", {"job": "j", "images": [], "timings": {"x": hostile}, "is_cached": False})
    assert caught.value.code == "bad_message"


def test_every_error_can_be_sent_whatever_its_sentence_holds():
    error = SidecarError("bad_image", "/show/verj\udce4hrt\x1b[2J" + "🦊" * 5000, detail="\ud800\n" * 20000)
    sent = unpack(pack("error", error.fields())).fields
    assert sent["sentence"].startswith("/show/verj\\udce4hrt\\x1b[2J")
    assert len(msgpack.packb(sent)) < 20000
