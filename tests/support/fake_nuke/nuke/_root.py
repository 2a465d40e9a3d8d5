"""The root: settings of the script, its name, its frame, its modified state.

Source: types-nuke stubs; `Root` of saved scripts.
"""

from __future__ import annotations

from typing import Any

from . import _facts, _session
from ._formats import Format
from ._nodes import Group


class Root(Group):
    """One a session; `nuke.root()` gives it."""

    def _begin(self) -> None:
        self._members: list[Any] = []
        self._kind, self._group, self._inputs = "Root", None, {}
        self._knobs: dict[str, Any] = {}
        self._added: list[str] = []
        for name, fact in _facts.ROOT.items():
            self._make(name, fact)

    def name(self) -> str:
        return self._knobs["name"]._value or "Root"

    def fullName(self) -> str:
        return "root"

    def setName(self, name: str, uncollide: bool = True) -> None:
        self._knobs["name"]._value = name

    def maxInputs(self) -> int:
        return 0

    def firstFrame(self) -> int:
        return self["first_frame"].value()

    def lastFrame(self) -> int:
        return self["last_frame"].value()

    def fps(self) -> int:
        return int(self["fps"].value())

    def setFrame(self, n: int) -> None:
        self["frame"].setValue(int(n))

    def proxy(self) -> bool:
        return self["proxy"].value()

    def setProxy(self, b: bool) -> None:
        self["proxy"].setValue(b)

    def format(self) -> Any:
        return self["format"].value()

    def modified(self) -> bool:
        return _session.current().is_modified

    def setModified(self, modified: bool) -> None:
        _session.current().is_modified = bool(modified)


def make_root(views: tuple[str, ...]) -> Root:
    """Begin an empty script in the session."""
    session = _session.current()
    session.root = root = object.__new__(Root)
    root._begin()
    session.groups[:] = [root]
    session.layers.clear()
    session.read_cache.clear()
    session.formats[:] = [Format(2048, 1556, 1.0, "2K_Super_35(full-ap)"), Format(1920, 1080, 1.0, "HD_1080")]
    root["format"]._value = session.formats[0]
    root["views"]._value = "\n".join(f"{view} #ffffff" for view in views)
    session.is_modified = False
    return root


@_session.graph_call
def frame(f: int | None = None) -> int:
    """Return the current frame, or set it."""
    knob = _session.current().root["frame"]
    if f is not None:
        knob.setValue(int(f))
    return knob.value()


@_session.graph_call
def modified(state: bool | None = None) -> bool:
    """Return or set whether the script has changes that are not saved."""
    if state is not None:
        _session.current().is_modified = bool(state)
    return _session.current().is_modified


@_session.graph_call
def scriptName() -> str:
    """File of the script."""
    if _session.current().root.name() == "Root":
        raise RuntimeError("no script name")
    return _session.current().root.name()


@_session.graph_call
def thisRoot() -> Any:
    """The root."""
    return _session.current().root


@_session.graph_call
def thisView() -> str:
    """The view that is looked at."""
    from ._formats import views

    return views()[0]
