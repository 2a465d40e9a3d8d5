"""One job on its way through one connection: slots, uploads, downloads. A new connection starts a new transfer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from ..wire.errors import SidecarError
from ..wire.images import check_image, layout_of
from ..wire.limits import CHUNK_BYTES
from .job import Job, JobResult
from .shared_memory import Slot, SlotPool
from .sockets import Sockets

if TYPE_CHECKING:
    import numpy as np

#: Pieces asked for ahead; the server never queues more than that for one reader.
FETCH_AHEAD = 12
#: Pieces that have not come by then were dropped and are asked for again.
FETCH_PATIENCE_SECONDS = 2.0
_LAYER_NAMES = {"alpha": "alpha", "fg": "foreground", "bg": "background"}


class Transfer:
    """Sends one job's pixels and collects its result."""

    def __init__(self, job: Job, sockets: Sockets, session: str, pool: SlotPool | None) -> None:
        """Send nothing yet; `pool` is None where shared memory cannot be used."""
        self.job = job
        self.is_sent = False
        self._sockets = sockets
        self._session = session
        self._pool = pool
        self._slots: list[Slot] = []
        self._uploads: dict[str, int] = {}
        self._downloads: dict[str, _Download] = {}
        self._result: dict[str, Any] = {}

    def prepare(self) -> None:
        """Fill shared memory if there is any and send `submit`; do nothing while slots are on order."""
        if self.is_sent:
            return
        request = self.job.request
        if self._pool is not None and self._pool.is_usable and self._wants_slots():
            slots = self._pool.take(self._slot_sizes())
            if slots is None:
                return
            self._slots = slots
            request = self._fill_slots(request, slots)
        budget = None if self.job.deadline is None else max(0.1, 0.9 * (self.job.deadline - time.monotonic()))
        fields = {**request, "session": self._session, "job": self.job.name, "timeout_seconds": budget}
        self._sockets.send("submit", fields)
        self.is_sent = True

    def on_accepted(self, fields: dict[str, Any]) -> None:
        """Begin to upload what the server asks for."""
        self.job.position = fields["position"]
        if self.job.state == "submitted":
            self.job.state = "accepted"
        self._uploads = {name: 0 for name in fields["uploads"] if name in self.job.pixels}

    def pump(self) -> bool:
        """Send pieces until the socket is full; True when there is more to send."""
        for name, offset in list(self._uploads.items()):
            data = self.job.pixels.get(name, memoryview(b""))
            for at in range(offset, data.nbytes, CHUNK_BYTES):
                about = {"session": self._session, "job": self.job.name, "image": name, "offset": at}
                if not self._sockets.send_data("put", about, data[at : at + CHUNK_BYTES]):
                    self._uploads[name] = at
                    return True
            del self._uploads[name]
        return False

    def on_preview(self, fields: dict[str, Any]) -> None:
        """Fetch a preview."""
        self._fetch(fields["image"])

    def on_result(self, fields: dict[str, Any]) -> bool:
        """Fetch the result; True when nothing has to be fetched."""
        self._result = fields
        for image in fields["images"]:
            if image["kind"] in ("inline", "exr"):
                self._fetch(image)
        return self.is_complete

    def on_data(self, fields: dict[str, Any], payload: memoryview) -> bool:
        """Take a piece; True when the result is complete now."""
        download = self._downloads.get(fields["blob"])
        if download is None:
            return False
        download.add(fields["offset"], payload)
        if download.is_complete and fields["blob"] == "preview":
            self.job.preview = download.array()
            del self._downloads["preview"]
        return self.is_complete

    def ask_again(self) -> None:
        """Ask for pieces: the next ones, and those that were lost."""
        for download in self._downloads.values():
            download.ask()

    @property
    def is_complete(self) -> bool:
        """Whether the result is announced and all its bytes are here."""
        return bool(self._result) and all(download.is_complete for download in self._downloads.values())

    def result(self) -> JobResult:
        """Assemble the result."""
        about = {
            "timings": self._result["timings"],
            "is_cached": self._result["is_cached"],
            "warnings": tuple(self._result.get("warnings", ())),
            "facts": self._result.get("facts", {}),
        }
        layers: dict[str, np.ndarray] = {}
        for image in self._result["images"]:
            if image["kind"] == "file":
                return JobResult(path=image["path"], **about)
            if image["kind"] == "exr":
                return JobResult(exr=bytes(self._downloads[image["blob"]].buffer), **about)
            name = _LAYER_NAMES.get(str(image["channels"][0]).split(".")[0], "other")
            layers[name] = self._from_slot(image) if image["kind"] == "shm" else self._downloads[image["blob"]].array()
        return JobResult(layers=layers, **about)

    def release(self) -> None:
        """Give the slots back."""
        if self._pool is not None:
            self._pool.give_back(self._slots)
        self._slots = []

    def _fetch(self, image: dict[str, Any]) -> None:
        blob = image.get("blob", "")
        if blob not in self._downloads:
            self._downloads[blob] = _Download(image, self._sockets, self._session, self.job.name)
            self._downloads[blob].ask()

    def _wants_slots(self) -> bool:
        references = self.job.request["inputs"]
        return any(image["kind"] == "inline" for image in references.values())

    def _slot_sizes(self) -> list[int]:
        """List the sizes of the raw pictures, then of the arrays that come back."""
        references = self.job.request["inputs"]
        sizes = [self.job.pixels[name].nbytes for name, image in references.items() if image["kind"] == "inline"]
        if self._output_bytes():
            sizes.append(self._output_bytes())
        return sizes

    def _output_bytes(self) -> int:
        """Bytes of the seven channels that come back, when the plate's size is known here."""
        plate, output = self.job.request["inputs"].get("plate", {}), self.job.request["output"]
        if output["kind"] != "inline" or plate.get("kind") != "inline":
            return 0
        height, width, _ = layout_of(plate, name="plate").shape
        return height * width * 7 * (2 if output.get("depth") == "half" else 4)

    def _fill_slots(self, request: dict[str, Any], slots: list[Slot]) -> dict[str, Any]:
        inputs, left = {}, list(slots)
        for name, image in request["inputs"].items():
            inputs[name] = image
            if image["kind"] == "inline":
                slot, data = left.pop(0), self.job.pixels[name]
                with memoryview(slot.memory) as memory:
                    memory[: data.nbytes] = data
                inputs[name] = {**image, "kind": "shm", "slot": slot.name, "offset": 0}
        output = request["output"]
        if left:
            output = {**output, "kind": "shm", "slot": left[0].name, "offset": 0, "bytes": left[0].nbytes}
        return {**request, "inputs": inputs, "output": output}

    def _from_slot(self, image: dict[str, Any]) -> np.ndarray:
        slot = next(slot for slot in self._slots if slot.name == image["slot"])
        import numpy as np

        layout = layout_of(image, name="result")
        count = layout.nbytes // layout.dtype.itemsize
        return np.frombuffer(slot.memory, layout.dtype, count, image["offset"]).reshape(image["shape"]).copy()


