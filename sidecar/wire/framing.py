"""Frames to messages and back: `[magic, msgpack header, payload?]`, bounded before anything is unpacked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgpack

from .errors import SidecarError
from .limits import FRAME_BYTES, HEADER_BYTES, MESSAGE_FRAMES
from .messages import WITH_PAYLOAD, check_message
from .version import MAGIC


class Message(NamedTuple):
    """One checked message; `payload` is a view of the sender's bytes or None."""

    kind: str
    fields: dict[str, Any]
    payload: memoryview | None = None


def pack(kind: str, fields: Mapping[str, Any], payload: Any = None) -> list[Any]:
    """Build the frames of one message; None values are left out.

    Raises:
        SidecarError: code `bad_message` when the fields break the protocol or the header grows over 64 kB.
    """
    checked = check_message(kind, dict(fields))
    try:
        header = bytes(msgpack.packb({"type": kind, **checked}, use_bin_type=True) or b"")
    except (ValueError, TypeError, OverflowError, RecursionError) as problem:
        # Half characters, integers beyond 64 bits, nesting without end, and what msgpack has no type for.
        raise SidecarError(
            "bad_message", f"A value of '{kind}' cannot be sent ({problem}): use plain texts and numbers."
        ) from problem
    if len(header) > HEADER_BYTES:
        raise SidecarError(
            "bad_message", f"The header of '{kind}' has {len(header)} bytes, more than {HEADER_BYTES}: send less text."
        )
    return [MAGIC, header] if payload is None else [MAGIC, header, payload]


def unpack(frames: Sequence[Any]) -> Message:
    """Read one message from hostile frames (buffers, without the routing identity).

    Raises:
        SidecarError: code `bad_message` for anything that is not exactly a message of this protocol.
    """
    views = [memoryview(frame) for frame in frames]
    if not 2 <= len(views) <= MESSAGE_FRAMES:
        raise SidecarError(
            "bad_message", f"A message has 2 or {MESSAGE_FRAMES} frames, not {len(views)}: update the peer."
        )
    if views[0].nbytes != len(MAGIC) or bytes(views[0]) != MAGIC:
        raise SidecarError("bad_message", f"The first frame must be {MAGIC!r}: the peer is no lfpnet program.")
    if views[1].nbytes > HEADER_BYTES:
        raise SidecarError(
            "bad_message", f"A header has at most {HEADER_BYTES} bytes, not {views[1].nbytes}: send less."
        )
    header = _unpack_header(views[1])
    kind = header.get("type")
    if not isinstance(kind, str):
        raise SidecarError("bad_message", "A header must hold the field 'type' (text): see docs/protocol.md.")
    fields = check_message(kind, header)
    has_payload = len(views) == MESSAGE_FRAMES
    if has_payload != (kind in WITH_PAYLOAD) or (has_payload and views[2].nbytes > FRAME_BYTES):
        raise SidecarError("bad_message", f"'{kind}' came with the wrong payload frame: see docs/protocol.md.")
    return Message(kind, fields, views[2] if has_payload else None)


def _unpack_header(view: memoryview) -> dict[str, Any]:
    try:
        header = msgpack.unpackb(
            view,
            raw=False,
            strict_map_key=True,
            ext_hook=_refuse_extension,
            max_str_len=HEADER_BYTES,
            max_bin_len=0,
            max_array_len=4096,
            max_map_len=512,
            max_ext_len=0,
        )
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as problem:
        # ExtraData, FormatError, StackError and UnicodeDecodeError are ValueErrors; OutOfData is an UnpackException.
        raise SidecarError(
            "bad_message", f"The header is no valid msgpack map ({type(problem).__name__}): update the peer."
        ) from problem
    if not isinstance(header, dict):
        raise SidecarError("bad_message", "The header must be a msgpack map: see docs/protocol.md.")
    return header


def _refuse_extension(code: int, data: bytes) -> Any:
    raise ValueError(f"extension type {code} ({len(data)} bytes) is not part of the protocol")
