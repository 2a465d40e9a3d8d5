"""Evaluates the graph: a picture for each node, frame and view.

Source: Foundry's node reference for what each node does; what a node here cannot do is an error, never a guess.
Stand-ins: OCIO management is a factor of 1.25 on colour (so that a forgotten `raw` shows); Roto draws one soft ellipse.
Guess: Copy's union is black outside only if both pictures are.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import _channels, _expressions, _exr, _session, _tcl
from ._formats import Box, Format
from ._pictures import Picture, union, whole

OCIO_FACTOR = np.float32(1.25)


class Moment(NamedTuple):
    """For which frame and view."""

    frame: int
    view: str


def now(node: Any) -> Picture:
    """What a node gives for the current frame and view."""
    from ._root import thisView

    return picture(node, Moment(_expressions.frame(), thisView()))


def picture(node: Any, moment: Moment) -> Picture:
    """What a node gives.

    Raises:
        RuntimeError: why it cannot be computed, beginning with the node's name.
    """
    if node is None:
        return _black(_session.current().root.format())
    if node.knob("disable") is not None and node["disable"].value():
        return picture(node.input(0), moment)
    if node.Class() not in OPERATORS:
        raise RuntimeError(f"{node.fullName()}: the fake cannot compute a {node.Class()}")
    return OPERATORS[node.Class()](node, moment)


def frame_range(node: Any) -> tuple[int, int]:
    """First and last frame: of a source, else of what the node takes, else of the script."""
    root = _session.current().root
    if node.Class() in ("Read", "Constant"):
        return int(node["first"].value()), int(node["last"].value())
    if node.Class() == "Input":
        above = [node.parent().input(int(node["number"].value()))]
    elif node.Class() == "Group":
        above = [node.output()]
    else:
        above = node.dependencies()
    ranges = [frame_range(one) for one in above if one is not None]
    if not ranges:
        return root.firstFrame(), root.lastFrame()
    return min(first for first, _ in ranges), max(last for _, last in ranges)


def file_name(knob: Any, moment: Moment) -> str:
    """The file that a knob names for a frame and view: Tcl first, then tokens; relative ones are the project's."""
    name = _tcl.substituted(knob.value(), knob.node(), moment.frame)
    name = name.replace("%V", moment.view).replace("%v", moment.view[:1])
    project = _session.current().root["project_directory"]
    if name and not Path(name).is_absolute():
        name = os.path.normpath(Path(_tcl.substituted(project.value(), project.node(), moment.frame), name))
    name = re.sub(r"%0?(\d*)d", lambda match: f"{moment.frame:0{match[1] or 1}d}", name)
    return re.sub(r"#+", lambda match: f"{moment.frame:0{len(match[0])}d}", name)


def colour_managed(found: Picture, *, is_raw: bool, factor: np.float32) -> Picture:
    """The stand-in for OCIO: colours change unless the node is raw; alpha never does."""
    if is_raw or _session.current().root["colorManagement"].value() != "OCIO":
        return found
    changed = {
        name: one if name.endswith(".alpha") else (one * factor).astype(np.float32)
        for name, one in found.channels.items()
    }
    return replace(found, channels=changed)


# ---- nodes


def _black(size: Format) -> Picture:
    return Picture(size, whole(size), {}, is_black_outside=True)


def _read(node: Any, moment: Moment) -> Picture:
    frame = _read_frame(node, moment.frame)
    if frame is None:
        return _black(_session.current().root.format())
    found = _read_file(node, moment._replace(frame=frame))
    return colour_managed(found, is_raw=node["raw"].value(), factor=OCIO_FACTOR)


def _read_frame(node: Any, frame: int) -> int | None:
    """The frame that is read; None is black."""
    first, last = node["first"].value(), node["last"].value()
    if first <= frame <= last:
        return frame
    edge, rule = (first, node["before"].value()) if frame < first else (last, node["after"].value())
    if rule == "black":
        return None
    if rule == "hold":
        return edge
    raise RuntimeError(f"{node.fullName()}: the fake knows no '{rule}'")


