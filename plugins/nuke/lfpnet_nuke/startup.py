"""What happens when Nuke starts and when a script is loaded; each step is guarded where it is called."""

from __future__ import annotations

import atexit
from typing import Any

from .libraries import make_importable


def begin() -> None:
    """Prepare this session: libraries, log, upgrade of older nodes in scripts that are opened."""
    passed_over = make_importable()
    from . import host
    from .commands import RUNS
    from .connection import close_clients
    from .log import logger, open_log

    open_log()
    for sentence in passed_over:
        logger.warning("%s", sentence)
    atexit.register(close_clients)
    host.on_script_load(upgrade_nodes)
    host.on_node_created(upgrade_node)
    host.on_script_close(RUNS.abandon)


def add_menu() -> None:
    """Add the node to the menu."""
    from . import host
    from .commands import create_node

    host.add_menu_command("LFPNet", create_node)


def upgrade_nodes() -> None:
    """Bring LFPNet nodes of older versions up to date; a problem is logged and the script opens all the same."""
    from . import host

    for node in host.our_nodes():
        upgrade_node(node)


def upgrade_node(node: Any) -> None:
    """Bring a node that was loaded or pasted up to date, if it is one of ours."""
    from . import host
    from .log import logger
    from .upgrade import upgrade

    try:
        if host.is_alive(node) and host.is_ours(node):
            upgrade(node)
    except Exception:
        logger.exception("a node could not be brought up to date")
