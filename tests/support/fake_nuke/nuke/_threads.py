"""executeInMainThread, executeInMainThreadWithResult, executeDeferred, ProgressTask: what threads may ask of Nuke.

Source: Foundry's threading guide ("do not run the above functions from within the main thread or NUKE will hang"); the
documented source of executeInMainThreadWithResult, which prints what the call raises and gives None.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

from . import _session


def executeInMainThread(call: Callable[..., Any], args: Any = (), kwargs: Any = None) -> None:
    """Queue a call for the main thread and return."""
    _need_other_thread("executeInMainThread", call)
    _session.current().for_main_thread.append(lambda: _printing(call, args, kwargs))


def executeInMainThreadWithResult(call: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
    """Queue a call, wait and return its value; None when it raised."""
    _need_other_thread("executeInMainThreadWithResult", call)
    done, answer = threading.Event(), []

    def run() -> None:
        answer.append(_printing(call, args, kwargs))
        done.set()

    _session.current().for_main_thread.append(run)
    if not done.wait(120):
        raise AssertionError("nobody pumped the event loop of the fake Nuke")
    return answer[0]


def executeDeferred(call: Callable[..., Any], args: Any = (), kwargs: Any = None) -> None:
    """Queue a call for when Nuke is idle."""
    _session.need_main_thread("executeDeferred")
    _need_event_loop("executeDeferred", call)
    _session.current().deferred.append(lambda: _printing(call, args, kwargs))


def _need_other_thread(what: str, call: Any) -> None:
    if threading.get_ident() == _session.current().main_thread:
        raise RuntimeError(f"{what} on the main thread: the real Nuke hangs here for ever")
    _need_event_loop(what, call)


def _need_event_loop(what: str, call: Any) -> None:
    """Without a window nobody ever serves what is queued."""
    if not callable(call):
        raise TypeError(f"{what} takes a function, got {type(call).__name__}")
    if not _session.current().has_window:
        raise RuntimeError(f"{what} without a window: the call would never run, because no event loop runs")


def _printing(call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Run a call as Nuke does: what it raises is printed and lost."""
    if not isinstance(args, tuple):
        args = (args,)
    try:
        return call(*args, **(kwargs or {}))
    except Exception:  # Nuke's own rule
        _session.current().printed.append(traceback.format_exc())
        return None


class ProgressTask:
    """The progress window. It exists only where there is a window, and goes when its object goes."""

    def __init__(self, name: str) -> None:
        session = _session.current()
        if not session.has_window:
            raise RuntimeError("ProgressTask needs a window and this Nuke has none")
        _need(name, str)
        self._name, self._values, self._messages = name, [], []
        session.progress_tasks.append(self)

    def isCancelled(self) -> bool:
        """Whether the artist pressed Cancel."""
        return bool(_session.current().presses_cancel(self))

    def setProgress(self, i: int) -> None:
        """Move the bar to 0 ... 100."""
        _need(i, int)
        if not 0 <= i <= 100:
            raise ValueError(f"progress {i} is not within 0 and 100")
        self._values.append(i)

    def setMessage(self, message: str) -> None:
        """Show a text."""
        _need(message, str)
        self._messages.append(message)


def _need(value: Any, kind: type) -> None:
    """Nuke 17 binds this class with pybind11, which converts nothing."""
    if type(value) is not kind:
        raise TypeError(f"ProgressTask takes {kind.__name__}, got {type(value).__name__}")
