"""Reads a saved Nuke script with Tcl itself, in a safe interpreter: nodes, knobs, connections; no plugin, no Nuke.

A .nk file is Tcl: every node class is a command, `push`, `set` and `[stack 0]` move nodes on a stack, a node takes its
inputs from the stack (the topmost is input 0) and lays itself on it; a group's children follow its closing brace up to
`end_group`. Source: saved scripts. Tcl is Python's own (tkinter) or the program `tclsh`; both run nk_events.tcl.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

EVENTS = Path(__file__).with_name("nk_events.tcl")


@dataclass
class UserKnob:
    """One `addUserKnob` line."""

    number: int
    name: str
    label: str | None = None
    tooltip: str = ""
    text: str | None = None
    menu: tuple[str, ...] | None = None
    flags: tuple[str, ...] = ()


@dataclass
class SavedNode:
    """A node of the file."""

    kind: str
    knobs: dict[str, str] = field(default_factory=dict)
    user_knobs: list[UserKnob] = field(default_factory=list)
    inputs: list[SavedNode | None] = field(default_factory=list)
    children: list[SavedNode] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return self.knobs.get("name", "")

    def child(self, name: str) -> SavedNode:
        """A node of this group."""
        return next(node for node in self.children if node.name == name)


@dataclass
class Script:
    """The file."""

    root: SavedNode | None = None
    nodes: list[SavedNode] = field(default_factory=list)
    layers: dict[str, list[str]] = field(default_factory=dict)

    def node(self, name: str) -> SavedNode:
        """A node by its full name."""
        first, *rest = name.split(".")
        found = next(node for node in self.nodes if node.name == first)
        for part in rest:
            found = found.child(part)
        return found

    def all_nodes(self) -> list[SavedNode]:
        """Every node, those of groups too."""
        found, waiting = [], list(self.nodes)
        while waiting:
            node = waiting.pop(0)
            found.append(node)
            waiting += node.children
        return found


def load(path: Path) -> Script:
    """Read a file.

    Raises:
        ValueError: it is no script, or its stack does not work out.
    """
    return load_text(path.read_text(encoding="utf-8"))


def load_text(text: str, tcl: Callable[[str], str] | None = None) -> Script:
    """Read the text of a script."""
    reader = _Reader()
    for line in (tcl or any_tcl())(text.encode().hex()).splitlines():
        reader.take(*(bytes.fromhex(word[1:]).decode() for word in line.split()))
    return reader.finished()


def any_tcl() -> Callable[[str], str]:
    """What runs Tcl here: Python's own if it was built with it, else the program.

    Raises:
        RuntimeError: there is neither.
    """
    if has_tcl_of_python():
        return tcl_of_python
    if shutil.which("tclsh") is not None:
        return tcl_program
    raise RuntimeError("Saved scripts are read by Tcl and there is none: install tcl or python3-tk.")


def has_tcl_of_python() -> bool:
    """Whether this Python was built with Tcl and finds it."""
    try:
        import _tkinter  # noqa: F401 - only whether it loads
    except ImportError:
        return False
    return True


def tcl_of_python(script_hex: str) -> str:
    """Run nk_events.tcl in this process."""
    import tkinter

    tcl = tkinter.Tcl()
    tcl.eval(EVENTS.read_text(encoding="utf-8"))
    return str(tcl.call("nk_events::read_hex", script_hex))


def tcl_program(script_hex: str) -> str:
    """Run nk_events.tcl by `tclsh`."""
    program = EVENTS.read_text(encoding="utf-8") + f"\nputs [nk_events::read_hex {script_hex}]\n"
    done = subprocess.run(["tclsh"], input=program, capture_output=True, text=True, timeout=500, check=True)
    return done.stdout


class _Reader:
    """One reading: the stacks of the open groups, and the nodes by the tokens that Tcl carries for them."""

    def __init__(self) -> None:
        self._script = Script()
        self._tokens: dict[str, SavedNode | None] = {"0": None}
        #: (nodes of the group, its stack), the innermost last.
        self._open: list[tuple[list[SavedNode], list[SavedNode | None]]] = [(self._script.nodes, [])]
        self._node = SavedNode("")

    def take(self, event: str, *words: str) -> None:
        """Take one event of nk_events.tcl."""
        getattr(self, f"_on_{event}")(*words)

    def finished(self) -> Script:
        """The whole script."""
        if len(self._open) != 1:
            raise ValueError("a group has no end_group")
        return self._script

    def _on_problem(self, problem: str) -> None:
        raise ValueError(f"not a script that Tcl can read: {problem}")

    def _on_node(self, kind: str) -> None:
        self._node = SavedNode(kind)

    def _on_clone(self, token: str) -> None:
        """A second node with the knobs of the first."""
        first = self._known(token)
        if first is None:
            raise ValueError("clone of no node")
        self._node = SavedNode(first.kind, dict(first.knobs))

    def _on_knob(self, name: str, value: str) -> None:
        self._node.knobs[name] = value

    def _on_user(self, number: str, name: str) -> None:
        self._node.user_knobs.append(UserKnob(int(number), name))

    def _on_field(self, letter: str, text: str) -> None:
        setattr(self._node.user_knobs[-1], {"l": "label", "t": "tooltip", "T": "text"}[letter], text)

    def _on_menu(self, *items: str) -> None:
        self._node.user_knobs[-1].menu = items

    def _on_flag(self, flag: str) -> None:
        knob = self._node.user_knobs[-1]
        knob.flags = (*knob.flags, flag)

    def _on_lay(self) -> None:
        """Take the inputs from the stack, lay the node on it; a group opens a stack of its own."""
        node = self._node
        if node.kind == "Root":
            self._script.root = node
            return
        members, stack = self._open[-1]
        counts = [int(word) for word in node.knobs.get("inputs", "1").split("+")]
        node.inputs = [stack.pop() if stack else None for _ in range(sum(counts))]
        stack.append(node)
        members.append(node)
        if node.kind == "Group":
            self._open.append((node.children, []))

    def _on_push(self, token: str) -> None:
        self._open[-1][1].append(self._known(token))

    def _on_top(self, token: str, index: str) -> None:
        stack = self._open[-1][1]
        self._tokens[token] = stack[-1 - int(index)] if int(index) < len(stack) else None

    def _on_end_group(self) -> None:
        if len(self._open) == 1:
            raise ValueError("end_group without a group")
        self._open.pop()

    def _on_layer(self, name: str, *channels: str) -> None:
        self._script.layers[name] = list(channels)

    def _known(self, token: str) -> SavedNode | None:
        if token not in self._tokens:
            raise ValueError(f"push of {token!r}, which is no node")
        return self._tokens[token]
