"""LFPNet nodes of the script: finding them, their knobs, what surrounds them, the result that they read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import nuke

from lfpnet_nuke import graph, knobs
from lfpnet_nuke.errors import PluginError
from lfpnet_nuke.settings import Scene

#: Windows replaces no file that is open, and Nuke keeps open what a Read has shown.
LOCKS_OPEN_FILES = os.name == "nt"


def locks_open_files() -> bool:
    """Whether a result that is shown must be let go before it is made anew."""
    return LOCKS_OPEN_FILES


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


def show_result(node: Any, frames: tuple[int, int]) -> None:
    """Tell the inner Read which frames there are and have it read them afresh."""
    read = _result_of(node)
    if str(read["file"].value()) != graph.RESULT_FILE:
        read["file"].setValue(graph.RESULT_FILE)
    for knob, frame in (("first", frames[0]), ("last", frames[1]), ("origfirst", frames[0]), ("origlast", frames[1])):
        if int(read[knob].value()) != frame:
            read[knob].setValue(frame)
    read["reload"].execute()


def let_go_of_result(node: Any) -> None:
    """Have the inner Read close its files; `show_result` lets it read again."""
    _result_of(node)["file"].setValue("")


def show_matte(node: Any) -> None:
    """Let the node give the matte."""
    set_value(node, "lfp_show", knobs.MATTE)


def show_plate(node: Any) -> None:
    """Let the node give the plate as it came."""
    set_value(node, "lfp_show", knobs.PLATE)


def is_alive(node: Any) -> bool:
    """Whether the node is still in a script; its name may be another one by now."""
    try:
        node.name()
    except ValueError:
        return False
    return True


def result_pattern(node: Any, frames: Sequence[int], views: Sequence[str]) -> str:
    """Return the name of the result's files as Nuke sees it: Tcl evaluated, relative to the project's folder.

    Raises:
        PluginError: Tcl gives another name for another frame or view.
    """
    knob = node["lfp_cache"]
    text = str(knob.value() or "").strip()
    if "[" in text or "\\" in text:
        found = {_evaluated(knob, frame, view) for frame in {frames[0], frames[-1]} for view in views}
        if len(found) > 1:
            raise PluginError(
                f"Expected one name in 'result' for all frames and views, got {' and '.join(sorted(found)[:2])}: "
                "use %04d and %V for them."
            )
        text = found.pop()
    folder: Any = nuke.root()["project_directory"]
    project = str(folder.evaluate() or "").strip()
    if text and not os.path.isabs(text) and project:  # noqa: PTH117 - Nuke's own spelling
        text = os.path.normpath(os.path.join(project, text)).replace(os.sep, "/")  # noqa: PTH118 - as above
    return text


def escaped(path: str) -> str:
    """Return a path for a file knob, in which square brackets would be Tcl."""
    return path.replace("[", "\\[").replace("]", "\\]")


def _evaluated(knob: Any, frame: int, view: str) -> str:
    """Evaluate Tcl for a frame and view; tokens such as %04d stay."""
    context = nuke.OutputContext()
    context.setFrame(frame)
    context.setView(context.viewFromName(view))
    try:
        return str(knob.getEvaluatedValue(context))
    except RuntimeError as problem:
        raise PluginError(f"'result' has no value ({problem}): correct its Tcl.") from problem


def _result_of(node: Any) -> Any:
    read = node.node("Result")
    if read is None:
        raise PluginError(f"Expected a node Result inside {full_name(node)}, got none: make a new LFPNet node.")
    return read


def _working_space(root: Any) -> str:
    """Name the space that pixels are in, as the colour management of the script has it."""
    knob = root.knob("workingSpaceLUT")
    return "" if knob is None else str(knob.value())
