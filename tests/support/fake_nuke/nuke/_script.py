"""Scripts: saved as Nuke saves them, and read back by the independent Tcl loader.

Source: the shape of saved scripts: `Root`, `add_layer`, nodes as `Class {knob value}` on a stack that `push` and `set`
handle, children of a group after its closing brace up to `end_group`, `addUserKnob` with number, name and fields.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from . import _callbacks, _channels, _knob, _knobs, _session
from ._graph import make_quietly, selectedNodes
from ._knob_text import quoted
from ._nodes import Group
from ._root import make_root

FLAGS = {
    _knob.STARTLINE: "STARTLINE",
    _knob.INVISIBLE: "INVISIBLE",
    _knob.DISABLED: "DISABLED",
    _knob.NO_ANIMATION: "NO_ANIMATION",
}
VERSION = "version 15.2 v1"
CLIPBOARD = "%clipboard%"


@_session.graph_call
def scriptSaveAs(filename: str, overwrite: int = -1) -> None:
    """Save under a name, which becomes the script's."""
    if Path(filename).exists() and overwrite == 0:
        raise RuntimeError(f"{filename} exists")
    _session.current().root["name"]._value = str(filename)
    scriptSave()


@_session.graph_call
def scriptSave(filename: str | None = None) -> bool:
    """Save the script, or a copy of it."""
    target = filename or _session.current().root["name"]._value
    if not target:
        raise RuntimeError("the script has no name")
    _callbacks.run("onScriptSave")
    Path(target).write_text(script_text(), encoding="utf-8")
    if filename is None:
        _session.current().is_modified = False
    return True


@_session.graph_call
def scriptOpen(filename: str) -> None:
    """Replace the script by a saved one."""
    if not Path(filename).is_file():
        raise RuntimeError(f"{filename}: No such file or directory")
    scriptClear()
    _load(Path(filename))
    _session.current().root["name"]._value = str(filename)
    _session.current().is_modified = False
    _callbacks.run("onScriptLoad", None)


@_session.graph_call
def scriptClear(force: bool = True) -> None:
    """Close the script and begin an empty one."""
    _callbacks.run("onScriptClose")
    make_root(("main",))


@_session.graph_call
def nodeCopy(s: str) -> None:
    """Write the selected nodes of the current group to a file, or to the clipboard."""
    chosen = list(reversed(selectedNodes()))
    if not chosen:
        raise RuntimeError("Nothing selected")
    lines = [VERSION, *(f"add_layer {{{name} {' '.join(names)}}}" for name, names in _session.current().layers.items())]
    _write_nodes(chosen, lines, "")
    text = "\n".join(lines) + "\n"
    if s == CLIPBOARD:
        _session.current().clipboard = text
    else:
        Path(s).write_text(text, encoding="utf-8")


@_session.graph_call
def nodePaste(s: str) -> Any:
    """Make the nodes of a file or of the clipboard in the current group, select them and return the last one."""
    from nk_loader import load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(s)
        if s == CLIPBOARD:
            path = Path(folder) / "clipboard.nk"
            path.write_text(_session.current().clipboard, encoding="utf-8")
        script = load(path)
    for name, channels in script.layers.items():
        _channels.add_layer(name, channels)
    for one in selectedNodes():
        one.setSelected(False)
    made = _build(script.nodes, _session.current().groups[-1])
    for node in made:
        node.setSelected(True)
    return made[-1] if made else None


# ---- writing


def script_text() -> str:
    """The whole script."""
    session = _session.current()
    lines = ["#! fake Nuke", VERSION, "Root {", " inputs 0"]
    lines += [f" {name} {_word(knob)}" for name, knob in session.root.knobs().items() if not knob._is_default()]
    lines.append("}")
    lines += [f"add_layer {{{name} {' '.join(names)}}}" for name, names in session.layers.items()]
    _write_nodes(session.root.nodes(), lines, "")
    return "\n".join(lines) + "\n"


def _write_nodes(nodes: list[Any], lines: list[str], indent: str) -> None:
    """Nodes after those they take; each is remembered by `set` and pushed again where it is taken."""
    written: list[Any] = []

    def write(node: Any) -> None:
        if node in written:
            return
        for source in node.dependencies():
            if source in nodes:
                write(source)
        for index in reversed(range(node.inputs())):
            source = node.input(index) if node.input(index) in nodes else None
            lines.append(f"{indent}push {_variable(source)}" if source else f"{indent}push 0")
        _write_node(node, lines, indent)
        lines.append(f"{indent}set {_variable(node)[1:]} [stack 0]")
        written.append(node)

    for node in nodes:
        write(node)