class _Download:
    """The pieces of one blob."""

    def __init__(self, image: dict[str, Any], sockets: Sockets, session: str, job: str) -> None:
        self.image = image
        self.buffer = bytearray(check_image(image, name="result"))
        self._sockets, self._session, self._job = sockets, session, job
        self._missing = dict.fromkeys(range(0, len(self.buffer), CHUNK_BYTES), 0.0)

    @property
    def is_complete(self) -> bool:
        return not self._missing

    def add(self, offset: int, payload: memoryview) -> None:
        expected = min(CHUNK_BYTES, len(self.buffer) - offset)
        if offset in self._missing:
            if payload.nbytes != expected:
                raise SidecarError(
                    "bad_message", f"A piece of {payload.nbytes} bytes came where {expected} were expected."
                )
            self.buffer[offset : offset + expected] = payload
            del self._missing[offset]
            self.ask()

    def ask(self) -> None:
        now = time.monotonic()
        for offset in list(self._missing)[:FETCH_AHEAD]:
            if now - self._missing[offset] > FETCH_PATIENCE_SECONDS:
                about = {"session": self._session, "job": self._job, "blob": self.image["blob"], "offset": offset}
                if not self._sockets.send_data("fetch", {**about, "bytes": CHUNK_BYTES}):
                    return
                self._missing[offset] = now

    def array(self) -> np.ndarray:
        import numpy as np

        layout = layout_of(self.image, name="result")
        return np.frombuffer(self.buffer, layout.dtype).reshape(self.image["shape"])
