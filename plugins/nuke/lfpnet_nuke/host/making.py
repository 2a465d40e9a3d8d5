"""Makes an LFPNet node of the tables `knobs` and `graph`: a plain Group of native nodes."""

from __future__ import annotations

from typing import Any

import nuke

from lfpnet_nuke import graph, knobs

from .session import has_window


def create() -> Any:
    """Make a node: a plain Group with knobs and inner nodes, as the tables say; selected nodes become its inputs."""
    selected = nuke.selectedNodes()
    node = nuke.createNode("Group", inpanel=False)
    node.setName("LFPNet1")
    add_missing_knobs(node)
    node["tile_color"].setValue(knobs.TILE_COLOUR)
    node["label"].setValue("[value lfp_mode], [value lfp_show]")
    for layer, channels in graph.LAYERS.items():
        nuke.Layer(layer, [f"{layer}.{channel}" for channel in channels])
    build_inside(node)
    if len(selected) <= len(graph.INPUTS):  # a group takes inputs only once it has Input nodes
        for index, source in enumerate(reversed(selected)):  # Nuke gives the last one selected first
            node.setInput(index, source)
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


def _make_knob(row: knobs.KnobRow) -> Any:
    """Make one knob of the table."""
    knob = _new_knob(row)
    if row.tooltip:
        knob.setTooltip(row.tooltip)
    if row.kind == "PyScript_Knob":
        (knob.setFlag if row.starts_line else knob.clearFlag)(nuke.STARTLINE)
    if row.kind in ("Double_Knob", "Int_Knob"):
        knob.setFlag(nuke.NO_ANIMATION)
    if row.span is not None:
        knob.setRange(*row.span)
    if row.name in knobs.HIDDEN:
        knob.setFlag(nuke.INVISIBLE)
    return knob


def _new_knob(row: knobs.KnobRow) -> Any:
    """Make a knob of the row's class with its default."""
    if row.kind == "Enumeration_Knob":
        return nuke.Enumeration_Knob(row.name, row.label, list(row.items))
    if row.kind == "PyScript_Knob":
        return nuke.PyScript_Knob(row.name, row.label, row.default)
    if row.kind == "Text_Knob":
        return nuke.Text_Knob(row.name, row.label, row.default)
    knob = getattr(nuke, row.kind)(row.name, row.label)
    if row.default is not None:
        knob.setValue(row.default)
    return knob


def build_inside(node: Any) -> None:
    """Make the inner nodes of the table."""
    made: dict[str, Any] = {}
    with node:
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


def rebuild_inside(node: Any) -> bool:
    """Make the inner nodes anew, with the range of the result; False where somebody has put others there."""
    inside = node.nodes()
    older = {"Input", "Output", "Read", "Copy", "Switch", "Assert", "Constant", "Merge2"}
    read = node.node("Result")
    if read is None or {inner.Class() for inner in inside} - older:
        return False
    span = {name: int(read[name].value()) for name in ("first", "last", "origfirst", "origlast")}
    connected = [node.input(index) for index in range(node.inputs())]
    for inner in inside:
        nuke.delete(inner)
    build_inside(node)
    for index, source in enumerate(connected):
        node.setInput(index, source)
    for name, frame in span.items():
        node.node("Result")[name].setValue(frame)
    return True
