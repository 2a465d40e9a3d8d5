"""Nodes, groups and their connections.

Source: types-nuke stubs; saved scripts. Guess: connecting nodes of different groups raises; a name that Nuke would not
take (anything but letters, digits, underscores) raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import _facts, _knobs, _session


class Node(_session.OnMainThread):
    """An operator of the graph. Plugins make nodes with `nuke.nodes` or `nuke.createNode`, never with this class."""

    _is_deleted = False

    def __init__(self, *_: Any) -> None:
        raise TypeError(f"cannot create '{type(self).__name__}' instances: use nuke.nodes or nuke.createNode")

    def _begin(self, kind: str, group: Any) -> None:
        if kind not in _facts.NODES:
            raise RuntimeError(f"{kind}: Unknown command (the fake has no such node class)")
        self._kind, self._group = kind, group
        self._inputs: dict[int, Any] = {}
        self._knobs: dict[str, Any] = {}
        #: Names of knobs that the user added, in order.
        self._added: list[str] = []
        for name, fact in {**_facts.NODES[kind].knobs, **_facts.GENERIC}.items():
            self._make(name, fact)
        if kind == "Write":
            self._follow_file_type(self._knobs["file_type"]._value)
        group._members.append(self)
        self._knobs["name"]._value = group._free_name(f"{kind}1")
        _session.changed()

    def _make(self, name: str, fact: _facts.KnobFact) -> None:
        kind = getattr(_knobs, fact.kind)
        knob = kind(name, None, fact.items) if fact.items else kind(name)
        knob._node = self
        if fact.default is not None:
            knob._value = knob._default = fact.default
        text = _session.current().knob_defaults.get((self._kind, name))
        if text is not None:
            knob._value = knob._default = knob._checked(knob._parsed(text))
        self._knobs[name] = knob

    # ---- what it is

    def Class(self) -> str:
        return self._kind

    def name(self) -> str:
        return self._knobs["name"]._value

    def fullName(self) -> str:
        outer = self._group.fullName() if self._group._group is not None else ""
        return f"{outer}.{self.name()}" if outer else self.name()

    def setName(self, name: str, uncollide: bool = True) -> None:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError(f"{name!r} is no name for a node")
        taken = {node.name() for node in self._group._members if node is not self}
        if name in taken and not uncollide:
            raise ValueError(f"there is a node {name} already")
        self._knobs["name"]._value = self._group._free_name(name, self) if name in taken else name
        _session.changed()

    def parent(self) -> Any:
        return self._group

    def xpos(self) -> int:
        return self["xpos"].value()

    def ypos(self) -> int:
        return self["ypos"].value()

    def setXYpos(self, x: int, y: int) -> None:
        self["xpos"].setValue(x)
        self["ypos"].setValue(y)

    def setXpos(self, x: int) -> None:
        self["xpos"].setValue(x)

    def setYpos(self, y: int) -> None:
        self["ypos"].setValue(y)

    def setSelected(self, selected: bool) -> None:
        self["selected"].setValue(selected)

    def isSelected(self) -> bool:
        return self["selected"].value()

    def showControlPanel(self, forceFloat: bool = False) -> None:
        self._panel(True)

    def hideControlPanel(self) -> None:
        self._panel(False)

    def shown(self) -> bool:
        return getattr(self, "_is_shown", False)

    def _panel(self, is_shown: bool) -> None:
        if not _session.current().has_window:
            raise RuntimeError("a control panel needs a window and this Nuke has none")
        self._is_shown = is_shown

    # ---- knobs

    def knob(self, p: str) -> Any:
        return self._knobs.get(p)

    def knobs(self) -> dict[str, Any]:
        return dict(self._knobs)

    def allKnobs(self) -> list[Any]:
        return list(self._knobs.values())

    def __getitem__(self, name: str) -> Any:
        found = self.knob(name)
        if found is None:
            raise NameError(f"knob {name} does not exist")
        return found

    def addKnob(self, knob: Any) -> None:
        if not knob._number:
            raise TypeError(f"users cannot add a {knob.Class()}")
        if not re.fullmatch(r"[A-Za-z_]\w*", knob.name()):
            raise ValueError(f"{knob.name()!r} is no name for a user's knob")
        if knob._node is not None:
            raise ValueError(f"the knob {knob.name()} belongs to {knob._node.fullName()} already")
        if knob.name() in self._knobs:
            raise ValueError(f"there is a knob {knob.name()} already")
        if not self._added and not isinstance(knob, _knobs.Tab_Knob):
            self.addKnob(_knobs.Tab_Knob("User", "User"))
        knob._node = self
        self._knobs[knob.name()] = knob
        self._added.append(knob.name())
        _session.changed()

    def removeKnob(self, knob: Any) -> None:
        if knob.name() not in self._added:
            raise ValueError(f"{knob.name()} was not added by a user")
        self._added.remove(knob.name())
        del self._knobs[knob.name()]

    def _changed(self, knob: Any) -> None:
        """A knob has a new value: tell the script of the node and the callbacks."""
        from . import _callbacks

        _session.changed()
        if self._kind == "Read" and knob.name() == "file":
            self._forget_what_was_read()
        if self._kind == "Write" and knob.name() == "file_type":
            self._follow_file_type(knob._value)
        _callbacks.run("knobChanged", self, knob)

    def _follow_file_type(self, file_type: str) -> None:
        """Only the chosen type of file has its knobs."""
        for name, fact in _facts.EXR_KNOBS.items():
            if file_type == "exr" and name not in self._knobs:
                self._make(name, fact)
            elif file_type != "exr":
                self._knobs.pop(name, None)

    def _forget_what_was_read(self) -> None:
        cache = _session.current().read_cache
        for key in [key for key in cache if key[0] == self.fullName()]:
            del cache[key]

    def _pressed(self, knob: Any) -> None:
        """The `reload` of a Read forgets what was read."""
        if self._kind == "Read" and knob.name() == "reload" and not _is_localized(self):
            self._forget_what_was_read()

    def _with_this(self, call: Callable[[], Any]) -> None:
        session = _session.current()
        session.callback_nodes.append(self)
        try:
            call()
        finally:
            session.callback_nodes.pop()

    # ---- connections

    def inputs(self) -> int:
        return max(self._inputs, default=-1) + 1

    def maxInputs(self) -> int:
        return _facts.NODES[self._kind].inputs[1]

    def minInputs(self) -> int:
        return _facts.NODES[self._kind].inputs[0]

    def input(self, index: int) -> Any:
        return self._inputs.get(index)

    def setInput(self, i: int, node: Any) -> bool:
        if node is not None:
            _session.need(node, Node, "setInput")
        _session.need_idle(f"connecting {self.name()}")
        if not 0 <= i < self.maxInputs():
            return False
        if node is None:
            self._inputs.pop(i, None)
            return True
        node._check_alive()
        if node._group is not self._group:
            raise RuntimeError(f"{node.fullName()} and {self.fullName()} are not in one group")
        if self in _upstream(node):
            raise RuntimeError(f"{self.fullName()} would take its own output")
        self._inputs[i] = node
        _session.changed()
        return True

    def connectInput(self, i: int, node: Any) -> bool:
        return self.setInput(i, node)

    def dependencies(self, mask: int = 0) -> list[Any]:
        return list(self._inputs.values())

    def dependent(self, mask: int = 0) -> list[Any]:
        return [node for node in self._group._members if self in node._inputs.values()]

    def _check_alive(self) -> None:
        if self._is_deleted:
            raise ValueError("A PythonObject is not attached to a node")

    # ---- what it gives

    def firstFrame(self) -> int:
        return self._range()[0]

    def lastFrame(self) -> int:
        return self._range()[1]

    def frameRange(self) -> Any:
        from ._frames import FrameRange

        return FrameRange(*self._range(), 1)

    def _range(self) -> tuple[int, int]:
        from . import _render

        return _render.frame_range(self)

    def format(self) -> Any:
        from . import _render

        return _render.now(self).format

    def width(self) -> int:
        return self.format().width()

    def height(self) -> int:
        return self.format().height()

    def bbox(self) -> Any:
        from . import _render

        return _render.now(self).box

    def channels(self) -> list[str]:
        from . import _render

        return sorted(_render.now(self).channels)

    def sample(self, channel: str, x: float, y: float) -> float:
        from . import _render

        return _render.now(self).sample(channel, int(x), int(y))


def _is_localized(node: Node) -> bool:
    return _session.current().localizes and node["localizationPolicy"].value() != "off"


def make_node(kind: str, group: Any) -> Node:
    """Make a node; only the fake's own modules may."""
    node = object.__new__(Group if kind == "Group" else Node)
    node._begin(kind, group)
    return node