def _read_file(node: Any, moment: Moment) -> Picture:
    name, cache = file_name(node["file"], moment), _session.current().read_cache
    key = (node.fullName(), name)
    if key not in cache:
        if Path(name).is_file():
            cache[key] = _exr.read(Path(name))
        elif node["on_error"].value() == "black":
            return _black(_session.current().root.format())
        else:
            raise RuntimeError(f"{node.fullName()}: Read error: No such file or directory: {name}")
    return cache[key]


def _constant(node: Any, _: Moment) -> Picture:
    size, colour = node["format"].value(), _four(node["color"].value())
    names = _channels.names_of(node["channels"].value()) or []
    box = whole(size)
    return Picture(size, box, {name: np.full((box.h(), box.w()), colour[_place(name)], np.float32) for name in names})


def _checker_board(node: Any, _: Moment) -> Picture:
    size, side = node["format"].value(), max(1, int(node["boxsize"].value()))
    box = whole(size)
    rows, columns = np.arange(box.h())[::-1, None] // side % 2, np.arange(box.w())[None] // side % 2
    colours = np.array([_four(node[f"color{index}"].value()) for index in range(4)], np.float32)
    found = colours[rows * 2 + columns]
    return Picture(size, box, {name: found[..., _place(name)].copy() for name in _channels.BUILT_IN["rgba"]})


def _shuffle(node: Any, moment: Moment) -> Picture:
    first, second = picture(node.input(0), moment), picture(node.input(1) or node.input(0), moment)
    given = {}
    for suffix, source, knob in (("", first, "in"), ("2", second, "in2")):
        names = _channels.names_of(node[knob].value()) or []
        for short, name in zip(_channels.COLOURS, names):  # noqa: B905 - Python 3.9 runs this too
            given[short + suffix] = source.on(first.box, name)
    empty = np.zeros((first.box.h(), first.box.w()), np.float32)
    given |= {"black": empty, "white": empty + 1}
    channels = dict(first.channels)
    for short, name in zip(_channels.COLOURS, _channels.names_of(node["out"].value()) or []):  # noqa: B905 - as above
        channels[name] = given.get(node[short].value(), empty)
    return replace(first, channels=channels)


def _copy(node: Any, moment: Moment) -> Picture:
    if node.input(2) is not None or node["mix"].value() != 1:
        raise RuntimeError(f"{node.fullName()}: the fake's Copy has no mask and no mix")
    below, above = picture(node.input(0), moment), picture(node.input(1), moment)
    which = node["bbox"].value()
    box = {"union": union(below.box, above.box), "B": below.box, "A": above.box}[which]
    channels = below.all_on(box)
    pairs = [(node[f"from{index}"].value(), node[f"to{index}"].value()) for index in range(4)]
    for source, target in pairs:
        if "none" not in (source, target):
            (taken,), (given,) = _channels.names_of(source), _channels.names_of(target)
            channels[given] = above.on(box, taken)
    layers = _channels.names_of(node["channels"].value())
    for name in above.channels if layers is None else [name for name in layers if name in above.channels]:
        channels[name] = above.on(box, name)
    is_black = {"B": below.is_black_outside, "A": above.is_black_outside}.get(
        which, below.is_black_outside and above.is_black_outside
    )
    return Picture(below.format, box, channels, is_black)


def _merge(node: Any, moment: Moment) -> Picture:
    """A over B: input 0 is B."""
    if node["operation"].value() != "over" or node["mix"].value() != 1 or node["bbox"].value() != "union":
        raise RuntimeError(f"{node.fullName()}: the fake merges over, wholly, in the union of the boxes")
    below, above = picture(node.input(0), moment), picture(node.input(1), moment)
    box = union(below.box, above.box)
    channels = below.all_on(box)
    rest = 1 - above.on(box, "rgba.alpha")
    for name in _channels.BUILT_IN["rgba"]:
        channels[name] = above.on(box, name) + below.on(box, name) * rest
    return Picture(below.format, box, channels, below.is_black_outside and above.is_black_outside)


