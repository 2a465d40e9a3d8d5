"""LFPNet nodes of the script: finding them, their knobs, what surrounds them, the result that they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nuke

from lfpnet_nuke import graph, knobs
from lfpnet_nuke.errors import PluginError
from lfpnet_nuke.settings import Scene


def find(name: str) -> Any:
    """Return a node by its full name.

    Raises:
        PluginError: there is none.
    """
    node = nuke.toNode(name)
    if node is None:
        raise PluginError(f"Expected a node called {name}, got none: it was deleted or renamed.")
    return node


def full_name(node: Any) -> str:
    """Return the name that `find` takes."""
    return str(node.fullName())


def our_nodes() -> list[Any]:
    """Return every LFPNet node of the script, inside other groups too."""
    return [node for node in nuke.allNodes("Group", nuke.root(), recurseGroups=True) if is_ours(node)]


def is_ours(node: Any) -> bool:
    """Whether a node is an LFPNet node, of whatever version."""
    return node is not None and node.knob("lfp_version") is not None


def values_of(node: Any) -> dict[str, Any]:
    """Read the knobs that hold something; one that an older node lacks has its default."""
    values = {}
    for row in knobs.VALUE_KNOBS:
        knob = node.knob(row.name)
        default = row.items[0] if row.items else row.default
        values[row.name] = default if knob is None else knob.value()
    return values


def set_value(node: Any, name: str, value: Any) -> None:
    """Set one knob of the node."""
    node[name].setValue(value)


def set_menu(node: Any, name: str, items: Sequence[str]) -> None:
    """Change the items of a menu; the chosen name stays chosen, and in the list, whatever the sidecar has."""
    knob = node[name]
    chosen = str(knob.value())
    knob.setValues([*items, *([] if chosen in items else [chosen])])
    knob.setValue(chosen)


def scene_of(node: Any) -> Scene:
    """Read what the script around the node says."""
    root = nuke.root()
    inputs = {name: node.input(index) for index, name in enumerate(graph.INPUTS)}
    global_range = (int(root["first_frame"].value()), int(root["last_frame"].value()))
    plate = inputs["Plate"]
    return Scene(
        node=full_name(node),
        inputs=frozenset(name for name, connected in inputs.items() if connected is not None),
        input_range=(int(plate.firstFrame()), int(plate.lastFrame())) if plate is not None else global_range,
        global_range=global_range,
        frame=int(nuke.frame()),
        views=tuple(nuke.views()),
        working_space=_working_space(root),
    )


def show_result(node: Any, pattern: str, frames: tuple[int, int]) -> None:
    """Point the inner Read at the result, read it afresh and let the node give the matte."""
    read = node.node("Result")
    if read is None:
        raise PluginError(f"Expected a node Result inside {full_name(node)}, got none: make a new LFPNet node.")
    read["file"].setValue(pattern)
    for knob, frame in (("first", frames[0]), ("last", frames[1]), ("origfirst", frames[0]), ("origlast", frames[1])):
        read[knob].setValue(frame)
    read["reload"].execute()
    node["lfp_show"].setValue(knobs.MATTE)


def _working_space(root: Any) -> str:
    """Name the space that pixels are in, as the colour management of the script has it."""
    knob = root.knob("workingSpaceLUT")
    return "" if knob is None else str(knob.value())
