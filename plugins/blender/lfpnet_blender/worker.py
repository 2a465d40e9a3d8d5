# SPDX-License-Identifier: GPL-3.0-or-later
"""A thread that owns the client: orders in by one queue, news out by another; Blender's thread never waits for it.

Fingerprints, records and files that came over the network are made here as well, as they take time. No bpy.
"""

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from .errors import ShotProblem
from .sidecar.client import Client, Job, Pixels
from .sidecar.shots.fingerprint import bytes_fingerprint
from .sidecar.shots.record import FrameRecord, FrameState, frame_state, read_record, write_record
from .sidecar.wire.errors import SidecarError
from .tasks import MatteTask, News, Snapshot

BUSY_SECONDS, IDLE_SECONDS = 0.03, 0.25
TRAINING_SECONDS = 2.0
#: The sidecar's front thread answers at once; longer means that it is stopped.
QUESTION_SECONDS = 3.0


class Worker:
    """Runs until `close`; every method returns at once."""

    def __init__(self, connect: Callable[[], Client], *, writes_files: bool) -> None:
        """Start the thread; the client is made with the first order.

        Args:
            connect: makes the client; raises SidecarError.
            writes_files: whether the sidecar can write into the artist's folders; else its results are written here.
        """
        self.snapshot = Snapshot()
        self._connect, self._writes_files = connect, writes_files
        self._orders: queue.SimpleQueue[tuple[Callable[..., object], tuple[Any, ...]]] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._client: Client | None = None
        self._flying: dict[Job, _Flying] = {}
        self._device = ""
        self._models: tuple[dict[str, Any], ...] = ()
        self._models_of = ""
        self._training_at: float | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="lfpnet-worker", daemon=True)
        self._thread.start()

    # ---- from Blender's thread

    def connect(self) -> None:
        """Find or start the sidecar, so that the panel can say what it has."""
        self._orders.put((self._ensure_client, ()))

    def matte(self, task: MatteTask) -> None:
        """Matte a frame."""
        self._orders.put((self._begin, (task,)))

    def cancel(self, shot: str) -> None:
        """Cancel what is under way for a shot."""
        self._orders.put((self._cancel, (shot,)))

    def compute(self, kind: str, shot: str, work: Callable[[], Any]) -> None:
        """Call a function that knows no bpy; its value comes as news of this kind, its error as `broken`."""
        self._orders.put((self._compute, (kind, shot, work)))

    def train(self, arguments: Sequence[str]) -> None:
        """Start `lfpnet finetune` with these arguments in the sidecar."""
        self._orders.put((self._train, (tuple(arguments),)))

    def stop_training(self) -> None:
        """Ask the training run to end."""
        self._orders.put((self._stop_training, ()))

    def news(self) -> list[News]:
        """What happened since the last call."""
        found = []
        while True:
            try:
                found.append(self._news.get_nowait())
            except queue.Empty:
                return found

    def close(self, patience_seconds: float = 12.0) -> None:
        """End the thread; unfinished frames are dropped."""
        self._is_closing = True
        self._orders.put((self._ensure_nothing, ()))
        self._thread.join(patience_seconds)

    # ---- on the worker's thread

    def _run(self) -> None:
        while not self._is_closing:
            self._take_orders()
            for job in [job for job in self._flying if self._has_news(job)]:
                self._report(job)
            self._watch_training()
            self._look()
        if self._client is not None:
            self._client.close()

    def _take_orders(self) -> None:
        is_busy = bool(self._flying)
        try:
            order, arguments = self._orders.get(timeout=BUSY_SECONDS if is_busy else IDLE_SECONDS)
        except queue.Empty:
            return
        order(*arguments)

    def _ensure_nothing(self) -> None:
        """Wake the thread up."""

    def _ensure_client(self) -> Client | None:
        if self._client is None:
            try:
                self._client = self._connect()
            except SidecarError as error:
                self.snapshot = Snapshot("failed", error.sentence)
        return self._client

    def _look(self) -> None:
        """Take a picture of the connection, and forget the client's events: the jobs themselves say more."""
        if self._client is not None:
            self._client.poll()
            client = self._client
            said = dict(client.capabilities)
            if client.state == "connected" and self._models_of != said.get("instance"):
                self._models_of = str(said.get("instance"))
                self._look_up_models(client)
            self.snapshot = Snapshot(client.state, client.sentence, said, self._device, self._models)

    def _look_up_models(self, client: Client) -> None:
        try:
            self._models = tuple(client.models(timeout_seconds=QUESTION_SECONDS))
        except SidecarError:
            self._models_of = ""  # ask again when it answers

    def _begin(self, task: MatteTask) -> None:
        try:
            inputs = {name: _fingerprint(pixels) for name, pixels in (("plate", task.plate), *task.masks.items())}
            is_done = frame_state(task.result, inputs, task.recipe.record()) == FrameState.DONE
            if is_done and not task.is_forced:
                _renew_sources(task)
                self._news.put(News("skipped", task.shot, task.frame, task.result))
                return
            task.result.parent.mkdir(parents=True, exist_ok=True)
            client = self._ensure_client()
            if client is None:
                raise SidecarError("launch_failed", self.snapshot.sentence)
            self._submit(client, task, inputs, writes_file=self._writes_files)
        except SidecarError as error:
            self._news.put(News("failed", task.shot, task.frame, error))
        except OSError as problem:
            text = f"The folder {task.result.parent} cannot be used ({problem}): choose another one."
            self._news.put(News("failed", task.shot, task.frame, SidecarError("output_failed", text)))

    def _submit(self, client: Client, task: MatteTask, inputs: dict[str, str], *, writes_file: bool) -> None:
        output: dict[str, Any] = {"kind": "exr", "depth": task.recipe.depth}
        if writes_file:
            output |= {"kind": "file", "path": str(task.result)}
        job = client.submit(
            task.plate,
            trimap=task.masks.get("trimap"),
            roto=task.masks.get("roto"),
            core=task.masks.get("core"),
            edge=task.masks.get("edge"),
            output=output,
            options=task.recipe.options(),
            model=task.recipe.model or None,
            priority="interactive" if task.is_urgent else "batch",
            label=f"{task.shot} {task.frame}",
        )
        self._flying[job] = _Flying(task, inputs, writes_file)

    def _cancel(self, shot: str) -> None:
        for job, flying in self._flying.items():
            if flying.task.shot == shot and self._client is not None:
                self._client.cancel(job)

    def _has_news(self, job: Job) -> bool:
        return job.is_over or (job.stage, job.done) != self._flying[job].seen

    def _report(self, job: Job) -> None:
        flying = self._flying[job]
        task = flying.task
        if not job.is_over:
            flying.seen = (job.stage, job.done)
            self._news.put(News("progress", task.shot, task.frame, job.done / job.total if job.total else 0.0))
            return
        del self._flying[job]
        try:
            self._finish(job, flying)
        except SidecarError as error:
            self._news.put(News("failed", task.shot, task.frame, error))
        except OSError as problem:
            text = f"{task.result} cannot be written ({problem}): choose another folder."
            self._news.put(News("failed", task.shot, task.frame, SidecarError("output_failed", text)))

    def _finish(self, job: Job, flying: "_Flying") -> None:
        task = flying.task
        if job.error is not None and job.error.code == "path_refused" and flying.writes_file:
            self._writes_files = False  # the sidecar may not write there, so its bytes are written here
            assert self._client is not None
            self._submit(self._client, task, flying.inputs, writes_file=False)
            return
        if job.state == "cancelled":
            self._news.put(News("cancelled", task.shot, task.frame))
            return
        result = job.wait(0)
        if result.exr is not None:
            _write_whole(task.result, result.exr)
        self._device = str(result.facts.get("device", ""))
        _keep_record(flying, result)
        self._news.put(News("done", task.shot, task.frame, task.result))

    def _compute(self, kind: str, shot: str, work: Callable[[], Any]) -> None:
        try:
            self._news.put(News(kind, shot, value=work()))
        except (ShotProblem, OSError, ValueError) as problem:
            self._news.put(News("broken", shot, value=str(problem)))

    # ---- training

    def _train(self, arguments: tuple[str, ...]) -> None:
        client = self._ensure_client()
        try:
            if client is None:
                raise SidecarError("launch_failed", self.snapshot.sentence)
            self._news.put(News("training", value=client.train_start(arguments, command="finetune")))
            self._training_at = time.monotonic() + TRAINING_SECONDS
        except SidecarError as error:
            self._news.put(News("training", value={"state": "failed", "log": error.sentence}))

    def _stop_training(self) -> None:
        if self._client is not None and self._training_at is not None:
            try:
                self._news.put(News("training", value=self._client.train_stop()))
            except SidecarError as error:
                self._news.put(News("training", value={"state": "failed", "log": error.sentence}))

    def _watch_training(self) -> None:
        if self._training_at is None or self._client is None or time.monotonic() < self._training_at:
            return
        self._training_at = time.monotonic() + TRAINING_SECONDS
        try:
            reply = self._client.train_status(log_lines=5)
        except SidecarError as error:
            reply = {"state": "failed", "log": error.sentence}
        if reply["state"] not in ("running", "stopping"):
            self._training_at = None
            self._models_of = ""  # there may be new ones
        self._news.put(News("training", value=reply))


@dataclass(eq=False)
class _Flying:
    """A task that was submitted."""

    task: MatteTask
    inputs: dict[str, str]
    writes_file: bool
    seen: tuple[str, int] = ("", -1)


def _fingerprint(pixels: Pixels) -> str:
    array = np.ascontiguousarray(pixels.array)
    about = f"{array.dtype.str} {array.shape} {pixels.colour_space} {pixels.origin}"
    pixels_bytes = array.data.cast("B")
    return bytes_fingerprint(about.encode(), pixels_bytes)  # type: ignore[arg-type] - any buffer will do


def _keep_record(flying: _Flying, result: Any) -> None:
    task = flying.task
    facts = {
        **result.facts,
        "sources": dict(task.sources),
        "seconds": result.timings,
        "warnings": list(result.warnings),
    }
    record = FrameRecord(task.frame, inputs=flying.inputs, recipe=task.recipe.record(), facts=facts)
    write_record(task.result, record)


def _renew_sources(task: MatteTask) -> None:
    """Note that other files, or the same ones touched, hold the same pixels."""
    record = read_record(task.result)
    if record is not None and record.facts.get("sources") != dict(task.sources):
        write_record(task.result, replace(record, facts={**record.facts, "sources": dict(task.sources)}))


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
