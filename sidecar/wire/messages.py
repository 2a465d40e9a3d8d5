"""Every message and structure as tables; docs/protocol.md is the authority and a test compares the two."""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import SidecarError
from .schema import Field, check, fields

CONTROL, DATA = "control", "data"


class MessageType(NamedTuple):
    """Who sends a message on which socket, and its fields."""

    sender: str
    socket: str
    fields: tuple[Field, ...]


_PIXEL_OPTIONS = "channels:texts colour_space:text origin:text data_window:integers display_window:integers"

#: Structures inside messages. An image, and an output, is chosen by its field `kind`.
STRUCTURES: dict[str, tuple[Field, ...]] = {
    "image.file": fields("kind:text path:text", "colour_space:text layer:text"),
    "image.exr": fields("kind:text bytes:count", "colour_space:text layer:text blob:text"),
    "image.inline": fields("kind:text dtype:text shape:integers", _PIXEL_OPTIONS + " blob:text"),
    "image.shm": fields("kind:text dtype:text shape:integers slot:text offset:count", _PIXEL_OPTIONS),
    "output.file": fields("kind:text path:text", "depth:text compression:text layers:text"),
    "output.exr": fields("kind:text", "depth:text compression:text layers:text"),
    "output.inline": fields("kind:text", "depth:text"),
    "output.shm": fields("kind:text slot:text offset:count bytes:count", "depth:text"),
    "inputs": fields("plate:image", "trimap:image roto:image core:image edge:image solid:image"),
    "options": fields(
        "",
        "plan:text tile:count tta:flag is_truncated:flag inner_pixels:number outer_pixels:number working_space:text",
    ),
}

MESSAGES: dict[str, MessageType] = {
    "hello": MessageType("client", CONTROL, fields("protocol:integers client:text client_id:text", "token:text")),
    "capabilities": MessageType(
        "server",
        CONTROL,
        fields(
            "protocol:integers instance:text session:text pid:count version:text state:text "
            "models:texts devices:texts transports:texts limits:map",
            "problem:text",
        ),
    ),
    "submit": MessageType(
        "client",
        CONTROL,
        fields(
            "session:text job:text inputs:inputs output:output",
            "options:options model:text priority:text coalesce:text label:text timeout_seconds:number preview:flag",
        ),
    ),
    "accepted": MessageType("server", CONTROL, fields("job:text position:count uploads:texts")),
    "progress": MessageType("server", CONTROL, fields("job:text stage:text done:count total:count")),
    "preview": MessageType("server", CONTROL, fields("job:text image:image")),
    "result": MessageType(
        "server", CONTROL, fields("job:text images:images timings:map is_cached:flag", "warnings:texts facts:map")
    ),
    "release": MessageType("client", CONTROL, fields("session:text job:text")),
    "cancel": MessageType("client", CONTROL, fields("session:text job:text")),
    "cancelled": MessageType("server", CONTROL, fields("job:text reason:text tiles_done:count")),
    "error": MessageType(
        "server", CONTROL, fields("code:text sentence:text retryable:flag", "job:text request:text detail:long-text")
    ),
    "ping": MessageType("client", CONTROL, fields("session:text")),
    "pong": MessageType("server", CONTROL, fields("instance:text state:text jobs:count worker_age_seconds:number")),
    "status": MessageType("client", CONTROL, fields("session:text")),
    "status_reply": MessageType(
        "server",
        CONTROL,
        fields(
            "instance:text pid:count state:text uptime_seconds:number worker_age_seconds:number clients:count "
            "queued:count jobs:maps memory:map models:maps devices:texts finished:count failed:count",
            "training:map",
        ),
    ),
    "models": MessageType("client", CONTROL, fields("session:text")),
    "models_reply": MessageType("server", CONTROL, fields("models:maps")),
    "slot_open": MessageType("client", CONTROL, fields("session:text request:text bytes:count")),
    "slot": MessageType("server", CONTROL, fields("request:text slot:text path:text bytes:count")),
    "slot_close": MessageType("client", CONTROL, fields("session:text slot:text")),
    "shutdown": MessageType("client", CONTROL, fields("session:text how:text")),
    "goodbye": MessageType("server", CONTROL, fields("reason:text sentence:text")),
    "train_start": MessageType("client", CONTROL, fields("session:text arguments:texts", "command:text")),
    "train_status": MessageType("client", CONTROL, fields("session:text", "log_lines:count")),
    "train_stop": MessageType("client", CONTROL, fields("session:text")),
    "train_reply": MessageType(
        "server", CONTROL, fields("state:text", "pid:count exit_code:integer progress:map log:long-text")
    ),
    "put": MessageType("client", DATA, fields("session:text job:text image:text offset:count")),
    "fetch": MessageType("client", DATA, fields("session:text job:text blob:text offset:count bytes:count")),
    "data": MessageType("server", DATA, fields("job:text blob:text offset:count total:count")),
}

#: Messages that carry one payload frame; all others carry none.
WITH_PAYLOAD = frozenset({"put", "data"})

PRIORITIES = ("interactive", "batch")
#: What `train_start.command` may be.
TRAINING_COMMANDS = ("train", "finetune")
STAGES = ("queued", "loading", "model", "computing", "encoding")
COLOUR_SPACES = ("scene_linear", "srgb", "data")
ORIGINS = ("top-left", "bottom-left")
DEPTHS = ("half", "float", "auto")


def check_message(kind: str, values: object) -> dict[str, Any]:
    """Return the known fields of a message of this kind, each checked.

    Raises:
        SidecarError: code `bad_message`.
    """
    if kind not in MESSAGES:
        raise SidecarError("bad_message", f"'{kind[:40]}' is no message of this protocol: see docs/protocol.md.")
    return check(kind, MESSAGES[kind].fields, values, _STRUCTURED)


def _by_kind(family: str) -> Any:
    def check_one(where: str, value: object) -> dict[str, Any]:
        kind = value.get("kind") if isinstance(value, dict) else None
        if not isinstance(kind, str) or f"{family}.{kind}" not in STRUCTURES:
            kinds = ", ".join(name.split(".")[1] for name in STRUCTURES if name.startswith(family + "."))
            raise SidecarError("bad_message", f"{where}.kind must be one of {kinds}: see docs/protocol.md.")
        return check(where, STRUCTURES[f"{family}.{kind}"], value, {})

    return check_one


def _check_images(where: str, value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise SidecarError("bad_message", f"{where} must be a list of images: see docs/protocol.md.")
    return [_check_image(f"{where}[{index}]", image) for index, image in enumerate(value)]


_check_image = _by_kind("image")
_STRUCTURED: dict[str, Any] = {
    "image": _check_image,
    "images": _check_images,
    "output": _by_kind("output"),
    "inputs": lambda where, value: check(where, STRUCTURES["inputs"], value, {"image": _check_image}),
    "options": lambda where, value: check(where, STRUCTURES["options"], value, {}),
}
