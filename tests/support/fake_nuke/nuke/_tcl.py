"""Tcl in texts and names of files: `[value parent.knob]`, `[file dirname ...]`, `\\[` for a bracket itself.

Source: Tcl's own rules of substitution; Foundry's reference of `value` and `knob`. Other commands are an error.
"""

from __future__ import annotations

import posixpath
from typing import Any

from . import _session


def substituted(text: str, node: Any, frame: int) -> str:
    """A text with its Tcl carried out, as a knob of `node` has it."""
    done, _ = _read(text, 0, "", node, frame)
    return done


def _read(text: str, at: int, until: str, node: Any, frame: int) -> tuple[str, int]:
    """Read up to a character, and say where that is."""
    done = ""
    while at < len(text):
        letter = text[at]
        if letter == until:
            return done, at
        if letter == "\\" and at + 1 < len(text):
            done, at = done + text[at + 1], at + 2
        elif letter == "[":
            command, at = _read(text, at + 1, "]", node, frame)
            done, at = done + _carried_out(command, text, node, frame), at + 1
        else:
            done, at = done + letter, at + 1
    if until:
        raise RuntimeError(f"missing close-bracket in {text!r}")
    return done, at


def _carried_out(command: str, text: str, node: Any, frame: int) -> str:
    word, _, rest = command.strip().partition(" ")
    rest = rest.strip()
    if word == "frame":
        return str(frame)
    if word in ("value", "knob"):
        return _value(rest, node, frame)
    if word == "file":
        part, _, path = rest.partition(" ")
        parts = {
            "dirname": posixpath.dirname,
            "tail": posixpath.basename,
            "rootname": lambda path: posixpath.splitext(path)[0],
        }
        if part in parts:
            return parts[part](path.strip())
    raise RuntimeError(f"the fake knows no such Tcl: [{command}] in {text!r}")


def _value(name: str, node: Any, frame: int) -> str:
    """The value of a knob, whose own Tcl is carried out too."""
    *path, knob = name.split(".")
    for step in path:
        found = {"root": _session.current().root, "this": node, "parent": node.parent()}.get(step)
        node = found or node.parent().node(step)
    if node is None or node.knob(knob) is None:
        raise RuntimeError(f"[value {name}]: there is no such knob")
    if node is _session.current().root and knob == "name":
        return node["name"].value()
    value = node[knob].value()
    return substituted(value, node, frame) if isinstance(value, str) else str(value)
