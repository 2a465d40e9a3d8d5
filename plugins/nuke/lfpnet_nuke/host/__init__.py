"""Every call of the `nuke` module: making the node, reading its knobs, rendering its inputs, threads and progress.

Functions that touch the script run on the main thread only; `MainThread` brings other threads there.
Source: Foundry's Python guide (threading, render, callbacks), types-nuke stubs, and the traps that public tools met.
"""

from __future__ import annotations

from .making import add_missing_knobs, create, rebuild_inside
from .nodes import (
    escaped,
    find,
    full_name,
    is_alive,
    is_ours,
    let_go_of_result,
    locks_open_files,
    our_nodes,
    result_pattern,
    scene_of,
    set_menu,
    set_value,
    show_matte,
    show_plate,
    show_result,
    values_of,
)
from .render import export, export_pair
from .session import (
    add_menu_command,
    agrees,
    defer,
    has_window,
    home,
    on_node_created,
    on_script_close,
    on_script_load,
    on_script_save,
    open_script,
    quietly,
    save_script,
    say,
    script_arguments,
    script_path,
)
from .threads import MainThread, TerminalProgress, WindowProgress

__all__ = [
    "MainThread",
    "TerminalProgress",
    "WindowProgress",
    "add_menu_command",
    "add_missing_knobs",
    "agrees",
    "create",
    "defer",
    "escaped",
    "export",
    "export_pair",
    "find",
    "full_name",
    "has_window",
    "home",
    "is_alive",
    "is_ours",
    "let_go_of_result",
    "locks_open_files",
    "on_node_created",
    "on_script_close",
    "on_script_load",
    "on_script_save",
    "open_script",
    "our_nodes",
    "quietly",
    "rebuild_inside",
    "result_pattern",
    "save_script",
    "say",
    "scene_of",
    "script_arguments",
    "script_path",
    "set_menu",
    "set_value",
    "show_matte",
    "show_plate",
    "show_result",
    "values_of",
]
