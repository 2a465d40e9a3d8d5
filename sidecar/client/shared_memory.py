"""The client's view of shared-memory slots: opened once, reused for many frames (Linux, same machine)."""

from __future__ import annotations

import mmap
import os
import uuid
from collections.abc import Mapping
from typing import Any

from ..wire.limits import CLIENT_BYTES, CLIENT_SLOTS
from .sockets import Sockets

#: Slots grow to whole steps of this size, so that frames of nearly one size share them.
STEP_BYTES = 1 << 20


class Slot:
    """One mapped memory file of the server."""

    def __init__(self, name: str, memory: mmap.mmap) -> None:
        """Remember name and mapping."""
        self.name = name
        self.memory = memory
        self.nbytes = len(memory)


class SlotPool:
    """Free slots and slots on order, for one session with one server."""

    def __init__(self, sockets: Sockets, session: str, limits: Mapping[str, Any]) -> None:
        """Start empty; `limits` are those of the server."""
        self._most_slots = limits.get("client_slots", CLIENT_SLOTS)
        self._most_bytes = limits.get("client_bytes", CLIENT_BYTES)
        self._slots = self._nbytes = 0
        self._sockets = sockets
        self._session = session
        self._free: list[Slot] = []
        self._ordered: set[str] = set()
        self.is_usable = True

    @property
    def is_waiting(self) -> bool:
        """Whether the server still owes a slot."""
        return bool(self._ordered)

    def take(self, sizes: list[int]) -> list[Slot] | None:
        """Return one slot for each size, or None and order what is missing."""
        taken: list[Slot] = []
        for size in sizes:
            fitting = [slot for slot in self._free if slot.nbytes >= size]
            if fitting:
                best = min(fitting, key=lambda slot: slot.nbytes)
                self._free.remove(best)
                taken.append(best)
            elif not self._ordered:
                self._order(size)
                break
        if len(taken) == len(sizes):
            return taken
        self._free += taken
        return None

    def give_back(self, slots: list[Slot]) -> None:
        """Make slots free for the next frame."""
        self._free += slots

    def on_slot(self, fields: dict[str, Any]) -> None:
        """Map a slot that the server has made; one that cannot be mapped ends the use of shared memory."""
        if fields["request"] not in self._ordered:
            return
        self._ordered.discard(fields["request"])
        self._slots += 1
        self._nbytes += fields["bytes"]
        try:
            descriptor = os.open(fields["path"], os.O_RDWR | os.O_CLOEXEC)
            try:
                self._free.append(Slot(fields["slot"], mmap.mmap(descriptor, fields["bytes"])))
            finally:
                os.close(descriptor)
        except (OSError, ValueError):
            self.is_usable = False  # another container or sandbox: /proc is not shared
            self._sockets.send("slot_close", {"session": self._session, "slot": fields["slot"]})

    def on_refusal(self, request: str) -> bool:
        """Note that the server refused a slot; True when it was one of these."""
        if request not in self._ordered:
            return False
        self._ordered.discard(request)
        self.is_usable = False
        return True

    def _order(self, size: int) -> None:
        """Order a slot; where the server has no room for it, give up free ones that are too small, else wait."""
        nbytes = -(-size // STEP_BYTES) * STEP_BYTES
        while self._slots >= self._most_slots or self._nbytes + nbytes > self._most_bytes:
            if not self._free:
                self.is_usable = self.is_usable and self._slots > 0
                return
            dropped = self._free.pop(0)
            self._slots -= 1
            self._nbytes -= dropped.nbytes
            self._sockets.send("slot_close", {"session": self._session, "slot": dropped.name})
        request = uuid.uuid4().hex
        self._ordered.add(request)
        self._sockets.send("slot_open", {"session": self._session, "request": request, "bytes": nbytes})
