"""Brings a node that an older plugin saved up to the present version: knobs are added, the inside is made anew."""

from __future__ import annotations

from typing import Any

from . import host, knobs
from .log import logger


def upgrade(node: Any) -> list[str]:
    """Add what a node lacks and return the names of the knobs; newer nodes are left alone."""
    version = int(node["lfp_version"].value())
    if version >= knobs.NODE_VERSION:
        return []
    added = host.add_missing_knobs(node)
    host.set_menu(node, "lfp_show", knobs.SHOWN)
    if not host.rebuild_inside(node):
        logger.warning("%s: the nodes inside are not as LFPNet made them and stay as they are", host.full_name(node))
    host.set_value(node, "lfp_version", knobs.NODE_VERSION)
    logger.info("%s: version %d -> %d, added %s", host.full_name(node), version, knobs.NODE_VERSION, ", ".join(added))
    return added