def _crop(node: Any, moment: Moment) -> Picture:
    if _four(node["softness"].value())[0] or node["reformat"].value():
        raise RuntimeError(f"{node.fullName()}: the fake's Crop is not soft and does not reformat")
    found = picture(node.input(0), moment)
    edges = node["box"].value() or (0, 0, found.format.width(), found.format.height())
    box = Box(*(round(edge) for edge in edges))
    if node["intersect"].value():
        box = Box(
            max(box.x(), found.box.x()), max(box.y(), found.box.y()),
            min(box.r(), found.box.r()), min(box.t(), found.box.t()),
        )  # fmt: skip
    cut = Picture(found.format, box, found.all_on(box))
    return cut.padded() if node["crop"].value() else cut


def _assert(node: Any, moment: Moment) -> Picture:
    """Nothing is drawn where the expression is false."""
    if not node["expression"].value():
        raise RuntimeError(f"{node.fullName()}: {_tcl.substituted(node['message'].value(), node, moment.frame)}")
    return picture(node.input(0), moment)


def _switch(node: Any, moment: Moment) -> Picture:
    which = min(max(int(node["which"].value()), 0), max(node.inputs() - 1, 0))
    return picture(node.input(which), moment)


def _add_channels(node: Any, moment: Moment) -> Picture:
    found, colour = picture(node.input(0), moment), _four(node["color"].value())
    names = [name for name in _channels.names_of(node["channels"].value()) or [] if name not in found.channels]
    empty = np.ones((found.box.h(), found.box.w()), np.float32)
    return replace(found, channels={**found.channels, **{name: empty * colour[_place(name)] for name in names}})


def _roto(node: Any, moment: Moment) -> Picture:
    """One soft ellipse in the middle that moves a pixel to the right with each frame; nothing elsewhere."""
    below = picture(node.input(0), moment) if node.input(0) is not None else _black(node["format"].value())
    width, height = below.format.width(), below.format.height()
    middle = (width / 2 + moment.frame % 8, height / 2)
    box = Box(width // 6, height // 6, width - width // 6 + 8, height - height // 6)
    rows, columns = np.arange(box.t() - 1, box.y() - 1, -1)[:, None] + 0.5, np.arange(box.x(), box.r())[None] + 0.5
    far = np.hypot((columns - middle[0]) / (width / 3), (rows - middle[1]) / (height / 3))
    shape = Picture(below.format, box, {"roto": np.clip((1.0 - far) * 6, 0, 1).astype(np.float32)}, True)
    around = union(below.box, shape.padded().box) if below.channels else shape.padded().box
    channels = below.all_on(around)
    for name in _channels.names_of(node["output"].value()) or []:
        channels[name] = shape.on(around, "roto")
    return Picture(below.format, around, channels, below.is_black_outside)


def _group(node: Any, moment: Moment) -> Picture:
    if node.output() is None:
        raise RuntimeError(f"{node.fullName()}: the group has no Output")
    return picture(node.output(), moment)


def _input(node: Any, moment: Moment) -> Picture:
    return picture(node.parent().input(int(node["number"].value())), moment)


def _same(node: Any, moment: Moment) -> Picture:
    return picture(node.input(0), moment)


def _four(value: Any) -> tuple[float, ...]:
    if not isinstance(value, tuple):
        return (float(value),) * 4
    return tuple(itertools.islice(itertools.chain(value, itertools.repeat(0.0)), 4))


def _place(name: str) -> int:
    """Which of the four colours a channel is."""
    short = name.rpartition(".")[2]
    return _channels.COLOURS.index(short) if short in _channels.COLOURS else 0


OPERATORS: dict[str, Callable[[Any, Moment], Picture]] = {
    "Read": _read,
    "Constant": _constant,
    "CheckerBoard2": _checker_board,
    "Shuffle": _shuffle,
    "Copy": _copy,
    "Merge2": _merge,
    "Crop": _crop,
    "Switch": _switch,
    "Assert": _assert,
    "AddChannels": _add_channels,
    "Roto": _roto,
    "Group": _group,
    "Input": _input,
    "Output": _same,
    "Dot": _same,
    "NoOp": _same,
    "Write": _same,
}
