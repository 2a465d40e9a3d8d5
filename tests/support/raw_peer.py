"""A client that speaks the protocol by hand and can therefore break it: raw DEALER sockets, no thread, no fixing."""

from pathlib import Path
from typing import Any, Self

import zmq

from sidecar.runtime.endpoint import Endpoint, read_endpoint
from sidecar.wire.framing import Message, pack, unpack
from sidecar.wire.version import PROTOCOL


class RawPeer:
    """Two sockets to the sidecar of a folder."""

    def __init__(self, folder: Path, *, endpoint: Endpoint | None = None, receive_queue: int = 1000) -> None:
        found = endpoint or read_endpoint(folder)
        assert found is not None
        self.endpoint = found
        self._context = zmq.Context()
        self.control, self.data = (self._dealer(address, receive_queue) for address in (found.control, found.data))
        self.session = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.control.close(linger=0)
        self.data.close(linger=0)
        self._context.term()

    def hello(self, **changes: Any) -> Message:
        """Greet and return whatever comes back."""
        about = {"protocol": list(PROTOCOL), "client": "raw", "client_id": "raw", "token": self.endpoint.token}
        self.send("hello", **{**about, **changes})
        reply = self.receive()
        self.session = reply.fields.get("session", "")
        return reply

    def send(self, kind: str, **fields: Any) -> None:
        self.control.send_multipart(pack(kind, fields))

    def receive(self, *, seconds: float = 60.0, source: Any = None) -> Message:
        """Wait for the next message."""
        source = source or self.control
        assert source.poll(int(seconds * 1000)), "no message came"
        return unpack(source.recv_multipart())

    def receive_kind(self, kind: str) -> Message:
        """Wait for the next message of a kind, skipping others."""
        while True:
            message = self.receive()
            if message.kind == kind:
                return message

    def _dealer(self, address: str, receive_queue: int) -> Any:
        dealer = self._context.socket(zmq.DEALER)
        dealer.setsockopt(zmq.LINGER, 0)
        dealer.setsockopt(zmq.RCVHWM, receive_queue)
        dealer.connect(address)
        return dealer