def _variable(node: Any) -> str:
    return f"$N{id(node):x}"


def _write_node(node: Any, lines: list[str], indent: str) -> None:
    lines.append(f"{indent}{node.Class()} {{")
    if node.inputs() != 1:
        lines.append(f"{indent} inputs {node.inputs()}")
    own = {name: knob for name, knob in node.knobs().items() if name not in node._added}
    for name, knob in sorted(own.items(), key=lambda entry: entry[0] != "file_type"):
        if not knob._is_default():
            lines.append(f"{indent} {quoted(name)} {_word(knob)}")
    for name in node._added:
        knob = node.knob(name)
        lines.append(f"{indent} addUserKnob {{{_declaration(knob)}}}")
        if not knob._is_default() and not isinstance(knob, (_knobs.Text_Knob, _knobs.PyScript_Knob)):
            lines.append(f"{indent} {name} {_word(knob)}")
    lines.append(f"{indent}}}")
    if isinstance(node, Group):
        _write_nodes(node.nodes(), lines, indent + " ")
        lines.append(f"{indent}end_group")


def _declaration(knob: Any) -> str:
    words = [str(knob._number), quoted(knob.name())]
    if knob._label is not None:
        words += ["l", quoted(knob._label)]
    if knob._tooltip:
        words += ["t", quoted(knob._tooltip)]
    if isinstance(knob, (_knobs.Text_Knob, _knobs.PyScript_Knob)):
        words += ["T", quoted(knob._value)]
    words += [f"+{name}" for flag, name in FLAGS.items() if knob._flags & flag]
    words += [f"-{name}" for flag, name in FLAGS.items() if knob._cleared & flag]
    if isinstance(knob, _knobs.Enumeration_Knob):
        words += knob._fields()
    return " ".join(words)


def _word(knob: Any) -> str:
    """The value of a knob as one Tcl word."""
    if knob._expression:
        return f"{{{{{knob._expression}}}}}"
    text = knob._text()
    return text if isinstance(knob, _knobs.Array_Knob) else quoted(text)


# ---- reading


def _load(path: Path) -> None:
    from nk_loader import load

    script = load(path)
    root = _session.current().root
    for name, value in (script.root.knobs if script.root else {}).items():
        _set(root, name, value)
    for name, channels in script.layers.items():
        _channels.add_layer(name, channels)
    _build(script.nodes, root)


def _build(saved_nodes: Any, group: Any) -> list[Any]:
    """Make saved nodes in a group; names that are taken get a number. Callbacks see a node with its knobs."""
    made = {}
    with group:
        for saved in saved_nodes:
            made[id(saved)] = node = make_quietly(saved.kind)
            node.setName(saved.name)
            for declared in saved.user_knobs:
                _declare(node, declared)
            for name, value in sorted(saved.knobs.items(), key=lambda entry: entry[0] != "file_type"):
                _set(node, name, value)
            _callbacks.run("onCreate", node)
            if isinstance(node, Group):
                _build(saved.children, node)
            for index, source in enumerate(saved.inputs):
                if source is not None and not node.setInput(index, made[id(source)]):
                    raise RuntimeError(f"{saved.name}: there is no input {index}")
    return list(made.values())


def _declare(node: Any, declared: Any) -> None:
    kind = next((one for one in vars(_knobs).values() if getattr(one, "_number", 0) == declared.number), None)
    if kind is None:
        raise RuntimeError(f"{node.name()}: the fake knows no user knob of number {declared.number}")
    knob = kind(declared.name, declared.label)
    knob._tooltip = declared.tooltip
    if declared.text is not None:
        knob._value = declared.text
    if declared.menu is not None:
        knob._take_items(declared.menu)
    for flag, name in FLAGS.items():
        if f"+{name}" in declared.flags:
            knob.setFlag(flag)
        if f"-{name}" in declared.flags:
            knob.clearFlag(flag)
    node.addKnob(knob)


def _set(node: Any, name: str, value: str) -> None:
    """Take the value of a knob from a script."""
    if name in ("inputs", "name"):
        return
    knob = node.knob(name)
    if knob is None:
        raise RuntimeError(f"{node.name()}: there is no knob called {name}")
    if isinstance(knob, (_knobs.Array_Knob, _knobs.Enumeration_Knob)) and value.startswith("{"):
        knob._expression = value.strip("{}")
    else:
        knob._value = knob._checked(knob._parsed(value))
        if name == "file_type":
            node._follow_file_type(knob._value)
