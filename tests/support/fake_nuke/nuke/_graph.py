"""Making, finding and deleting nodes: `nuke.nodes`, createNode, toNode, allNodes and what is current.

Source: types-nuke stubs; Foundry's reference of createNode, which takes the selected node as input.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import _callbacks, _session
from ._formats import views
from ._nodes import Group, make_node


class _NodeConstructors:
    """`nuke.nodes`: makes a node of a class in the current group; the knobs may be given by name."""

    def __getattr__(self, kind: str) -> Callable[..., Any]:
        if kind.startswith("__"):
            raise AttributeError(kind)

        def construct(**knobs: Any) -> Any:
            _session.need_main_thread(f"nodes.{kind}")
            inputs, name = knobs.pop("inputs", ()), knobs.pop("name", None)
            node = make(kind)
            if name is not None:
                node.setName(name)
            for index, source in enumerate(inputs):
                node.setInput(index, source)
            for knob, value in knobs.items():
                node[knob].setValue(value)
            return node

        return construct


nodes = _NodeConstructors()


def make(kind: str) -> Any:
    """Make a node in the current group and tell the callbacks."""
    node = make_quietly(kind)
    _callbacks.run("onCreate", node)
    return node


def make_quietly(kind: str) -> Any:
    """Make a node that is told to the callbacks later, once it has what the script says."""
    _session.need_idle(f"making a {kind}")
    group = _session.current().groups[-1]
    node = make_node(kind, group)
    if kind == "Write":
        node["views"].setValue(" ".join(views()))
    return node


@_session.graph_call
def createNode(node: str, knobs: str = "", inpanel: bool = True) -> Any:
    """Make a node as the menu does: it takes the selected node and becomes the selected one."""
    chosen = selectedNodes()
    made = make(node)
    if chosen and made.maxInputs():
        made.setInput(0, chosen[0])
    for one in chosen:
        one.setSelected(False)
    for line in filter(None, (knobs or "").replace("\n", ";").split(";")):
        name, _, value = line.strip().partition(" ")
        made[name].fromScript(value)
    made.setSelected(True)
    _callbacks.run("onUserCreate", made)
    return made


@_session.graph_call
def knobDefault(classknob: str, value: str | None = None) -> str | None:
    """Return or set what a knob of a class of nodes begins with, such as `Write.compression`."""
    kind, _, knob = classknob.partition(".")
    if value is not None:
        _session.need(value, str, "knobDefault")
        _session.current().knob_defaults[kind, knob] = value
    return _session.current().knob_defaults.get((kind, knob))


@_session.graph_call
def delete(n: Any) -> None:
    """Take a node away; what took it takes nothing."""
    n._check_alive()
    _session.need_idle(f"deleting {n.name()}")
    for other in n._group._members:
        other._inputs = {index: node for index, node in other._inputs.items() if node is not n}
    n._group._members.remove(n)
    n._is_deleted = True
    _session.changed()


@_session.graph_call
def allNodes(filter: str | None = None, group: Any = None, recurseGroups: bool = False) -> list[Any]:
    """Nodes of a group, of one class perhaps, inside inner groups perhaps."""
    found = []
    for node in (group or _session.current().groups[-1])._members:
        if filter in (None, node._kind):
            found.append(node)
        if recurseGroups and isinstance(node, Group):
            found += allNodes(filter, node, True)
    return found


@_session.graph_call
def toNode(s: str) -> Any:
    """The node of a name, which counts from the current group, and then from the whole script."""
    _session.need(s, str, "toNode")
    session = _session.current()
    if s in ("root", "Root"):
        return session.root
    return session.groups[-1].node(s) or session.root.node(s.removeprefix("root."))


@_session.graph_call
def exists(s: str) -> bool:
    """Whether there is a node or knob of this name."""
    node, _, knob = s.rpartition(".")
    return toNode(s) is not None or (bool(node) and toNode(node) is not None and toNode(node).knob(knob) is not None)


@_session.graph_call
def selectedNodes(filter: str | None = None) -> list[Any]:
    """Selected nodes of the current group, the last one first."""
    group = _session.current().groups[-1]
    return [node for node in reversed(group._members) if node.isSelected() and filter in (None, node._kind)]


@_session.graph_call
def selectedNode() -> Any:
    """The selected node."""
    chosen = selectedNodes()
    if not chosen:
        raise ValueError("no node selected")
    return chosen[0]


@_session.graph_call
def root() -> Any:
    """The script itself."""
    return _session.current().root


@_session.graph_call
def thisNode() -> Any:
    """The node of the callback in work."""
    session = _session.current()
    return session.callback_nodes[-1] if session.callback_nodes else session.groups[-1]


@_session.graph_call
def thisKnob() -> Any:
    """The knob of the callback in work."""
    knobs = _session.current().callback_knobs
    return knobs[-1] if knobs else None


@_session.graph_call
def thisGroup() -> Any:
    """The current group."""
    return _session.current().groups[-1]
