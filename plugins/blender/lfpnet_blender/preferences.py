# SPDX-License-Identifier: GPL-3.0-or-later
"""Preferences of the extension, and the client that they describe."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
from bpy.props import FloatProperty, StringProperty

from .sidecar.client import Client
from .sidecar_command import serve_command

CLIENT_NAME = "Blender"


#: Called when the way to the sidecar changed.
listeners: list[Callable[[], None]] = []
#: Give a sentence about the connection as it is now.
connection_sentences: list[Callable[[], str]] = []


def _on_change(_: Any, __: Any) -> None:
    """The next order connects anew, by the new preferences."""
    for listener in listeners:
        listener()


class LFPNET_preferences(bpy.types.AddonPreferences):
    """What is true for every file of this artist."""

    bl_idname = __package__

    command: StringProperty(
        name="Sidecar",
        description="The lfpnet command, the Python it is installed in, or its virtual environment; empty looks for it",
        subtype="FILE_PATH",
        update=_on_change,
    )
    endpoint: StringProperty(
        name="Address",
        description="Of a sidecar on another machine, tcp://host:5571; empty is this machine",
        update=_on_change,
    )
    server_key: StringProperty(
        name="Server Key", description="server.key of that machine", subtype="FILE_PATH", update=_on_change
    )
    secret: StringProperty(
        name="Own Secret", description="The .secret file of this artist", subtype="FILE_PATH", update=_on_change
    )
    cache_folder: StringProperty(
        name="Cache", description="Where mattes go while the file is not saved", subtype="DIR_PATH"
    )
    idle_minutes: FloatProperty(
        name="Idle Minutes", description="The sidecar ends after so long without work; 0: never", default=15, min=0
    )

    def draw(self, _: Any) -> None:
        """Two groups: this machine, another machine."""
        layout = self.layout
        layout.use_property_split = True
        here = layout.column()
        here.label(text="The sidecar on this machine", icon="DESKTOP")
        here.prop(self, "command")
        found = serve_command(self.command, self.idle_minutes)
        text = f"Found: {found[0]}" if found else "No lfpnet found: install it and name it here."
        here.label(text=text, icon="CHECKMARK" if found else "ERROR")
        for name in ("idle_minutes", "cache_folder"):
            here.prop(self, name)
        there = layout.column()
        there.label(text="A sidecar on another machine instead", icon="URL")
        for name in ("endpoint", "server_key", "secret"):
            there.prop(self, name)
        layout.operator("lfpnet.connect", text="Test Connection", icon="LINKED")
        for sentence in connection_sentences:
            layout.label(text=sentence())


class Preferences:
    """The preferences as plain values; defaults where the package runs without being enabled, as on a farm."""

    def __init__(self) -> None:
        """Read them now."""
        addon = bpy.context.preferences.addons.get(__package__)
        stored = None if addon is None else addon.preferences
        self.command: str = getattr(stored, "command", "")
        self.endpoint: str = getattr(stored, "endpoint", "")
        self.server_key = Path(bpy.path.abspath(getattr(stored, "server_key", "")))
        self.secret = Path(bpy.path.abspath(getattr(stored, "secret", "")))
        self.idle_minutes: float = getattr(stored, "idle_minutes", 15.0)
        folder = bpy.path.abspath(getattr(stored, "cache_folder", ""))
        self.cache_folder = Path(folder) if folder else Path(tempfile.gettempdir()) / "lfpnet-blender"

    @property
    def is_local(self) -> bool:
        """Whether the sidecar is on this machine."""
        return not self.endpoint.strip()

    def connect(self) -> Client:
        """Make the client; called on the worker's thread, so it touches no bpy.

        Raises:
            SidecarError: key files or the runtime folder cannot be used.
        """
        if not self.is_local:
            return Client.remote(CLIENT_NAME, self.endpoint.strip(), server_key=self.server_key, secret=self.secret)
        return Client.local(CLIENT_NAME, command=serve_command(self.command, self.idle_minutes) or None)


def register() -> None:
    """Register the preferences."""
    bpy.utils.register_class(LFPNET_preferences)


def unregister() -> None:
    """Unregister them."""
    bpy.utils.unregister_class(LFPNET_preferences)
