"""Every call of the `nuke` module: making the node, reading its knobs, rendering its inputs, threads and progress.

Functions that touch the script run on the main thread only; `MainThread` brings other threads there.
Source: Foundry's Python guide (threading, render, callbacks), types-nuke stubs, and the traps that public tools met.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import nuke

from . import graph, knobs
from .errors import CancelledByArtist, PluginError, sentence_of
from .log import logger
from .settings import Scene

WAIT_SECONDS = 0.1
#: Knobs of a temporary Write, in the order in which they may be set: the file type brings the EXR knobs.
WRITE_KNOBS: dict[str, Any] = {
    "file_type": "exr",
    "raw": True,
    "compression": "none",
    "metadata": "no metadata",
    "autocrop": False,
    "interleave": "channels, layers and views",
    "create_directories": True,
    "use_limit": False,
}
DATA_TYPES = {"half": "16 bit half", "float": "32 bit float"}


# ---- the session


def has_window() -> bool:
    """Whether this Nuke has a window; render nodes and `nuke -t` have none."""
    return bool(nuke.GUI)


def script_path() -> str:
    """File of the script, empty while it has none."""
    name = str(nuke.root().name())
    return "" if name == "Root" else name


def open_script(path: str) -> None:
    """Load a script into this session."""
    try:
        nuke.scriptOpen(path)
    except RuntimeError as problem:
        raise PluginError(f"The script {path} cannot be opened ({problem}): check it.") from problem


def save_script() -> None:
    """Save the script under its own name."""
    nuke.scriptSave()


def say(sentence: str) -> None:
    """Show a sentence to whoever sits there."""
    if has_window():
        nuke.message(sentence)
    else:
        nuke.tprint(f"LFPNet: {sentence}")


def add_menu_command(label: str, command: Callable[[], Any]) -> None:
    """Add an entry to the menu of nodes."""
    nuke.menu("Nodes").addMenu("LFPNet").addCommand(label, command)


def on_script_load(call: Callable[[], Any]) -> None:
    """Have a function called after a script was loaded."""
    nuke.addOnScriptLoad(call)


def defer(call: Callable[[], Any]) -> None:
    """Have a function called when Nuke is idle."""
    nuke.executeDeferred(call)


# ---- nodes


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


def create() -> Any:
    """Make a node: a plain Group with knobs and inner nodes, as the tables say; a selected node becomes its plate."""
    selected = nuke.selectedNodes()
    node = nuke.createNode("Group", inpanel=False)
    node.setName("LFPNet1")
    add_missing_knobs(node)
    for layer, channels in graph.LAYERS.items():
        nuke.Layer(layer, [f"{layer}.{channel}" for channel in channels])
    with node:
        _build_inside()
    if len(selected) == 1:  # a group takes inputs only once it has Input nodes
        node.setInput(0, selected[0])
    if has_window():
        node.showControlPanel()
    return node


def add_missing_knobs(node: Any) -> list[str]:
    """Add the knobs that a node lacks and return their names."""
    added = []
    for row in knobs.ROWS:
        if node.knob(row.name) is None:
            node.addKnob(_make_knob(row))
            added.append(row.name)
    return added


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


def _make_knob(row: knobs.KnobRow) -> Any:
    """Make one knob of the table."""
    if row.kind == "Enumeration_Knob":
        knob = nuke.Enumeration_Knob(row.name, row.label, list(row.items))
    elif row.kind == "PyScript_Knob":
        knob = nuke.PyScript_Knob(row.name, row.label, row.default)
    elif row.kind == "Text_Knob":
        knob = nuke.Text_Knob(row.name, row.label, row.default)
    else:
        knob = getattr(nuke, row.kind)(row.name, row.label)
        if row.default is not None:
            knob.setValue(row.default)
    if row.tooltip:
        knob.setTooltip(row.tooltip)
    if row.kind == "PyScript_Knob":
        (knob.setFlag if row.starts_line else knob.clearFlag)(nuke.STARTLINE)
    if row.kind in ("Double_Knob", "Int_Knob"):
        knob.setFlag(nuke.NO_ANIMATION)
    if row.name == "lfp_version":
        knob.setFlag(nuke.INVISIBLE)
    return knob


def _build_inside() -> None:
    """Make the inner nodes of the table in the group that is open."""
    made: dict[str, Any] = {}
    for row in graph.inner_nodes():
        inner = getattr(nuke.nodes, row.kind)()
        inner.setName(row.name)
        for index, name in enumerate(row.inputs):
            inner.setInput(index, made[name])
        for name, value in row.knobs.items():
            inner[name].setValue(value)
        for name, expression in row.expressions.items():
            inner[name].setExpression(expression)
        made[row.name] = inner


def _working_space(root: Any) -> str:
    """Name the space that pixels are in, as the colour management of the script has it."""
    knob = root.knob("workingSpaceLUT")
    return "" if knob is None else str(knob.value())


# ---- rendering


def export(
    name: str, frame: int, view: str, files: Mapping[str, Path], roles: Mapping[str, str], channel: str, depth: str
) -> None:
    """Render plate and masks of one frame and view to uncompressed EXR with one common bounding box.

    Proxy mode, the undo stack and the script's modified state are left as they were, and no node stays behind.

    Args:
        name: the LFPNet node.
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
    node = find(name)
    with _temporary_nodes(name, frame) as made:
        # Each mask is copied into the plate's alpha, which merges the bounding boxes; all are written from there.
        with node:
            whole = node.node("Plate")
            for source in roles.values():
                whole = _masked(made, whole, node.node(source), channel)
            writes = [_write(made, whole, files["plate"], "rgb", depth, view)]
            for role, source in roles.items():
                masked = _masked(made, whole, node.node(source), channel)
                writes.append(_write(made, masked, files[role], "alpha", depth, view))
        for write in writes:
            nuke.execute(write, frame, frame, 1, [view])


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
    with _temporary_nodes(name, frame) as made:
        with node:
            writes = [_write(made, node.node("Plate"), plate, "rgb", "float", view)]
        with _group_of(judged):
            writes.append(_write(made, judged, alpha, "alpha", "float", view))
        for write in writes:
            nuke.execute(write, frame, frame, 1, [view])


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
    write = nuke.nodes.Write()
    made.append(write)
    write.setInput(0, below)
    write["file"].setValue(path.as_posix())
    write["channels"].setValue(channels)
    for knob, value in WRITE_KNOBS.items():
        write[knob].setValue(value)
    write["datatype"].setValue(DATA_TYPES[depth])
    write["views"].setValue(view)
    return write