class Group(Node):
    """A node with nodes inside. `with group:` makes new nodes there."""

    def _begin(self, kind: str, group: Any) -> None:
        self._members: list[Node] = []
        super()._begin(kind, group)

    def begin(self) -> Any:
        _session.current().groups.append(self)
        return self

    def end(self) -> None:
        groups = _session.current().groups
        if groups[-1] is not self or len(groups) == 1:
            raise RuntimeError(f"{self.fullName()} was not begun")
        groups.pop()

    def __enter__(self) -> Any:
        return self.begin()

    def __exit__(self, *_: object) -> None:
        self.end()

    def node(self, s: str) -> Any:
        first, _, rest = s.partition(".")
        found = next((node for node in self._members if node.name() == first), None)
        return found.node(rest) if rest and isinstance(found, Group) else None if rest else found

    def nodes(self) -> list[Any]:
        return list(self._members)

    def numNodes(self) -> int:
        return len(self._members)

    def output(self) -> Any:
        return next((node for node in self._members if node._kind == "Output"), None)

    def maxInputs(self) -> int:
        return sum(node._kind == "Input" for node in self._members)

    def _free_name(self, name: str, but: Any = None) -> str:
        taken = {node.name() for node in self._members if node is not but and node._knobs}
        stem, number = re.fullmatch(r"(.*?)(\d*)", name).groups()
        count = int(number or 1)
        while name in taken:
            name, count = f"{stem}{count}", count + 1
        return name


def _upstream(node: Node) -> set[Node]:
    """A node and everything it takes."""
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += one._inputs.values()
    return found
