"""Checks what a caller gives where it is given: a wrong argument is a sentence there and costs no other job."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Mapping
from typing import Any

from ..wire.errors import SidecarError
from ..wire.framing import pack
from ..wire.messages import DEPTHS, PRIORITIES, STRUCTURES

#: Ten years; longer ones are mistakes, and waiting for them is beyond what the system can count.
_LONGEST_SECONDS = 10 * 365 * 86400.0


def plain(value: Any) -> Any:
    """Return Python's own number for one of numpy, and a text for a path; anything else as it is."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    numpy = sys.modules.get("numpy")
    return value.item() if numpy is not None and isinstance(value, numpy.generic) else value


def seconds(name: str, value: Any) -> float | None:
    """Return a time limit; None has none.

    Raises:
        SidecarError: code `bad_option` for what is no positive, finite number.
    """
    value = plain(value)
    if value is None:
        return None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value <= _LONGEST_SECONDS:
        raise SidecarError(
            "bad_option",
            f"{name} must be a number of seconds, 0 or more, not {value!r:.40}: leave it out for no limit.",
        )
    return float(value)


def named_values(name: str, given: Any) -> dict[str, Any]:
    """Return a map of texts to plain values.

    Raises:
        SidecarError: code `bad_option` when it is none.
    """
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise SidecarError("bad_option", f"{name} must be a map of names to values, not {type(given).__name__}.")
    return {key: plain(value) for key, value in given.items()}


def check_submit(request: Mapping[str, Any]) -> None:
    """Refuse a request that could never be sent or understood.

    Raises:
        SidecarError: code `bad_option`, naming the argument.
    """
    output = request["output"]
    check_fields("submit", {**request, "session": "", "job": ""})
    _check_names("options", request.get("options", {}), "options")
    _check_names("output", output, f"output.{output['kind']}")
    for name, value, allowed in (
        ("priority", request.get("priority", PRIORITIES[0]), PRIORITIES),
        ("output.depth", output.get("depth", DEPTHS[0]), DEPTHS),
    ):
        if value not in allowed:
            raise SidecarError("bad_option", f"{name} must be one of {', '.join(allowed)}, not '{value[:40]}'.")


def check_fields(kind: str, fields: Mapping[str, Any]) -> None:
    """Refuse the fields of a message that cannot be sent.

    Raises:
        SidecarError: code `bad_option`, naming the argument.
    """
    try:
        pack(kind, fields)
    except SidecarError as error:
        raise SidecarError("bad_option", error.sentence.removeprefix(f"{kind}.")) from error


def _check_names(where: str, given: Mapping[str, Any], structure: str) -> None:
    known = [field.name for field in STRUCTURES[structure]]
    for name in given:
        if name not in known:
            raise SidecarError("bad_option", f"{where} has no '{name[:40]}': use {', '.join(known)}.")