@contextmanager
def _temporary_nodes(name: str, frame: int) -> Iterator[list[Any]]:
    """Lend a list for nodes that go away; proxy mode, undo stack and modified state come back as they were."""
    root = nuke.root()
    was_proxy, was_modified = root["proxy"].value(), root.modified()
    made: list[Any] = []
    nuke.Undo.disable()
    try:
        root["proxy"].setValue(False)
        yield made
    except RuntimeError as problem:
        raise _render_error(name, frame, problem) from problem
    finally:
        for one in reversed(made):
            nuke.delete(one)
        root["proxy"].setValue(was_proxy)
        nuke.Undo.enable()
        root.setModified(was_modified)


def _render_error(name: str, frame: int, problem: RuntimeError) -> PluginError:
    text = str(problem).strip() or "no reason given"
    if "cancel" in text.lower():
        return CancelledByArtist("The export was cancelled.")
    if "already executing" in text.lower():
        return BusyError(f"Nuke is executing something else ({text}): wait until it is done.")
    return PluginError(f"Frame {frame} of the inputs of {name} cannot be rendered ({text}): mend the nodes above it.")


class BusyError(PluginError):
    """Nuke executes something else now; the same call may succeed later."""


# ---- threads


class MainThread:
    """Brings calls of a worker thread to Nuke's main thread, and gives up when the run is cancelled."""

    #: How often a render is tried while Nuke executes something else, one second apart.
    TRIES = 60

    def __init__(self, is_cancelled: Callable[[], bool]) -> None:
        """Remember what tells that the run is over."""
        self._is_cancelled = is_cancelled

    def call(self, function: Callable[[], Any]) -> Any:
        """Run a function in a deferred call of the main thread and return its value.

        Raises:
            PluginError: what the function raised.
            CancelledByArtist: the run was cancelled first.
        """
        tries = 1
        while True:
            value, problem = self._call_once(function)
            if problem is None:
                return value
            if not isinstance(problem, BusyError) or tries == self.TRIES:
                raise problem
            logger.info("%s", problem)
            tries += 1
            time.sleep(1.0)

    def post(self, function: Callable[[], Any]) -> None:
        """Run a function on the main thread some time; what goes wrong is logged."""
        nuke.executeInMainThread(_logged(function))

    def _call_once(self, function: Callable[[], Any]) -> tuple[Any, Exception | None]:
        done, answer, is_dropped = threading.Event(), [], threading.Event()

        def run() -> None:
            if not is_dropped.is_set():
                answer.append(_outcome(function))
            done.set()

        # Errors return as values: Nuke prints and swallows what a call on the main thread raises.
        nuke.executeInMainThread(_logged(lambda: nuke.executeDeferred(run)))
        while not done.wait(WAIT_SECONDS):
            if self._is_cancelled():
                is_dropped.set()
                raise CancelledByArtist("The run was cancelled.")
        return answer[0]


class WindowProgress:
    """Nuke's progress window with its Cancel; made and used on the worker's thread, as Foundry's guide does."""

    def __init__(self, title: str, cancelled: threading.Event) -> None:
        """Show an empty bar."""
        self._task = nuke.ProgressTask(title)
        self._cancelled = cancelled

    @property
    def is_cancelled(self) -> bool:
        """Whether Cancel was pressed, here or on the node."""
        if self._task is not None and self._task.isCancelled():
            self._cancelled.set()
        return self._cancelled.is_set()

    def show(self, share: float, sentence: str) -> None:
        """Move the bar."""
        if self._task is not None:
            self._task.setProgress(int(100 * min(1.0, max(0.0, share))))
            self._task.setMessage(sentence)

    def close(self) -> None:
        """Take the bar away: Nuke does so when its object goes."""
        self._task = None


class TerminalProgress:
    """Lines on the terminal; ends by the interrupt of the process, not by itself."""

    def __init__(self, cancelled: threading.Event) -> None:
        """Say nothing yet."""
        self._cancelled, self._last = cancelled, ""

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled.is_set()

    def show(self, share: float, sentence: str) -> None:
        """Print a line when a new frame begins."""
        words = sentence.split(",", maxsplit=1)[0]
        if words != self._last:
            self._last = words
            nuke.tprint(f"LFPNet: {100 * share:3.0f} % {words}")

    def close(self) -> None:
        """Do nothing."""


def _outcome(function: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return function(), None
    except Exception as problem:
        return None, problem


def _logged(function: Callable[[], Any]) -> Callable[[], None]:
    def run() -> None:
        _, problem = _outcome(function)
        if problem is not None:
            logger.error("%s", sentence_of(problem), exc_info=problem)

    return run


def home() -> str:
    """The user's home folder."""
    return os.path.expanduser("~")  # noqa: PTH111 - text goes into a knob
