"""Two ROUTER sockets, one for small messages and one for pixels, and a wakeup that other threads signal."""

import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zmq

from sidecar.runtime.endpoint import Endpoint, remote_endpoint
from sidecar.runtime.keys import load_pair
from sidecar.runtime.wakeup import Wakeup
from sidecar.server.config import ServerConfig
from sidecar.server.descriptors import FULL, ROOMY, share_used
from sidecar.wire.errors import SidecarError
from sidecar.wire.limits import CONTROL_QUEUE_MESSAGES, DATA_QUEUE_MESSAGES, FRAME_BYTES, HEADER_BYTES

if TYPE_CHECKING:
    from zmq.auth.thread import ThreadAuthenticator

log = logging.getLogger(__name__)
#: Pixel messages handled before the control socket is looked at again.
DATA_BURST = 32
CONTROL_BURST = 256


class Sockets:
    """Bound sockets of one server; `wake` may be called from any thread, the rest from one."""

    def __init__(self, config: ServerConfig) -> None:
        """Bind.

        Raises:
            SidecarError: code `bad_option` for an address that may not be used, or is taken.
        """
        self.is_local = config.listen is None or config.listen.startswith("tcp://127.0.0.1:")
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._authenticator: ThreadAuthenticator | None = None
        self._wakeup = Wakeup()
        self._control = self._router(CONTROL_QUEUE_MESSAGES, HEADER_BYTES + 1024)
        self._data = self._router(DATA_QUEUE_MESSAGES, FRAME_BYTES)
        self._is_door_open = True
        self._arrivals = [one.get_monitor_socket(zmq.EVENT_ACCEPTED) for one in (self._control, self._data)]
        try:
            self.endpoint = self._bind(config)
        except zmq.ZMQError as problem:
            self.close()
            raise SidecarError(
                "bad_option", f"{config.listen} cannot be listened on ({problem}): choose another."
            ) from problem
        self._poller = zmq.Poller()
        for one in (self._control, self._data, self._wakeup.pollable, *self._arrivals):
            self._poller.register(one, zmq.POLLIN)

    def receive(self, timeout_seconds: float) -> Iterator[tuple[str, bytes, list[Any]]]:
        """Wait a while, then give what came as `(socket, identity, frames)`, small messages first."""
        self._poller.poll(int(timeout_seconds * 1000))
        self._wakeup.clear()
        self.watch_door()
        yield from self._drain("control", self._control, CONTROL_BURST)
        yield from self._drain("data", self._data, DATA_BURST)

    def send(self, which: str, identity: bytes, frames: list[Any]) -> None:
        """Send without waiting; a message for a peer that is gone or does not read is dropped."""
        target = self._control if which == "control" else self._data
        try:
            target.send_multipart([identity, *frames], flags=zmq.NOBLOCK, copy=len(frames) < 3)
        except zmq.ZMQError as problem:
            log.debug("a message to a client was dropped: %s", problem)

    def watch_door(self) -> None:
        """Let nobody new in while descriptors are scarce: connections that nobody greets over are cut in seconds."""
        for monitor in self._arrivals:
            while monitor.poll(0):
                monitor.recv_multipart()
        used = share_used()
        if self._is_door_open and used > FULL:
            log.warning("too many connections or files are open; nobody new is let in for now")
            self._set_door(is_open=False)
        elif not self._is_door_open and used < ROOMY:
            log.info("new connections are let in again")
            self._set_door(is_open=True)

    def _set_door(self, *, is_open: bool) -> None:
        addresses = (self.endpoint.control, self.endpoint.data)
        for one, address in zip((self._control, self._data), addresses, strict=True):
            try:
                if is_open:
                    one.bind(address)
                else:
                    one.unbind(address)
            except zmq.ZMQError as problem:
                log.warning("%s: %s; trying again", address, problem)
                return
        self._is_door_open = is_open

    def wake(self) -> None:
        """Make `receive` return soon."""
        self._wakeup.signal()

    def close(self) -> None:
        """Give last messages a moment, then close."""
        if self._authenticator is not None:
            self._authenticator.stop()
        for one in (self._control, self._data):
            one.disable_monitor()
            one.close(linger=500)
        for monitor in self._arrivals:
            monitor.close(linger=0)
        self._context.term()
        self._wakeup.close()

    def _drain(self, which: str, source: zmq.Socket[bytes], most: int) -> Iterator[tuple[str, bytes, list[Any]]]:
        for _ in range(most):
            try:
                frames = source.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            yield which, frames[0].bytes, [frame.buffer for frame in frames[1:]]

    def _router(self, queue_messages: int, frame_bytes: int) -> zmq.Socket[bytes]:
        router = self._context.socket(zmq.ROUTER)
        router.set_hwm(queue_messages)
        router.setsockopt(zmq.MAXMSGSIZE, frame_bytes)
        router.setsockopt(zmq.ROUTER_MANDATORY, 1)
        router.setsockopt(zmq.HEARTBEAT_IVL, 2000)
        router.setsockopt(zmq.HEARTBEAT_TIMEOUT, 10000)
        router.setsockopt(zmq.HANDSHAKE_IVL, 2000)
        router.setsockopt(zmq.LINGER, 0)
        return router

    def _bind(self, config: ServerConfig) -> Endpoint:
        instance = secrets.token_hex(8)
        about: dict[str, Any] = {"instance": instance, "pid": os.getpid(), "log": config.log_file}
        if config.listen is None and hasattr(os, "getuid"):
            addresses = [f"ipc://{config.runtime_directory / (letter + instance)}" for letter in "cd"]
            _forget_old_sockets(config.runtime_directory)
            self._bind_private(addresses)
            return Endpoint(control=addresses[0], data=addresses[1], **about)
        listen = config.listen or "tcp://127.0.0.1:*"
        if self.is_local:
            ports = [one.bind_to_random_port("tcp://127.0.0.1") for one in (self._control, self._data)]
            control, data = (f"tcp://127.0.0.1:{port}" for port in ports)
            return Endpoint(control=control, data=data, token=secrets.token_hex(32), **about)
        return self._bind_curve(config, listen, about)

    def _bind_private(self, addresses: list[str]) -> None:
        mask = os.umask(0o177)
        try:
            self._control.bind(addresses[0])
            self._data.bind(addresses[1])
        finally:
            os.umask(mask)

    def repair(self) -> None:
        """Listen under new names when the files of the sockets were deleted or replaced; who is connected stays so."""
        old = (self.endpoint.control, self.endpoint.data)
        paths = [Path(address.removeprefix("ipc://")) for address in old if address.startswith("ipc://")]
        if not self._is_door_open or all(path.is_socket() for path in paths):
            return
        log.warning("the files of the sockets were deleted or replaced; listening under new names")
        addresses = [
            f"ipc://{path.parent / (letter + secrets.token_hex(8))}" for letter, path in zip("cd", paths, strict=True)
        ]
        self._bind_private(addresses)
        for one, address in zip((self._control, self._data), old, strict=True):
            one.unbind(address)
        self.endpoint = replace(self.endpoint, control=addresses[0], data=addresses[1])

    def remove_files(self) -> None:
        """Remove the files of the sockets; call it last."""
        for address in (self.endpoint.control, self.endpoint.data):
            if address.startswith("ipc://"):
                Path(address.removeprefix("ipc://")).unlink(missing_ok=True)

    def _bind_curve(self, config: ServerConfig, listen: str, about: dict[str, Any]) -> Endpoint:
        """Listen beyond loopback: only with CURVE, only for listed keys."""
        if config.keys_directory is None:
            raise SidecarError(
                "bad_option", f"{listen} is reachable from outside, so it needs --keys FOLDER: see docs/deployment.md."
            )
        # It imports asyncio, which local sidecars do without.
        from zmq.auth.thread import ThreadAuthenticator

        public, secret = load_pair(config.keys_directory / "server.secret")
        clients = config.keys_directory / "clients"
        clients.mkdir(mode=0o700, exist_ok=True)
        self._authenticator = ThreadAuthenticator(self._context)
        self._authenticator.start()
        self._authenticator.configure_curve(domain="*", location=str(clients))
        for one in (self._control, self._data):
            one.curve_secretkey, one.curve_publickey, one.curve_server = secret, public, True
        where = remote_endpoint(listen)
        self._control.bind(where.control)
        self._data.bind(where.data)
        return Endpoint(control=where.control, data=where.data, server_key=public.decode(), **about)


def _forget_old_sockets(folder: Path) -> None:
    """Remove socket files of servers that died; the caller owns the lock, so none of them is alive."""
    for letter in "cd":
        for path in folder.glob(letter + "[0-9a-f]" * 16):
            path.unlink(missing_ok=True)
