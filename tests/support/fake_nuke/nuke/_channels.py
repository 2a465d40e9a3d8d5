"""Layers and channels: which there are, and what texts such as `rgba`, `rgb`, `alpha lfp_fg` name.

Source: Nuke's built-in layers; `add_layer` lines of saved scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import _session

COLOURS = ("red", "green", "blue", "alpha")
BUILT_IN = {
    "rgba": ["rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"],
    "rgb": ["rgba.red", "rgba.green", "rgba.blue"],
    "alpha": ["rgba.alpha"],
    "depth": ["depth.Z"],
    "mask": ["mask.a"],
    "forward": ["forward.u", "forward.v"],
}


def all_layers() -> dict[str, list[str]]:
    """Every layer with its channels."""
    return {**BUILT_IN, **_session.current().layers}


def add_layer(name: str, channels: Sequence[str]) -> None:
    """Make a layer, or give it more channels."""
    if name in BUILT_IN:
        return
    known = _session.current().layers.setdefault(name, [])
    for channel in channels:
        full = channel if "." in channel else f"{name}.{channel}"
        if full not in known:
            known.append(full)


def names_of(text: str) -> list[str] | None:
    """Full names of the channels that a knob names; None means all.

    Raises:
        ValueError: a channel or layer that the script does not have.
    """
    found: list[str] = []
    layers = all_layers()
    every = {channel for channels in layers.values() for channel in channels}
    for word in text.split():
        if word == "all":
            return None
        if word in ("none", "-", "{}"):
            continue
        full = f"rgba.{word}" if word in COLOURS else word
        if word in layers:
            found += layers[word]
        elif full in every:
            found.append(full)
        else:
            raise ValueError(f"the script has no channel or layer {word!r}")
    return list(dict.fromkeys(found))


class Layer:
    """Making one makes the layer in the script."""

    def __init__(self, name: str, channels: Sequence[str] = ()) -> None:
        _session.need_main_thread("Layer")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise ValueError(f"{name!r} is no name for a layer")
        self._name = name
        add_layer(name, channels)

    def name(self) -> str:
        return self._name

    def channels(self) -> list[str]:
        return list(all_layers()[self._name])


@_session.graph_call
def layers(node: object = None) -> list[str]:
    """Names of all layers, or of those that a node gives."""
    if node is None:
        return list(all_layers())
    return sorted({channel.split(".")[0] for channel in node.channels()})


@_session.graph_call
def channels(node: object = None) -> list[str]:
    """Names of all channels, or of those that a node gives."""
    if node is None:
        return sorted({channel for names in all_layers().values() for channel in names})
    return node.channels()
