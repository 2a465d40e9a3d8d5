"""Reads a saved Nuke script with Tcl itself, in a safe interpreter: nodes, knobs, connections; no plugin, no Nuke.

A .nk file is Tcl: every node class is a command, `push`, `set` and `[stack 0]` move nodes on a stack, a node takes its
inputs from the stack (the topmost is input 0) and lays itself on it; a group's children follow its closing brace up to
`end_group`. Source: saved scripts.
"""

import tkinter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Commands that are no nodes.
HEADERS = ("version", "define_window_layout_xml", "define_gui_layout_xml")
#: Tcl's own commands that scripts use; every other one is taken away, loops too.
TCL_COMMANDS = ("set",)


@dataclass
class UserKnob:
    """One `addUserKnob` line."""

    number: int
    name: str
    label: str | None = None
    tooltip: str = ""
    text: str | None = None
    menu: str | None = None
    flags: tuple[str, ...] = ()


@dataclass
class SavedNode:
    """A node of the file."""

    kind: str
    knobs: dict[str, str] = field(default_factory=dict)
    user_knobs: list[UserKnob] = field(default_factory=list)
    inputs: list["SavedNode | None"] = field(default_factory=list)
    children: list["SavedNode"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return self.knobs.get("name", "")

    def child(self, name: str) -> "SavedNode":
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


def load_text(text: str) -> Script:
    """Read the text of a script."""
    reader = _Reader()
    reader.read(text)
    return reader.script


class _Reader:
    """One reading: the stacks of the open groups, and the nodes by the tokens that Tcl carries for them."""

    def __init__(self) -> None:
        self.script = Script()
        self._tcl = tkinter.Tcl()
        self._tokens: dict[str, SavedNode] = {}
        #: (nodes of the group, its stack), the innermost last.
        self._open: list[tuple[list[SavedNode], list[SavedNode | None]]] = [(self.script.nodes, [])]
        self._problem = ""

    def read(self, text: str) -> None:
        tcl = self._tcl
        tcl.eval("interp create -safe nk")
        for name in self._words(tcl.eval("nk eval {info commands}")):
            if name not in (*TCL_COMMANDS, "rename"):
                tcl.eval(f"nk eval {{rename {name} {{}}}}")
        tcl.eval("nk eval {rename rename {}}")
        commands = {
            "unknown": self._unknown,
            "push": self._push,
            "stack": self._top,
            "clone": self._clone,
            "end_group": self._end_group,
            "add_layer": self._add_layer,
            **dict.fromkeys(HEADERS, self._header),
        }
        for name, command in commands.items():
            tcl.createcommand(f"nk_{name}", command)
            tcl.eval(f"interp alias nk {name} {{}} nk_{name}")
        tcl.eval("nk eval {set cut_paste_input 0}")
        try:
            tcl.call("nk", "eval", text)
        except tkinter.TclError as problem:
            raise ValueError(f"not a script that Tcl can read: {self._problem or problem}") from problem
        if len(self._open) != 1:
            raise ValueError("a group has no end_group")

    # ---- commands

    def _header(self, *_: str) -> str:
        return ""

    def _unknown(self, kind: str, *arguments: str) -> str:
        """A command that Tcl does not have is the class of a node."""
        if len(arguments) != 1:
            return self._fail(f"{kind} has {len(arguments)} arguments, a node has one")
        node = self._node(kind, arguments[0])
        if kind == "Root":
            self.script.root = node
            return ""
        return self._lay(node)

    def _clone(self, token: str, body: str = "") -> str:
        """A second node with the knobs of the first."""
        first = self._tokens[token]
        node = self._node(first.kind, body)
        node.knobs = {**first.knobs, **node.knobs}
        return self._lay(node)

    def _push(self, token: str) -> str:
        self._stack.append(self._tokens.get(token))
        if token != "0" and token not in self._tokens:
            return self._fail(f"push of {token!r}, which is no node")
        return token

    def _top(self, index: str) -> str:
        node = self._stack[-1 - int(index)] if int(index) < len(self._stack) else None
        return self._token(node) if node is not None else "0"

    def _end_group(self) -> str:
        if len(self._open) == 1:
            return self._fail("end_group without a group")
        self._open.pop()
        return ""

    def _add_layer(self, words: str) -> str:
        name, *channels = self._words(words)
        self.script.layers[name] = channels
        return ""

    # ---- nodes

    @property
    def _stack(self) -> list[SavedNode | None]:
        return self._open[-1][1]

    def _lay(self, node: SavedNode) -> str:
        """Take the inputs from the stack, lay the node on it; a group opens a stack of its own."""
        counts = [int(word) for word in node.knobs.get("inputs", "1").split("+")]
        stack = self._stack
        node.inputs = [stack.pop() if stack else None for _ in range(sum(counts))]
        stack.append(node)
        self._open[-1][0].append(node)
        if node.kind == "Group":
            self._open.append((node.children, []))
        return self._token(node)

    def _token(self, node: SavedNode) -> str:
        token = f"node{id(node)}"
        self._tokens[token] = node
        return token

    def _node(self, kind: str, body: str) -> SavedNode:
        """Understand `knob value` lines; values may go over many lines."""
        node, statement = SavedNode(kind), ""
        for line in body.splitlines():
            statement += line + "\n"
            if self._tcl.getboolean(self._tcl.call("info", "complete", statement)):
                words = self._words(statement)
                statement = ""
                if words[:1] == ["addUserKnob"]:
                    node.user_knobs.append(self._user_knob(words[1]))
                elif words:
                    node.knobs[words[0]] = " ".join(words[1:])
        if statement.strip():
            self._fail(f"{kind} ends within a knob: {statement.strip()[:60]}")
        return node

    def _user_knob(self, text: str) -> UserKnob:
        number, name, *rest = self._words(text)
        knob = UserKnob(int(number), name)
        fields: dict[str, Any] = {"l": "label", "t": "tooltip", "T": "text", "M": "menu"}
        while rest:
            word = rest.pop(0)
            if word in fields:
                setattr(knob, fields[word], rest.pop(0))
            elif word == "R":
                del rest[:2]
            else:
                knob.flags = (*knob.flags, word)
        return knob

    def _words(self, text: str) -> list[str]:
        """Split a Tcl list; a knob's value is data, so nothing in it is ever run."""
        return [str(word) for word in self._tcl.splitlist(text.strip())]

    def _fail(self, why: str) -> str:
        self._problem = why
        raise ValueError(why)
