"""The window's side: messages, menus, the environment, undo. Without a window most of it is refused.

Source: types-nuke stubs; Foundry's start-up page (menu.py runs only with a window).
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import _session


def _need_window(what: str) -> None:
    _session.need_main_thread(what)
    if not _session.current().has_window:
        raise RuntimeError(f"nuke.{what} needs a window and this Nuke has none")


def message(prompt: str) -> None:
    """Show a box with a text."""
    _need_window("message")
    _session.need(prompt, str, "message")
    _session.current().messages.append(str(prompt))


def ask(prompt: str) -> bool:
    """Ask yes or no; the fake's artist says yes."""
    _need_window("ask")
    _session.current().messages.append(str(prompt))
    return True


def tprint(*args: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
    """Print to the terminal."""
    _session.current().printed.append(sep.join(map(str, args)))


def menu(name: str) -> Any:
    """A menu of the window."""
    _need_window("menu")
    if name not in ("Nuke", "Nodes", "Viewer", "Node Graph", "Properties", "Animation", "Axis", "Pane"):
        raise RuntimeError(f"there is no menu {name}")
    return _Menu(name)


class _Menu(_session.OnMainThread):
    def __init__(self, path: str) -> None:
        self._path = path

    def addMenu(self, name: str, icon: str = "") -> Any:
        return _Menu(f"{self._path}/{name}")

    def addCommand(self, name: str, command: Any = None, shortcut: str = "", icon: str = "") -> Any:
        _session.current().menu_commands[f"{self._path}/{name}"] = command
        return self

    def addSeparator(self) -> None:
        return None


def pluginAddPath(args: Any, addToSysPath: bool = True) -> None:
    """Put a folder first on Nuke's path and on Python's."""
    _session.need_main_thread("pluginAddPath")
    _add_paths(args, addToSysPath, 0)


def pluginAppendPath(args: Any, addToSysPath: bool = True) -> None:
    """Put a folder last."""
    _session.need_main_thread("pluginAppendPath")
    _add_paths(args, addToSysPath, None)


def _add_paths(args: Any, is_for_python: bool, place: int | None) -> None:
    """Add folders and run the init.py of each new one; a name such as ./icons counts from the init.py in work."""
    session = _session.current()
    for text in [args] if isinstance(args, str) else args:
        path = str(Path(session.init_folders[-1] if session.init_folders else "", text))
        is_new = path not in session.plugin_path
        for paths in (session.plugin_path, *([sys.path] if is_for_python else [])):
            if path not in paths:
                paths.insert(len(paths) if place is None else place, path)
        if is_new:
            _run_init(path)


def _run_init(folder: str) -> None:
    init = Path(folder, "init.py")
    if not init.is_file():
        return
    _session.current().init_folders.append(folder)
    try:
        runpy.run_path(str(init))
    finally:
        _session.current().init_folders.pop()


def pluginPath() -> list[str]:
    """Nuke's path."""
    return list(_session.current().plugin_path)


class _Environment:
    """`nuke.env`."""

    def _values(self) -> dict[str, Any]:
        has_window = _session.current().has_window
        return {
            "gui": has_window,
            "interactive": has_window,
            "NukeVersionMajor": 15,
            "NukeVersionMinor": 2,
            "nukex": False,
        }

    def __getitem__(self, name: str) -> Any:
        return self._values()[name]

    def __contains__(self, name: str) -> bool:
        return name in self._values()

    def get(self, name: str, default: Any = None) -> Any:
        return self._values().get(name, default)

    def keys(self) -> Iterator[str]:
        return iter(self._values())


env = _Environment()


class _Undo:
    """`nuke.Undo`: the fake counts changes but keeps none; it checks that every disable has its end."""

    def __call__(self) -> Any:
        return self

    def begin(self, name: str = "") -> None:
        _session.need_main_thread("Undo.begin")

    def end(self) -> None:
        _session.need_main_thread("Undo.end")

    def name(self, name: str) -> None:
        _session.need_main_thread("Undo.name")

    def disable(self) -> None:
        _session.need_main_thread("Undo.disable")
        _session.current().undo_depth += 1

    def enable(self) -> None:
        _session.need_main_thread("Undo.enable")
        if not _session.current().undo_depth:
            raise RuntimeError("Undo.enable without an Undo.disable before")
        _session.current().undo_depth -= 1

    def disabled(self) -> bool:
        return _session.current().undo_depth > 0

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        return None


Undo: Callable[[], Any] = _Undo()


class CancelledError(Exception):
    """Nuke's own; what a cancelled render raises is a RuntimeError, though."""
