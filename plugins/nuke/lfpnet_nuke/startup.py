"""What happens when Nuke starts and when a script is loaded; each step is guarded where it is called."""

from __future__ import annotations

import atexit
from typing import Any

from .libraries import make_importable


def begin() -> None:
    """Prepare this session: libraries, log, upgrade of older nodes in scripts that are opened."""
    passed_over = make_importable()
    from . import host
    from .connection import close_clients
    from .log import logger, open_log

    open_log()
    for sentence in passed_over:
        logger.warning("%s", sentence)
    atexit.register(close_clients)
    host.on_script_load(look_at_nodes)
    host.on_script_save(look_at_nodes)
    host.on_node_created(lambda node: look_at(node, is_pasted=True))
    host.on_script_close(close_script)


def add_menu() -> None:
    """Add the node to the menu."""
    from . import host
    from .commands import create_node

    host.add_menu_command("LFPNet", create_node)


def close_script() -> None:
    """End the runs of a script that is closed; the next one is another."""
    from .commands import RUNS
    from .ownership import begin_script

    RUNS.abandon()
    begin_script()


def look_at_nodes() -> None:
    """Bring the LFPNet nodes of a script that was loaded, or is saved, up to date, and their ids."""
    from . import host

    for node in host.our_nodes():
        look_at(node)


def look_at(node: Any, *, is_pasted: bool = False) -> None:
    """Bring a node up to date, if it is one of ours; a problem is logged and the script opens all the same."""
    from . import host
    from .log import logger
    from .ownership import identify
    from .upgrade import upgrade

    try:
        if host.is_alive(node) and host.is_ours(node):
            upgrade(node)
            identify(node, is_pasted=is_pasted)
    except Exception:
        logger.exception("a node could not be brought up to date")
