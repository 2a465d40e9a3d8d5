"""Words of a script: how Nuke quotes the value of a knob so that Tcl gives it back."""

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


def unquoted_list(text: str) -> list[str]:
    """The words of a Tcl list, by Tcl itself."""
    import tkinter

    tcl = tkinter.Tcl()
    return [str(word) for word in tcl.splitlist(text)]
