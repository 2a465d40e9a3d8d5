"""Formats, boxes and views of the session.

Source: types-nuke stubs; `format` knobs of saved scripts ("96 64 0 0 96 64 1 name").
"""

from __future__ import annotations

from . import _session


class Format:
    """A size with a pixel aspect and perhaps a name."""

    def __init__(self, width: int, height: int, pixel_aspect: float = 1.0, name: str = "") -> None:
        self._size, self._aspect, self._name = (int(width), int(height)), pixel_aspect, name

    def width(self) -> int:
        return self._size[0]

    def height(self) -> int:
        return self._size[1]

    def pixelAspect(self) -> float:
        return self._aspect

    def name(self) -> str:
        return self._name

    def setName(self, name: str) -> None:
        self._name = name

    def x(self) -> int:
        return 0

    def y(self) -> int:
        return 0

    def r(self) -> int:
        return self._size[0]

    def t(self) -> int:
        return self._size[1]

    def _text(self) -> str:
        width, height = self._size
        return f"{width} {height} 0 0 {width} {height} {self._aspect:g} {self._name}".rstrip()


class Box:
    """A rectangle with y upwards; `r` and `t` lie beyond its last pixels."""

    def __init__(self, x: int = 0, y: int = 0, r: int = 0, t: int = 0) -> None:
        self._edges = (x, y, r, t)

    def x(self) -> int:
        return self._edges[0]

    def y(self) -> int:
        return self._edges[1]

    def r(self) -> int:
        return self._edges[2]

    def t(self) -> int:
        return self._edges[3]

    def w(self) -> int:
        return self._edges[2] - self._edges[0]

    def h(self) -> int:
        return self._edges[3] - self._edges[1]


@_session.graph_call
def addFormat(s: str) -> Format:
    """Make a format: "96 64 1 small" or "96 64 0 0 96 64 1 small"."""
    made = format_of_text(s)
    _session.current().formats.append(made)
    return made


@_session.graph_call
def formats() -> list[Format]:
    """Every format of the script."""
    return list(_session.current().formats)


def format_of_text(text: str) -> Format:
    """Understand what scripts and Python write."""
    words = text.split()
    for known in _session.current().formats:
        if known.name() and known.name() == text:
            return known
    numbers = [float(word) for word in words if word.replace(".", "", 1).isdigit()]
    if len(numbers) < 2:
        raise ValueError(f"{text!r} names no format")
    names = [word for word in words if not word.replace(".", "", 1).isdigit()]
    aspect = numbers[-1] if len(numbers) in (3, 7) else 1.0
    return Format(int(numbers[0]), int(numbers[1]), aspect, names[0] if names else "")


@_session.graph_call
def views() -> list[str]:
    """Names of the script's views."""
    lines = str(_session.current().root["views"].value()).splitlines()
    return [line.split()[0] for line in lines if line.split()]


@_session.graph_call
def addView(s: str) -> None:
    """Add a view."""
    knob = _session.current().root["views"]
    knob.setValue(knob.value() + f"\n{s} #ffffff")


@_session.graph_call
def deleteView(s: str) -> None:
    """Take a view away."""
    knob = _session.current().root["views"]
    knob.setValue("\n".join(line for line in knob.value().splitlines() if line.split()[0] != s))


class OutputContext:
    """For which frame and view a knob is evaluated; views count from 1."""

    def __init__(self) -> None:
        self._frame, self._view = 1.0, 1

    def frame(self) -> float:
        return self._frame

    def setFrame(self, frame: float) -> None:
        self._frame = float(frame)

    def view(self) -> int:
        return self._view

    def setView(self, view: int) -> None:
        _session.need(view, int, "setView")
        self._view = view

    def viewFromName(self, name: str) -> int:
        return views().index(name) + 1
