"""Where a sidecar can be reached: a private folder per user, holding the lock, the sockets and `endpoint.json`."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..wire.errors import SidecarError
from ..wire.limits import TEXT_LENGTH
from .small_file import read_small

ENDPOINT_FILE = "endpoint.json"
ENDPOINT_BYTES = 64 * 1024
LOCK_FILE = "lock"
#: sockaddr_un holds 108 bytes on Linux and 104 on macOS, terminator included.
SOCKET_PATH_BYTES = 103


@dataclass(frozen=True)
class Endpoint:
    """Addresses of one running sidecar.

    Attributes:
        control: ZeroMQ address of the socket for small messages.
        data: ZeroMQ address of the socket for pixels.
        instance: random name of this run of the server, so that a restart is noticed.
        pid: its process, 0 when it is on another machine.
        token: secret to show in `hello`; empty where folder permissions or CURVE keys guard the socket.
        log: its log file, or empty.
        server_key: CURVE public key of the server (z85), or empty.
    """

    control: str
    data: str
    instance: str = ""
    pid: int = 0
    token: str = ""
    log: str = ""
    server_key: str = ""


def runtime_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Return this user's private folder for sockets, made with mode 0700 when missing.

    `LFPNET_RUNTIME_DIR` overrides the place; otherwise the system's runtime folder or the temporary folder is used.

    Raises:
        SidecarError: code `unauthorised` when the folder belongs to somebody else or is open to others.
    """
    environment = os.environ if environment is None else environment
    folder = _choose_directory(environment)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform != "win32":
        facts = folder.lstat()
        if facts.st_uid != os.getuid() or facts.st_mode & 0o077 or folder.is_symlink():
            raise SidecarError(
                "unauthorised",
                f"The folder {folder} must belong to you alone (mode 0700), not to user {facts.st_uid} with mode "
                f"{facts.st_mode & 0o777:o}: remove it or set LFPNET_RUNTIME_DIR.",
            )
        if len(os.fsencode(folder)) + 24 > SOCKET_PATH_BYTES:
            raise SidecarError(
                "unauthorised",
                f"The path {folder} is too long for a Unix socket: set LFPNET_RUNTIME_DIR to a shorter one.",
            )
    return folder


def write_endpoint(folder: Path, endpoint: Endpoint) -> None:
    """Publish the addresses by one atomic rename, readable by this user only."""
    temporary = folder / f".{ENDPOINT_FILE}.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(asdict(endpoint), stream)
    temporary.replace(folder / ENDPOINT_FILE)


def read_endpoint(folder: Path) -> Endpoint | None:
    """Return the published addresses, or None where there are none or they make no sense (a server will heal that)."""
    try:
        values = json.loads(read_small(folder / ENDPOINT_FILE, max_bytes=ENDPOINT_BYTES))
        known = {name: values[name] for name in Endpoint.__dataclass_fields__ if name in values}
        endpoint = Endpoint(**known)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return endpoint if _is_sensible(endpoint) else None


def remove_endpoint(folder: Path, instance: str) -> None:
    """Remove the published addresses if they are still those of this instance."""
    endpoint = read_endpoint(folder)
    if endpoint is not None and endpoint.instance == instance:
        (folder / ENDPOINT_FILE).unlink(missing_ok=True)


def remote_endpoint(address: str, server_key: str = "") -> Endpoint:
    """Return the two addresses of a server on another machine: `tcp://host:port`, pixels on the next port.

    Raises:
        SidecarError: code `bad_option` for anything else.
    """
    host, _, port = address.rpartition(":")
    if not host.startswith("tcp://") or not port.isdigit() or not 0 < int(port) < 65535:
        raise SidecarError("bad_option", f"An address looks like tcp://host:5571, not '{address}': correct it.")
    return Endpoint(control=address, data=f"{host}:{int(port) + 1}", server_key=server_key)


def _is_sensible(endpoint: Endpoint) -> bool:
    texts = (endpoint.control, endpoint.data, endpoint.instance, endpoint.token, endpoint.log, endpoint.server_key)
    return (
        all(isinstance(text, str) and len(text) < TEXT_LENGTH for text in texts)
        and all(address.startswith(("ipc://", "tcp://")) for address in (endpoint.control, endpoint.data))
        and isinstance(endpoint.pid, int)
        and 0 <= endpoint.pid < 1 << 31
        and len(endpoint.server_key) in (0, 40)
    )


def _choose_directory(environment: Mapping[str, str]) -> Path:
    if environment.get("LFPNET_RUNTIME_DIR"):
        return Path(environment["LFPNET_RUNTIME_DIR"])
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA", tempfile.gettempdir())) / "lfpnet" / "run"
    if environment.get("XDG_RUNTIME_DIR"):
        return Path(environment["XDG_RUNTIME_DIR"]) / "lfpnet"
    return Path(tempfile.gettempdir()) / f"lfpnet-{os.getuid()}"
