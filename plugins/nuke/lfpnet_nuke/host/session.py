"""Nuke's session: window or not, the script, what an artist is told, the menu, callbacks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Callable

import nuke

from lfpnet_nuke.errors import PluginError

#: For what Nuke has and its published stubs lack.
NUKE: Any = nuke


def has_window() -> bool:
    """Whether this Nuke has a window; render nodes and `nuke -t` have none."""
    return bool(nuke.GUI)


def script_path() -> str:
    """File of the script, empty while it has none."""
    name = str(nuke.root().name())
    return "" if name == "Root" else name


def open_script(path: str) -> None:
    """Load a script into this session."""
    try:
        nuke.scriptOpen(path)
    except RuntimeError as problem:
        raise PluginError(f"The script {path} cannot be opened ({problem}): check it.") from problem


def save_script() -> None:
    """Save the script under its own name."""
    nuke.scriptSave()


def say(sentence: str) -> None:
    """Show a sentence to whoever sits there."""
    if has_window():
        nuke.message(sentence)
    else:
        nuke.tprint(f"LFPNet: {sentence}")


def agrees(question: str) -> bool:
    """Ask whoever sits there; without a window the press itself is the answer."""
    return bool(nuke.ask(question)) if has_window() else True


def add_menu_command(label: str, command: Callable[[], Any]) -> None:
    """Add an entry to the menu of nodes."""
    nuke.menu("Nodes").addMenu("LFPNet").addCommand(label, command, icon="LFPNet.png")


def on_script_load(call: Callable[[], Any]) -> None:
    """Have a function called after a script was loaded."""
    nuke.addOnScriptLoad(call)


def on_node_created(call: Callable[[Any], Any]) -> None:
    """Have a function called with a group that was made, loaded or pasted, when Nuke is idle and the node is whole."""

    def created() -> None:
        node = nuke.thisNode()
        if has_window():  # without one nothing is pasted, and scripts are looked at once they are loaded
            defer(lambda: call(node))

    nuke.addOnCreate(created, nodeClass="Group")


def on_script_close(call: Callable[[], Any]) -> None:
    """Have a function called before a script is closed."""
    nuke.addOnScriptClose(call)


@contextmanager
def quietly() -> Iterator[None]:
    """Change knobs without a step of Undo and without marking the script as changed."""
    was_modified = nuke.root().modified()
    nuke.Undo.disable()
    try:
        yield
    finally:
        nuke.Undo.enable()
        nuke.root().setModified(was_modified)


def on_script_save(call: Callable[[], Any]) -> None:
    """Have a function called before a script is saved; it has its new name by then."""
    nuke.addOnScriptSave(call)


def defer(call: Callable[[], Any]) -> None:
    """Have a function called when Nuke is idle."""
    NUKE.executeDeferred(call)


def script_arguments(file: str, known: Sequence[str]) -> list[str]:
    """Return what followed `file` on the command line of `nuke -t file ...`.

    Nuke keeps a last argument for itself that is a range of frames, so `sys.argv` may lack it.

    Args:
        file: the Python script in work.
        known: what `sys.argv` has; taken where Nuke does not tell its own command line.
    """
    raw = [str(word) for word in getattr(nuke, "rawArgs", ())]
    name = os.path.basename(file)  # noqa: PTH119 - Nuke gives the path as it was typed
    places = [place for place, word in enumerate(raw) if os.path.basename(word) == name]  # noqa: PTH119 - as above
    return raw[places[0] + 1 :] if places else list(known)


def home() -> str:
    """The user's home folder."""
    return os.path.expanduser("~")  # noqa: PTH111 - text goes into a knob
