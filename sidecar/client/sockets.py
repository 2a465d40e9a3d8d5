"""The sockets of one connection to one sidecar, with the monitor that notices a break within milliseconds."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

import zmq

from ..runtime.endpoint import Endpoint
from ..wire.errors import SidecarError
from ..wire.framing import Message, pack, unpack
from ..wire.limits import CONTROL_QUEUE_MESSAGES, DATA_QUEUE_MESSAGES, FRAME_BYTES, HEADER_BYTES

DISCONNECTED = "disconnected"
#: What the system tells of a wrong key of the server and of a server that died just then.
HANDSHAKE_BROKE = "its key is not the expected one or the line broke: check the server's key"
_REFUSALS: dict[int, str] = {
    int(zmq.EVENT_HANDSHAKE_FAILED_AUTH): "it does not list this client's key: have it allowed with lfpnet keys allow",
    int(zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL): "it wants another kind of encryption: check both key files",
    int(zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL): HANDSHAKE_BROKE,
}
BURST = 64


class Sockets:
    """Two DEALER sockets; used and closed by one thread."""

    def __init__(self, context: zmq.Context[Any], endpoint: Endpoint, keys: tuple[bytes, bytes] | None) -> None:
        """Begin to connect; nothing is sent yet.

        Args:
            context: the client's ZeroMQ context.
            endpoint: where the sidecar listens.
            keys: this client's CURVE public and secret key; needed when the endpoint names a server key.

        Raises:
            SidecarError: code `unreachable` for an address or key that makes no sense.
        """
        self.endpoint = endpoint
        self.control = context.socket(zmq.DEALER)
        self.data = context.socket(zmq.DEALER)
        self._monitor = self.control.get_monitor_socket(
            zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_SUCCEEDED | sum(_REFUSALS)
        )
        self._monitor.setsockopt(zmq.LINGER, 0)
        try:
            self._prepare(self.control, CONTROL_QUEUE_MESSAGES, HEADER_BYTES + 1024, keys)
            self._prepare(self.data, DATA_QUEUE_MESSAGES, FRAME_BYTES, keys)
            self.control.connect(endpoint.control)
            self.data.connect(endpoint.data)
        except (zmq.ZMQError, ValueError, TypeError) as problem:
            self.close()
            raise SidecarError(
                "unreachable", f"{endpoint.control} is no address that can be connected to ({problem}): correct it."
            ) from problem

    @property
    def pollable(self) -> tuple[zmq.Socket[Any], ...]:
        """What to wait on."""
        return self.control, self.data, self._monitor

    def send(self, kind: str, fields: dict[str, Any]) -> None:
        """Send a small message; one that finds a full queue is dropped, because the connection is as good as broken."""
        try:
            self.control.send_multipart(pack(kind, fields), zmq.NOBLOCK)
        except zmq.Again:
            return

    def send_data(self, kind: str, fields: dict[str, Any], payload: memoryview | None = None) -> bool:
        """Send on the pixel socket without copying; False when it takes nothing more now."""
        try:
            self.data.send_multipart(pack(kind, fields, payload), zmq.NOBLOCK, copy=payload is None)
        except zmq.Again:
            return False
        return True

    def messages(self) -> list[Message]:
        """Return what has come, small messages first; what makes no sense here (a newer version's, say) is skipped."""
        come: list[Message] = []
        for source in (self.control, self.data):
            for _ in range(BURST):
                try:
                    frames = source.recv_multipart(zmq.NOBLOCK, copy=False)
                except zmq.Again:
                    break
                with contextlib.suppress(SidecarError):
                    come.append(unpack([frame.buffer for frame in frames]))
        return come

    def troubles(self) -> list[str]:
        """Return what happened to the connection: `disconnected`, or the reason of a refused handshake."""
        happened: list[str] = []
        while True:
            try:
                frames = self._monitor.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return happened
            # uint16 event, uint32 value, then a frame with the address; zmq.utils.monitor would import asyncio.
            event = int.from_bytes(frames[0][:2], sys.byteorder)
            if event == zmq.EVENT_DISCONNECTED:
                happened.append(DISCONNECTED)
            elif event in _REFUSALS:
                happened.append(_REFUSALS[event])

    def close(self) -> None:
        """Close without waiting."""
        self.control.disable_monitor()
        for one in self.pollable:
            one.close(linger=0)

    def _prepare(
        self, dealer: zmq.Socket[Any], queue_messages: int, frame_bytes: int, keys: tuple[bytes, bytes] | None
    ) -> None:
        dealer.set_hwm(queue_messages)
        dealer.setsockopt(zmq.MAXMSGSIZE, frame_bytes)
        dealer.setsockopt(zmq.LINGER, 0)
        dealer.setsockopt(zmq.RECONNECT_IVL, 200)
        dealer.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
        dealer.setsockopt(zmq.HEARTBEAT_IVL, 500)
        dealer.setsockopt(zmq.HEARTBEAT_TIMEOUT, 1500)
        if self.endpoint.server_key and keys is not None:
            dealer.curve_serverkey = self.endpoint.server_key.encode("ascii")
            dealer.curve_publickey, dealer.curve_secretkey = keys
