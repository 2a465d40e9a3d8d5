# SPDX-License-Identifier: GPL-3.0-or-later
"""A thread that owns the client: orders in by one queue, news out by another; Blender's thread never waits for it.

It drives the runs of `sidecar.shots`: fingerprints, records and files take time, so they are made here. No bpy.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from .errors import ShotProblem
from .sidecar.client import Client
from .sidecar.shots.errors import ShotError
from .sidecar.shots.ownership import check_owner
from .sidecar.shots.pattern import FramePattern
from .sidecar.shots.report import FrameInputs, FrameTask, Redo, RunReport
from .sidecar.shots.run import FrameRun
from .sidecar.wire.errors import SidecarError
from .tasks import Captured, News, RunOrder, Snapshot

log = logging.getLogger(__name__)

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
        self._runs: dict[str, FrameRun] = {}
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

    def matte(self, order: RunOrder) -> None:
        """Matte frames; each is asked for by news of the kind `wanted`, to which `supply` or `fail` answers."""
        self._orders.put((self._begin, (order,)))

    def supply(self, shot: str, task: FrameTask, captured: Captured) -> None:
        """Hand over the pictures of a frame that was wanted."""
        self._orders.put((self._supply, (shot, task, captured)))

    def fail(self, shot: str, task: FrameTask, sentence: str, *, ends_run: bool = False) -> None:
        """Say that a frame that was wanted has no pictures."""
        self._orders.put((self._fail, (shot, task, sentence, ends_run)))

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
            for shot, run in list(self._runs.items()):
                self._go_on_or_end(shot, run)
            self._watch_training()
            self._look()
        for run in self._runs.values():
            run.close()
        if self._client is not None:
            self._client.close()

    def _take_orders(self) -> None:
        is_busy = bool(self._runs)
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

    def _begin(self, order: RunOrder) -> None:
        run = FrameRun(
            order.tasks,
            order.request,
            order.owner,
            self._connected,
            redo=Redo.ALL if order.is_forced else Redo.STALE,
            sidecar_writes=self._writes_files,
            priority="interactive" if order.is_urgent else "batch",
            label=order.shot.strip("."),
        )
        former = self._runs.pop(order.shot, None)
        if former is not None:  # of a file that was closed
            former.cancel()
            former.close()
        folder = order.tasks[0].result.parent
        try:
            told = check_owner(_pattern_of(order.tasks[0]), [""], order.owner)
            folder.mkdir(parents=True, exist_ok=True)
        except ShotError as problem:
            self._news.put(News("over", order.shot, value=RunReport(problem=str(problem))))
            return
        except OSError as problem:
            sentence = f"The folder {folder} cannot be used ({problem.strerror or problem}): choose another one."
            self._news.put(News("over", order.shot, value=RunReport(problem=sentence)))
            return
        if told:
            run.report.warnings.append(told)
        self._runs[order.shot] = run

    def _supply(self, shot: str, task: FrameTask, captured: Captured) -> None:
        if shot in self._runs:
            pictures = {"plate": captured.plate, **captured.masks}
            self._runs[shot].supply(task, FrameInputs(pictures, facts={"sources": dict(captured.sources)}))

    def _fail(self, shot: str, task: FrameTask, sentence: str, ends_run: bool) -> None:
        if shot in self._runs:
            self._runs[shot].fail(task, sentence, ends_run=ends_run)

    def _cancel(self, shot: str) -> None:
        if shot in self._runs:
            self._runs[shot].cancel()

    def _connected(self) -> Client:
        client = self._ensure_client()
        if client is None:
            raise SidecarError("launch_failed", self.snapshot.sentence)
        return client

    def _go_on_or_end(self, shot: str, run: FrameRun) -> None:
        """Whatever goes wrong ends this run in a sentence, never the thread: buttons would stay grey for ever."""
        try:
            self._go_on(shot, run)
        except Exception as fault:
            log.exception("The run over %s", shot)
            run.close()
            self._runs.pop(shot, None)
            run.report.problem = (
                f"The run failed ({type(fault).__name__}: {fault}): see Blender's console and report it."
            )
            self._news.put(News("over", shot, value=run.report))

    def _go_on(self, shot: str, run: FrameRun) -> None:
        """Ask for the next frame, and tell what came of the others."""
        task = run.next_wanted()
        if task is not None:
            self._news.put(News("wanted", shot, task.frame, task))
        for event in run.poll():
            frame = None if event.task is None else event.task.frame
            if event.kind == "made" and event.result is not None:
                self._device = str(event.result.facts.get("device", ""))
            kind = {"shared": "kept"}.get(event.kind, event.kind)
            value = run.share if kind == "progress" else event.sentence
            self._news.put(News(kind, shot, frame, value))
        if run.is_over:
            del self._runs[shot]
            run.close()
            self._news.put(News("over", shot, value=run.report))

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


def _pattern_of(task: FrameTask) -> FramePattern:
    """The sequence that a result belongs to, `plate.####.exr`."""
    stem, _, ending = task.result.name.rsplit(".", 2)
    return FramePattern(str(task.result.parent / f"{stem}.####.{ending}"))
