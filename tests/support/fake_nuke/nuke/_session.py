"""The session behind the fake: who the main thread is, what waits for it, what Nuke is doing now. Tests steer it here.

Nothing of this is visible to a plugin: every public name of the package is one of Nuke's.
Source: Foundry's threading guide (executeInMainThread), the error of nested renders as four public tools met it.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

BUSY = "I'm already executing something else"


class Session:
    """State of one run of Nuke; `start` makes a new one."""

    def __init__(self, *, has_window: bool) -> None:
        self.has_window = has_window
        self.main_thread = threading.get_ident()
        self.for_main_thread: deque[Callable[[], Any]] = deque()
        self.deferred: deque[Callable[[], Any]] = deque()
        self.execution_depth = 0
        self.callback_depth = 0
        #: Nodes and knobs of the callbacks in work, the innermost last.
        self.callback_nodes: list[Any] = []
        self.callback_knobs: list[Any] = []
        self.root: Any = None
        #: The group in which new nodes are made, the innermost last.
        self.groups: list[Any] = []
        self.layers: dict[str, list[str]] = {}
        self.formats: list[Any] = []
        self.callbacks: dict[str, list[tuple[Callable[..., Any], tuple, dict, str]]] = {}
        self.undo_depth = 0
        #: Changes that the artist's Undo would take back.
        self.undo_steps = 0
        self.is_modified = False
        self.messages: list[str] = []
        self.printed: list[str] = []
        self.menu_commands: dict[str, Any] = {}
        self.plugin_path: list[str] = []
        #: Folders of the init.py files that run now, the innermost last.
        self.init_folders: list[str] = []
        self.progress_tasks: list[Any] = []
        #: Asked before each look at Cancel of a progress window: task -> whether the artist pressed it.
        self.presses_cancel: Callable[[Any], bool] = lambda _: False
        #: Asked before each frame of a render: frame -> whether the artist pressed Cancel of Nuke's own bar.
        self.cancels_render: Callable[[int], bool] = lambda _: False
        #: (node, file) -> picture as it was when it was first read; Reload forgets it.
        self.read_cache: dict[tuple[str, str], Any] = {}
        self.clipboard = ""
        #: What `nuke.knobDefault` was told: (class, knob) -> value as a text.
        self.knob_defaults: dict[tuple[str, str], str] = {}
        #: Whether Reads take local copies, which lag behind, unless their localizationPolicy is off.
        self.localizes = False
        #: Every frame that was rendered: (full name of the Write, frame, view).
        self.rendered: list[tuple[str, int, str]] = []


SESSION = Session(has_window=True)


def start(*, gui: bool = True, views: tuple[str, ...] = ("main",)) -> Session:
    """Begin a new session on this thread; it is Nuke's main thread from now on."""
    global SESSION  # noqa: PLW0603 - Nuke has one session a process
    import nuke

    from . import _root

    SESSION = Session(has_window=gui)
    nuke.GUI = gui
    nuke.INTERACTIVE = gui
    _root.make_root(views)
    return SESSION


def current() -> Session:
    """The session as it is now."""
    return SESSION


def open_files() -> set[str]:
    """Files that Reads have read and keep open, as Nuke does."""
    return {name for _, name in SESSION.read_cache}


def need_main_thread(what: str) -> None:
    """Nuke may crash when its graph is touched from another thread; the fake says so."""
    if threading.get_ident() != SESSION.main_thread:
        raise RuntimeError(f"nuke.{what} was called on thread {threading.current_thread().name}, not on the main one")


def changed() -> None:
    """Something in the script is another now."""
    SESSION.is_modified = True
    SESSION.undo_steps += not SESSION.undo_depth


def need_idle(what: str) -> None:
    """Nodes must not come, go or be connected while Nuke renders."""
    if SESSION.execution_depth:
        raise RuntimeError(f"{BUSY} ({what} during a render)")


def need(value: Any, kind: type, what: str) -> None:
    """Refuse a value of another type, as bound C++ functions do."""
    if not isinstance(value, kind):
        raise TypeError(f"{what} takes {kind.__name__}, got {type(value).__name__}")


def graph_call(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function run on the main thread only."""

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        need_main_thread(function.__qualname__)
        return function(*args, **kwargs)

    return checked


def _method_call(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method run on the main thread only, and not when its node was deleted."""

    @functools.wraps(function)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        need_main_thread(function.__qualname__)
        self._check_alive()
        return function(self, *args, **kwargs)

    return checked


class OnMainThread:
    """Base of what belongs to the graph: it is made, and public methods run, on the main thread only.

    As with Nuke's own objects nothing can be stored in a public attribute: `node.label = "x"` is an error.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for name, value in list(vars(cls).items()):
            if name == "__init__":
                cls.__init__ = graph_call(value)
            is_operator = name in ("__getitem__", "__enter__", "__exit__")
            if callable(value) and not isinstance(value, type) and (is_operator or not name.startswith("_")):
                setattr(cls, name, _method_call(value))

    def _check_alive(self) -> None:
        """Raise when what it belongs to is gone."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        super().__setattr__(name, value)


@contextlib.contextmanager
def callback(node: Any = None, knob: Any = None) -> Iterator[None]:
    """Nuke runs somebody's Python; with a window, nothing may be rendered from there."""
    SESSION.callback_depth += 1
    SESSION.callback_nodes.append(node)
    SESSION.callback_knobs.append(knob)
    try:
        yield
    finally:
        SESSION.callback_depth -= 1
        SESSION.callback_nodes.pop()
        SESSION.callback_knobs.pop()


@contextlib.contextmanager
def execution() -> Iterator[None]:
    """Nuke renders; a second render at the same time is refused, and so is one from within a callback."""
    if SESSION.execution_depth or SESSION.callback_depth:
        raise RuntimeError(BUSY)
    SESSION.execution_depth += 1
    try:
        yield
    finally:
        SESSION.execution_depth -= 1


def pump(until: Callable[[], bool] | None = None, *, seconds: float = 60.0) -> None:
    """Be Nuke's event loop: run what other threads want from the main thread, then what was deferred.

    Without `until` it returns once nothing waits any more.
    """
    need_main_thread("event loop")
    give_up = time.monotonic() + seconds
    while True:
        if not _run_next():
            if until is None or until():
                return
            time.sleep(0.002)
        if time.monotonic() > give_up:
            raise AssertionError(f"Nuke's event loop waited {seconds:.0f} s for something that did not happen")


def _run_next() -> bool:
    for queue in (SESSION.for_main_thread, SESSION.deferred):
        if queue:
            queue.popleft()()
            return True
    return False
