"""The options with which commands find a sidecar, shared by `status`, `stop` and `matte`."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from sidecar.client import Client
from sidecar.runtime.endpoint import LOCK_FILE, runtime_directory
from sidecar.runtime.lock import is_free
from sidecar.wire.errors import SidecarError


def add_connection_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for a sidecar on another machine."""
    group = parser.add_argument_group("a sidecar on another machine")
    group.add_argument("--connect", metavar="ADDRESS", help="tcp://HOST:PORT (default: this user's sidecar here)")
    group.add_argument("--server-key", type=Path, metavar="FILE", help="the server's .key file")
    group.add_argument("--secret", type=Path, metavar="FILE", help="this client's .secret file")


def connect(arguments: argparse.Namespace, name: str, *, restarts: int = 1) -> Client:
    """Connect to the sidecar that the options name; a local one is started if there is none.

    Args:
        arguments: what `add_connection_arguments` added.
        name: what the command is called, for `lfpnet status`.
        restarts: how often a job may crash a local sidecar and be sent again.

    Raises:
        SidecarError: the options make no sense.
    """
    if arguments.connect is None:
        return Client.local(name, restarts=restarts)
    if arguments.server_key is None or arguments.secret is None:
        raise SidecarError("bad_option", "--connect needs --server-key and --secret: see docs/deployment.md.")
    return Client.remote(name, arguments.connect, server_key=arguments.server_key, secret=arguments.secret)


def stop_local(how: str, timeout_seconds: float) -> None:
    """Ask this user's sidecar to end, and wait until it has.

    Raises:
        SidecarError: code `timed_out` when it still works.
    """
    with Client.local("stop") as client:
        client.shutdown(how=how)
        _wait_for_end(timeout_seconds, lambda: not is_local_alive())


def stop_remote(arguments: argparse.Namespace, how: str, timeout_seconds: float) -> None:
    """Ask a sidecar on another machine to end, and wait until it has.

    Raises:
        SidecarError: code `timed_out` when it still works.
    """
    with connect(arguments, "stop") as client:
        client.shutdown(how=how)
        _wait_for_end(timeout_seconds, lambda: client.state == "asleep")


def _wait_for_end(timeout_seconds: float, has_ended: Callable[[], bool]) -> None:
    give_up = time.monotonic() + timeout_seconds
    while not has_ended():
        if time.monotonic() > give_up:
            raise SidecarError("timed_out", "The sidecar still works on its jobs: wait, or use --now.")
        time.sleep(0.05)


def is_local_alive() -> bool:
    """Say whether this user's sidecar runs on this machine."""
    return not is_free(runtime_directory() / LOCK_FILE)
