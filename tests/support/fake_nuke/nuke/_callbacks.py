"""Callbacks: what runs when nodes are made, knobs change, scripts load, frames render.

Source: types-nuke stubs (callbacks.pyi). None of these may render; with a window that is refused.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from . import _session

#: Whatever these raise ends the render with a RuntimeError.
RENDERING = ("beforeRender", "beforeFrameRender", "afterFrameRender", "afterRender")


def registered(event: str) -> dict[str, list[Any]]:
    """Node class -> calls, as `nuke.beforeRenders` and the like have it."""
    found: dict[str, list[Any]] = {}
    for entry in _session.current().callbacks.get(event, []):
        found.setdefault(entry[3], []).append(entry[:3])
    return found


def run(event: str, node: Any = None, knob: Any = None) -> None:
    """Run the script knob of the node and the registered functions."""
    session = _session.current()
    calls = [entry for entry in session.callbacks.get(event, []) if entry[3] in ("*", node._kind if node else "Root")]
    script = node.knob(event) if node is not None and event in node.knobs() else None
    text = script._value if script is not None else ""
    if not calls and not text:
        return
    with _session.callback(node, knob):
        try:
            if text:
                import nuke

                exec(text, {"nuke": nuke})
            for call, args, kwargs, _ in calls:
                call(*args, **kwargs)
        except Exception as problem:
            if event not in RENDERING:
                raise
            raise RuntimeError(f"{type(problem).__name__}: {problem}") from problem


def _adder(event: str) -> Callable[..., None]:
    def add(call: Callable[..., Any], args: tuple = (), kwargs: dict | None = None, nodeClass: str = "*") -> None:
        _session.need_main_thread(f"add{event[0].upper()}{event[1:]}")
        entry = (call, args, dict(kwargs or {}), nodeClass)
        calls = _session.current().callbacks.setdefault(event, [])
        if entry not in calls:
            calls.append(entry)

    return add


def _remover(event: str) -> Callable[..., None]:
    def remove(call: Callable[..., Any], args: tuple = (), kwargs: dict | None = None, nodeClass: str = "*") -> None:
        _session.need_main_thread(f"remove{event[0].upper()}{event[1:]}")
        with contextlib.suppress(ValueError):
            _session.current().callbacks.get(event, []).remove((call, args, dict(kwargs or {}), nodeClass))

    return remove


addOnCreate, removeOnCreate = _adder("onCreate"), _remover("onCreate")
addOnUserCreate, removeOnUserCreate = _adder("onUserCreate"), _remover("onUserCreate")
addOnScriptLoad, removeOnScriptLoad = _adder("onScriptLoad"), _remover("onScriptLoad")
addOnScriptSave, removeOnScriptSave = _adder("onScriptSave"), _remover("onScriptSave")
addOnScriptClose, removeOnScriptClose = _adder("onScriptClose"), _remover("onScriptClose")
addKnobChanged, removeKnobChanged = _adder("knobChanged"), _remover("knobChanged")
addBeforeRender, removeBeforeRender = _adder("beforeRender"), _remover("beforeRender")
addAfterRender, removeAfterRender = _adder("afterRender"), _remover("afterRender")
addBeforeFrameRender, removeBeforeFrameRender = _adder("beforeFrameRender"), _remover("beforeFrameRender")
addAfterFrameRender, removeAfterFrameRender = _adder("afterFrameRender"), _remover("afterFrameRender")
