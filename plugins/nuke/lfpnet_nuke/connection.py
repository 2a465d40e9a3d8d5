"""The client of this Nuke: one for each sidecar that nodes name, kept for the session."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from .errors import PluginError
from .sidecar.client import Client

#: Key files of a sidecar on another machine; the address is a knob, secrets are never in a script.
SERVER_KEY, SECRET = "LFPNET_SERVER_KEY", "LFPNET_SECRET"
_clients: dict[str, Client] = {}
_lock = threading.Lock()


def client_for(address: str) -> Client:
    """Return the client of an address; empty means this user's own sidecar, started when there is none.

    Raises:
        PluginError: the key files are not named.
        SidecarError: address or keys cannot be used.
    """
    with _lock:
        if address not in _clients:
            _clients[address] = _connect(address)
        return _clients[address]


def close_clients() -> None:
    """Let every connection go, when the session ends."""
    with _lock:
        while _clients:
            _clients.popitem()[1].close()


def _connect(address: str) -> Client:
    if not address:
        return Client.local("nuke", uses_shared_memory=False)
    missing = [name for name in (SERVER_KEY, SECRET) if not os.environ.get(name)]
    if missing:
        raise PluginError(
            f"Expected key files in {SERVER_KEY} and {SECRET} for the sidecar at {address}, got no {missing[0]}: "
            "set it in Nuke's environment (lfpnet keys create makes the files)."
        )
    return Client.remote("nuke", address, server_key=Path(os.environ[SERVER_KEY]), secret=Path(os.environ[SECRET]))
