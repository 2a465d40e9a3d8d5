"""The nodes inside the group, as a table: native ones only, so that scripts open and render without the plugin."""

from __future__ import annotations

from typing import Any, NamedTuple

#: Inputs of the group, in order.
INPUTS = ("Plate", "Trimap", "Core")
#: Layers of the result's EXR files and their channels in Nuke.
LAYERS = {
    "lfp_fg": ("red", "green", "blue"),
    "lfp_bg": ("red", "green", "blue"),
    "lfp_trimap": ("alpha",),
}


class InnerNode(NamedTuple):
    """One node: its class, name, the inner nodes it takes, knobs and expressions."""

    kind: str
    name: str
    inputs: tuple[str, ...]
    knobs: dict[str, Any]
    expressions: dict[str, str]


#: How the result is read: values as they lie in the file, no frame invented. The file and its range come later.
RESULT_KNOBS: dict[str, Any] = {
    "file": "",
    "raw": True,
    "premultiplied": False,
    "auto_alpha": False,
    "before": "black",
    "after": "black",
    "on_error": "error",
}


def inner_nodes() -> list[InnerNode]:
    """Return the nodes, each after those it takes."""
    nodes = [InnerNode("Input", name, (), {"number": index}, {}) for index, name in enumerate(INPUTS)]
    nodes.append(InnerNode("Read", "Result", (), dict(RESULT_KNOBS), {}))
    below = "Plate"
    for layer, channels in {"rgba": ("red", "green", "blue", "alpha"), **LAYERS}.items():
        name = f"Copy_{layer}"
        nodes.append(InnerNode("Copy", name, (below, "Result"), copy_knobs(layer, channels), {}))
        below = name
    nodes.append(InnerNode("Switch", "Show", ("Plate", below), {}, {"which": "parent.lfp_show"}))
    nodes.append(InnerNode("Output", "Output1", ("Show",), {}, {}))
    return nodes


def copy_knobs(layer: str, channels: tuple[str, ...]) -> dict[str, Any]:
    """Return the knobs of a Copy that takes these channels of its second input, and only these."""
    knobs: dict[str, Any] = {"bbox": "union"}
    for index in range(4):
        channel = f"{layer}.{channels[index]}" if index < len(channels) else "none"
        knobs[f"from{index}"] = knobs[f"to{index}"] = channel
    return knobs
