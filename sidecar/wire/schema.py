"""Checks a header against a table: known fields must be right, unknown fields are dropped (tolerance rule)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .errors import SidecarError
from .limits import TEXT_LENGTH

_INTEGER_BOUND = 1 << 53


class Field(NamedTuple):
    """One row of a table in docs/protocol.md."""

    name: str
    type: str
    is_required: bool


def fields(required: str = "", optional: str = "") -> tuple[Field, ...]:
    """Read `name:type` pairs, such as `fields("job:text", "tile:integer")`."""
    rows = []
    for text, is_required in ((required, True), (optional, False)):
        for pair in text.split():
            name, kind = pair.split(":")
            rows.append(Field(name, kind, is_required))
    return tuple(rows)


def check(where: str, table: tuple[Field, ...], values: object, structures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known fields of `values`, each checked.

    Args:
        where: what is being read, for the sentence.
        table: the fields this message or structure may have.
        values: whatever msgpack gave.
        structures: name of a structured type -> function(where, value) that checks it.

    Raises:
        SidecarError: code `bad_message`, naming the field.
    """
    if not isinstance(values, dict):
        raise _bad(where, "a map", values)
    known: dict[str, Any] = {}
    for field in table:
        value = values.get(field.name)
        if value is None:
            if field.is_required:
                raise SidecarError("bad_message", f"{where} needs the field '{field.name}' ({field.type}): add it.")
            continue
        place = f"{where}.{field.name}"
        if field.type in structures:
            known[field.name] = structures[field.type](place, value)
        elif _PLAIN[field.type](value):
            known[field.name] = value
        else:
            raise _bad(place, field.type, value)
    return known


def _bad(where: str, wanted: str, value: object) -> SidecarError:
    shown = _shown(value)
    return SidecarError("bad_message", f"{where} must be of type {wanted}, not {shown}: see docs/protocol.md.")


def _shown(value: object) -> str:
    if isinstance(value, str) and len(value) > TEXT_LENGTH:
        return f"one of {len(value)} characters (at most {TEXT_LENGTH})"
    if isinstance(value, str) and not _is_encodable(value):
        return f"one with bytes that are no UTF-8, {value[-50:]!a}"
    if isinstance(value, int) and not -_INTEGER_BOUND <= value <= _INTEGER_BOUND:
        return "an integer beyond 53 bits"
    return repr(value)[:60] if isinstance(value, (str, int, float)) else type(value).__name__


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LENGTH and (value.isascii() or _is_encodable(value))


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -_INTEGER_BOUND <= value <= _INTEGER_BOUND


def _is_number(value: object) -> bool:
    return _is_integer(value) or (isinstance(value, float) and math.isfinite(value))


def _list_of(is_item: Callable[[object], bool]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, list) and all(is_item(item) for item in value)


_PLAIN: dict[str, Callable[[object], bool]] = {
    "text": _is_text,
    "long-text": lambda value: isinstance(value, str) and _is_encodable(value),
    "integer": _is_integer,
    "count": lambda value: _is_integer(value) and value >= 0,  # type: ignore[operator]
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "texts": _list_of(_is_text),
    "integers": _list_of(_is_integer),
    "map": lambda value: isinstance(value, dict),
    "maps": _list_of(lambda value: isinstance(value, dict)),
}
