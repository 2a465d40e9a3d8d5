"""Words of a script: how Nuke quotes the value of a knob so that Tcl gives it back."""

from __future__ import annotations

import re


def quoted(text: str) -> str:
    """One Tcl word; the whole of a text in double quotes unless it is plain."""
    if re.fullmatch(r"[\w./:%#+*,=@~^&|!?<>()-]+", text) and not text.startswith("#"):
        return text
    if text.startswith("{") and text.endswith("}") and "\n" not in text:
        return text
    for old, new in (
        ("\\", "\\\\"),
        ('"', '\\"'),
        ("[", "\\["),
        ("]", "\\]"),
        ("$", "\\$"),
        ("{", "\\{"),
        ("}", "\\}"),
    ):
        text = text.replace(old, new)
    return '"' + text.replace("\n", "\\n") + '"'
