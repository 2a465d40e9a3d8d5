"""Brings a node that an older plugin saved up to the present version: knobs are added, none is taken or changed."""

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
    host.set_value(node, "lfp_version", knobs.NODE_VERSION)
    logger.info("%s: version %d -> %d, added %s", host.full_name(node), version, knobs.NODE_VERSION, ", ".join(added))
    return added
