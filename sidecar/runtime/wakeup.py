"""Wakes a thread that waits on ZeroMQ sockets: a socket pair, because ZeroMQ sockets belong to one thread each."""

from __future__ import annotations

import socket


class Wakeup:
    """Signalled from any thread, waited for and cleared by one."""

    def __init__(self) -> None:
        """Make the pair."""
        self._in, self._out = socket.socketpair()
        self._in.settimeout(0)
        self._out.settimeout(0)

    @property
    def pollable(self) -> socket.socket:
        """What to wait on."""
        return self._out

    def signal(self) -> None:
        """Wake the waiting thread."""
        try:
            self._in.send(b"!")
        except (BlockingIOError, OSError):
            return  # it is signalled already, or the thread has ended

    def clear(self) -> None:
        """Take the signals that have come."""
        try:
            while self._out.recv(4096):
                pass
        except BlockingIOError:
            return

    def close(self) -> None:
        """Close both ends."""
        self._in.close()
        self._out.close()
