"""Renders the inputs of a node to EXR with temporary Writes, and puts the session back as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import nuke

from lfpnet_nuke import graph
from lfpnet_nuke.errors import BusyError, CancelledByArtist, FrameError, PluginError

from .nodes import escaped, find, full_name

#: Knobs of a temporary Write, in the order in which they may be set: the file type brings the EXR knobs. Everything
#: that a studio may have given another default with nuke.knobDefault and that changes the file is here.
WRITE_KNOBS: dict[str, Any] = {
    "file_type": "exr",
    "proxy": "",
    "frame_mode": "expression",
    "frame": "",
    "raw": True,
    "premultiplied": False,
    "reading": False,
    "on_error": "error",
    "compression": "none",
    "metadata": "no metadata",  # else a hash of the graph makes every file another one
    "autocrop": False,
    "interleave": "channels, layers and views",
    "create_directories": True,
    "use_limit": False,
    "disable": False,
    "beforeRender": "",
    "beforeFrameRender": "",
    "afterFrameRender": "",
    "afterRender": "",
}
#: The same, but not every version of Nuke has these.
OPTIONAL_WRITE_KNOBS: dict[str, Any] = {
    "write_ACES_compliant_EXR": False,  # it forces half floats
    "noprefix": False,
    "standard layer name format": False,
    "write_full_layer_names": False,
    "truncateChannelNames": False,
}
#: Name of temporary nodes and of a knob that they have, by which callbacks of a studio can tell them.
TEMPORARY = "lfp_temporary"
DATA_TYPES = {"half": "16 bit half", "float": "32 bit float"}


def export(
    node: Any, frame: int, view: str, files: Mapping[str, Path], roles: Mapping[str, str], channel: str, depth: str
) -> None:
    """Render plate and masks of one frame and view to uncompressed EXR with one common bounding box.

    Proxy mode, the undo stack and the script's modified state are left as they were, and no node stays behind.

    Args:
        node: the LFPNet node.
        frame: number of the frame.
        view: name of the view.
        files: role -> file; `plate` and those of `roles`.
        roles: role of a mask -> the input of the node that gives it.
        channel: of the masks.
        depth: of the plate; masks too.

    Raises:
        CancelledByArtist: the artist cancelled Nuke's own progress bar.
        PluginError: Nuke cannot render it.
    """
    with _temporary_nodes(full_name(node), frame) as made:
        # Each mask is copied into the plate's alpha, which merges the bounding boxes; all are written from there.
        with node:
            whole = node.node("Plate")
            for source in roles.values():
                whole = _masked(made, whole, node.node(source), channel)
            writes = [_write(made, whole, files["plate"], "rgb", depth, view)]
            for role, source in roles.items():
                masked = _masked(made, whole, node.node(source), channel)
                writes.append(_write(made, masked, files[role], "alpha", depth, view))
        _render(writes, frame, view)


def export_pair(name: str, frame: int, view: str, plate: Path, alpha: Path, approved: str) -> None:
    """Render the plate and an approved alpha of one frame, for training.

    Args:
        name: the LFPNet node.
        frame: number of the frame.
        view: name of the view.
        plate: file of the plate.
        alpha: file of the alpha.
        approved: the node whose alpha is right; empty takes the result of the LFPNet node.

    Raises:
        PluginError: a node is missing or cannot be rendered.
    """
    node = find(name)
    judged = find(approved) if approved else node.node("Result")
    is_inside = _group_of(judged).fullName() == node.fullName()
    if not is_inside and _group_of(judged).fullName() != _group_of(node).fullName():
        raise PluginError(
            f"Expected the node with the approved alpha beside {name}, got {approved}: connect a Dot to it there."
        )
    with _temporary_nodes(name, frame) as made:
        with _group_of(judged):
            whole = _masked(made, node.node("Plate") if is_inside else node.input(0), judged, "alpha")
            writes = [_write(made, whole, plate, "rgb", "float", view)]
            writes.append(_write(made, whole, alpha, "alpha", "float", view))
        _render(writes, frame, view)


def _render(writes: list[Any], frame: int, view: str) -> None:
    """Render all Writes in one go: each call of `execute` would show a progress bar of its own."""
    nuke.executeMultiple(writes, ([frame, frame, 1],), [view])


def _masked(made: list[Any], below: Any, mask: Any, channel: str) -> Any:
    """Put a channel of the mask into the alpha of what is below."""
    copy = nuke.nodes.Copy()
    made.append(copy)
    copy.setInput(0, below)
    copy.setInput(1, mask)
    for knob, value in graph.copy_knobs("rgba", ("alpha",)).items():
        copy[knob].setValue(f"rgba.{channel}" if knob == "from0" else value)
    return copy


def _group_of(node: Any) -> Any:
    """Return the group in which a node lies; a Write can only be connected beside what it writes."""
    outer, _, _ = full_name(node).rpartition(".")
    return find(outer) if outer else nuke.root()


def _write(made: list[Any], below: Any, path: Path, channels: str, depth: str, view: str) -> Any:
    write = nuke.nodes.Write(name=f"{TEMPORARY}_write")
    made.append(write)
    write.addKnob(nuke.Boolean_Knob(TEMPORARY, "temporary"))
    write.setInput(0, below)
    write["file"].setValue(escaped(path.as_posix()))
    write["channels"].setValue(channels)
    for knob, value in WRITE_KNOBS.items():
        write[knob].setValue(value)
    for knob, value in OPTIONAL_WRITE_KNOBS.items():
        if write.knob(knob) is not None:
            write[knob].setValue(value)
    write["datatype"].setValue(DATA_TYPES[depth])
    write["views"].setValue(view)
    return write


@contextmanager
def _temporary_nodes(name: str, frame: int) -> Iterator[list[Any]]:
    """Lend a list for nodes that go away; proxy mode, undo stack and modified state come back as they were."""
    root = nuke.root()
    made: list[Any] = []
    with ExitStack() as back:  # the last one first, each even if another fails
        back.callback(root.setModified, root.modified())
        nuke.Undo.disable()
        back.callback(nuke.Undo.enable)
        back.callback(root["proxy"].setValue, root["proxy"].value())
        back.callback(_delete, made)
        try:
            root["proxy"].setValue(False)
            yield made
        except RuntimeError as problem:
            raise _render_error(name, frame, problem) from problem


def _delete(made: list[Any]) -> None:
    """Take the nodes away but those that went with their group."""
    for one in reversed(made):
        with suppress(ValueError):
            nuke.delete(one)


def _render_error(name: str, frame: int, problem: RuntimeError) -> PluginError:
    text = str(problem).strip() or "no reason given"
    if "cancel" in text.lower():
        return CancelledByArtist("The export was cancelled.")
    if "already executing" in text.lower():
        return BusyError(f"Nuke is executing something else ({text}): wait until it is done.")
    remedy = "fix the nodes above it"
    if _has_render_callbacks():
        remedy += f", or the callback of your pipeline that refused it (the Write has a knob {TEMPORARY})"
    return FrameError(f"Frame {frame} of the inputs of {name} cannot be rendered ({text}): {remedy}.")


def _has_render_callbacks() -> bool:
    """Whether somebody's Python runs when a Write renders."""
    kinds = ("beforeRenders", "beforeFrameRenders", "afterFrameRenders", "afterRenders")
    return any(getattr(nuke, kind, None) for kind in kinds)
