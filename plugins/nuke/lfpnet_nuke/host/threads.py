"""Nuke's main thread and progress, for worker threads; the terminal's progress has the same shape.

Source: Foundry's Python guide on threading.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable

import nuke

from lfpnet_nuke.errors import BusyError, CancelledByArtist, sentence_of
from lfpnet_nuke.log import logger

from .session import defer

WAIT_SECONDS = 0.1


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
        """Run a function on the main thread some time, without a step of Undo; what goes wrong is logged."""
        nuke.executeInMainThread(_logged(lambda: _without_undo(function)))

    def _call_once(self, function: Callable[[], Any]) -> tuple[Any, Exception | None]:
        done, answer, is_dropped = threading.Event(), [], threading.Event()

        def run() -> None:
            if not (is_dropped.is_set() or self._is_cancelled()):
                answer.append(_outcome(function))
            done.set()

        # Errors return as values: Nuke prints and swallows what a call on the main thread raises.
        nuke.executeInMainThread(_logged(lambda: defer(run)))
        while not done.wait(WAIT_SECONDS):
            if self._is_cancelled():
                is_dropped.set()
                raise CancelledByArtist("The run was cancelled.")
        if not answer:
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


def _without_undo(function: Callable[[], Any]) -> None:
    """What comes from a worker is nothing that the artist did, so his Undo must not take it back."""
    nuke.Undo.disable()
    try:
        function()
    finally:
        nuke.Undo.enable()


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
