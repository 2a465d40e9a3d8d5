"""execute and executeMultiple: the frame loop over Writes, with what may go wrong in it.

Source: types-nuke stubs, Foundry's render guide. A cancelled render raises RuntimeError("Cancelled"), as the dialog
scripts that come with Nuke expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import _callbacks, _channels, _exr, _render, _session
from ._formats import views as all_views
from ._frames import FrameRanges
from ._graph import toNode


@_session.graph_call
def execute(
    nameOrNode: Any,
    start: Any = None,
    end: int | None = None,
    incr: int = 1,
    views: Sequence[str] | None = None,
    continueOnError: bool = False,
) -> None:
    """Render a Write: frames from start to end, or a FrameRanges instead of start."""
    frames = _frames(start, end, incr)
    with _session.execution():
        _render_one(nameOrNode, frames, views, continues=continueOnError)


@_session.graph_call
def executeMultiple(
    nodes: Sequence[Any], ranges: Any = None, views: Sequence[str] | None = None, continueOnError: bool = False
) -> None:
    """Render several Writes; ranges are ([start, end, increment], ...)."""
    frames = (
        ranges.toFrameList()
        if isinstance(ranges, FrameRanges)
        else sorted({frame for one in ranges for frame in _frames(*one)})
    )
    with _session.execution():
        for frame in frames:
            for node in sorted(nodes, key=lambda node: node["render_order"].value()):
                _render_one(node, [frame], views, continues=continueOnError)


@_session.graph_call
def executing(f: float | None = None) -> bool:
    """Whether Nuke renders."""
    return _session.current().execution_depth > 0


def _frames(start: Any, end: int | None, step: int) -> list[int]:
    if isinstance(start, FrameRanges):
        return start.toFrameList()
    root = _session.current().root
    first = root.firstFrame() if start is None else int(start)
    last = root.lastFrame() if end is None else int(end)
    return list(range(first, last + 1, int(step)))


def _render_one(named: Any, frames: list[int], views: Sequence[str] | None, *, continues: bool) -> None:
    node = toNode(named) if isinstance(named, str) else named
    if node is None:
        raise ValueError(f"{named} is no node")
    if node.Class() != "Write":
        raise RuntimeError(f"{node.fullName()} is not executable")
    wanted = _views(node, views)
    if node["use_limit"].value():
        frames = [frame for frame in frames if node["first"].value() <= frame <= node["last"].value()]
    _callbacks.run("beforeRender", node)
    failed = None
    for frame in frames:
        try:
            _render_frame(node, frame, wanted)
        except RuntimeError as problem:
            if not continues or str(problem) == "Cancelled":
                raise
            failed = problem
    _callbacks.run("afterRender", node)
    if failed is not None:
        raise failed


def _views(node: Any, asked: Sequence[str] | None) -> list[str]:
    if isinstance(asked, str):
        raise TypeError("views must be a sequence of strings, not one string")
    known = all_views()
    unknown = [view for view in asked or () if view not in known]
    if unknown:
        raise ValueError(f"the script has no view {unknown[0]!r}")
    own = node["views"].value().split()
    return [view for view in own if asked is None or view in asked]


def _render_frame(node: Any, frame: int, views: Sequence[str]) -> None:
    session = _session.current()
    if session.cancels_render(frame):
        raise RuntimeError("Cancelled")
    frame_knob = session.root["frame"]
    was = frame_knob._value
    frame_knob._value = frame
    try:
        _callbacks.run("beforeFrameRender", node)
        names = {_render.file_name(node["file"], _render.Moment(frame, view)) for view in views}
        if len(names) < len(views):
            raise RuntimeError(f"{node.fullName()}: the fake writes one view a file: use %V")
        for view in views:
            _write(node, _render.Moment(frame, view))
            session.rendered.append((node.fullName(), frame, view))
        _callbacks.run("afterFrameRender", node)
    finally:
        frame_knob._value = was


def _write(node: Any, moment: _render.Moment) -> None:
    if node.input(0) is None:
        raise RuntimeError(f"{node.fullName()}: nothing is connected")
    path = Path(_render.file_name(node["file"], moment))
    if not str(node["file"].value()):
        raise RuntimeError(f"{node.fullName()}: filename must be specified")
    if node["file_type"].value() != "exr":
        raise RuntimeError(f"{node.fullName()}: the fake writes file_type exr only, so say it")
    if not path.parent.is_dir():
        if not node["create_directories"].value():
            raise RuntimeError(f"{node.fullName()}: cannot open {path} for writing: No such file or directory")
        path.parent.mkdir(parents=True)
    found = _render.picture(node, moment)
    if _session.current().root["proxy"].value():
        found = found.half_size()
    found = _render.colour_managed(found, is_raw=node["raw"].value(), factor=1 / _render.OCIO_FACTOR)
    chosen = _channels.names_of(node["channels"].value())
    names = sorted(found.channels if chosen is None else set(chosen) & set(found.channels))
    if not names:
        raise RuntimeError(f"{node.fullName()}: exrWriter: No channels selected (or available) for write")
    if node["interleave"].value() != "channels, layers and views" or node["autocrop"].value():
        raise RuntimeError(f"{node.fullName()}: the fake writes one part and crops nothing")
    is_half = node["datatype"].value() == "16 bit half" or node["write_ACES_compliant_EXR"].value()
    # Stand-in: another one for every picture, because edits that change no pixel change it too.
    node_hash = "" if node["metadata"].value() == "no metadata" else f"{len(_session.current().rendered):x}"
    _exr.write(path, found, names, is_half=is_half, compression=node["compression"].value(), node_hash=node_hash)
