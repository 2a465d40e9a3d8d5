# SPDX-License-Identifier: GPL-3.0-or-later
"""LFPNet Matte for Blender's compositor: alpha, foreground and background from footage and a mask.

The network runs in a sidecar process of its own; here are a node group of native nodes, a panel, operators, and a
thread that talks to the sidecar. Blender 4.2, 4.5, 5.0 and later.
"""

from . import handlers, operators, panel, preferences, session, settings

_PARTS = (preferences, settings, operators, panel, handlers, session)


def register() -> None:
    """Enable the extension."""
    for part in _PARTS:
        part.register()


def unregister() -> None:
    """Disable it; nodes, settings and results stay usable."""
    for part in reversed(_PARTS):
        part.unregister()
