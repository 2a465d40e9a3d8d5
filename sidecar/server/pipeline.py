"""The three steps of a job on their own threads: load pictures, compute on a device, encode.

One job may wait between two steps, so while a frame computes the next is loaded and the last encoded, and no more.
Cancelling is an event that each step looks at; the predictor looks at it between tiles.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sidecar.server.cache import ResultCache
from sidecar.server.error_mapping import Cancelled, translate
from sidecar.server.image_io import ImageIO
from sidecar.server.jobs import Job, JobQueue
from sidecar.server.model_cache import ModelCache, facts_of
from sidecar.server.model_registry import DEFAULT
from sidecar.wire.errors import SidecarError

log = logging.getLogger(__name__)
#: At most so many progress messages a second and job, so that a reader has time for them.
PROGRESS_INTERVAL_SECONDS = 0.1


class Event(NamedTuple):
    """What a step tells the dispatcher's thread: `progress`, `preview`, `done` or `failed`."""

    kind: str
    job: Job
    value: Any = None


class Pipeline:
    """Loader, one worker a device, encoder."""

    def __init__(
        self,
        jobs: JobQueue,
        hosts: list[ModelCache],
        port: ImageIO,
        cache: ResultCache,
        post: Callable[[Event], None],
    ) -> None:
        """Start nothing yet.

        Args:
            jobs: where the loader takes jobs from.
            hosts: the models of each device; one worker thread each.
            port: turns references into arrays and mattes into bytes.
            cache: finished results by content.
            post: called from any step, must only hand the event over.
        """
        self._jobs, self._hosts, self._port, self._cache, self._post = jobs, hosts, port, cache, post
        self._loaded: queue.Queue[Job | None] = queue.Queue(maxsize=1)
        self._computed: queue.Queue[Job | None] = queue.Queue(maxsize=1)
        self._last_progress = time.monotonic()
        self._computing: set[Job] = set()
        self._threads: list[threading.Thread] = []
        self._warming = len(hosts)
        self.problem = ""

    @property
    def is_ready(self) -> bool:
        """Whether every worker has its default model, or has failed to get it (then `problem` says why)."""
        return self._warming == 0

    @property
    def worker_age_seconds(self) -> float:
        """How long ago a worker last showed progress; 0 while none has anything to do."""
        return time.monotonic() - self._last_progress if self._computing else 0.0

    def start(self) -> None:
        """Start the threads; they are daemons so that a stuck device cannot keep the process alive."""
        steps: list[tuple[str, Callable[[], None]]] = [("loader", self._load_all), ("encoder", self._encode_all)]
        steps += [(f"worker{index}", self._worker_for(host)) for index, host in enumerate(self._hosts)]
        for name, step in steps:
            thread = threading.Thread(target=step, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, *, patience_seconds: float) -> None:
        """End the threads after the work they have begun."""
        self._jobs.close()
        give_up = time.monotonic() + patience_seconds
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))

    def _load_all(self) -> None:
        try:
            self._port.warm_up()
        except ImportError as problem:
            log.error("the image libraries cannot be imported: %s", problem)
        while (job := self._jobs.take()) is not None:
            if self._step(job, "loading", self._load):
                self._loaded.put(job)
        for _ in self._hosts:
            self._loaded.put(None)

    def _worker_for(self, host: ModelCache) -> Callable[[], None]:
        def compute_all() -> None:
            self._warm(host)
            while (job := self._loaded.get()) is not None:
                self._computing.add(job)
                if self._step(job, "computing", lambda job: self._compute(job, host)):
                    self._computed.put(job)
                self._computing.discard(job)
            self._computed.put(None)

        return compute_all

    def _warm(self, host: ModelCache) -> None:
        """Load the default model before the first job asks for it."""
        try:
            host.get(DEFAULT)
        except Exception as problem:
            self.problem = translate(problem).sentence
            log.exception("the default model cannot be loaded")
        self._warming -= 1

    def _encode_all(self) -> None:
        workers = len(self._hosts)
        while workers:
            job = self._computed.get()
            if job is None:
                workers -= 1
            elif self._step(job, "encoding", self._encode):
                self._post(Event("done", job))

    def _step(self, job: Job, stage: str, work: Callable[[Job], None]) -> bool:
        """Do one step of one job; every failure becomes an event, and says whether the job goes on."""
        begun = time.monotonic()
        self._show(job, stage, 0, 0)
        try:
            if job.cancel.is_set():
                raise Cancelled
            work(job)
        except BaseException as problem:  # the thread must outlive whatever one picture or one model does
            error = translate(problem)
            if error.code == "internal":
                log.exception("job %s failed while %s", job.name, stage)
            self._post(Event("failed", job, error))
            return False
        job.timings[stage] = round(time.monotonic() - begun, 4)
        return True

    def _load(self, job: Job) -> None:
        job.inputs = self._port.load(job)
        version = self._hosts[0].version(job.request.get("model", DEFAULT))
        job.content_key = f"{self._port.content_key(job)} {version}"
        job.uploads.clear()

    def _compute(self, job: Job, host: ModelCache) -> None:
        job.finished = self._cache.get(job.content_key)
        if job.finished is not None:
            job.is_cached = True
            return
        self._show(job, "model", 0, 0)
        model = job.request.get("model", DEFAULT)
        predictor = host.get(model)
        self._show(job, "computing", 0, 0)
        job.matte = predictor.matte(
            job.inputs.plate.pixels,
            job.inputs.trimap,
            is_linear=job.inputs.plate.is_linear,
            options=self._port.options(job),
            progress=lambda done, total: self._show(job, "computing", done, total),
            is_cancelled=job.cancel.is_set,
            preview=(lambda alpha: self._preview(job, alpha)) if job.request.get("preview") else None,
        )
        if not all(np.isfinite(layer).all() for layer in (job.matte.alpha, job.matte.foreground, job.matte.background)):
            raise SidecarError(
                "model_unavailable",
                f"Model '{job.request.get('model', DEFAULT)[:80]}' gave values that are no numbers: the weights are "
                "damaged or need single precision; choose another model or --precision fp32.",
            )
        job.facts = {**facts_of(predictor), "tiles": job.total, "weights_fingerprint": host.fingerprint(model)}
        if job.cancel.is_set():
            raise Cancelled

    def _encode(self, job: Job) -> None:
        if job.finished is None:
            job.finished = self._port.encode(job)
            self._cache.put(job.content_key, job.finished)
        self._port.deliver(job)
        job.free()

    def _preview(self, job: Job, alpha: Any) -> None:
        job.preview = self._port.preview(alpha)
        self._post(Event("preview", job))

    def _show(self, job: Job, stage: str, done: int, total: int) -> None:
        now = self._last_progress = time.monotonic()
        is_news = stage != job.stage or done == total or now - job.last_progress >= PROGRESS_INTERVAL_SECONDS
        job.stage, job.done, job.total = stage, done, total
        if is_news:
            job.last_progress = now
            self._post(Event("progress", job))
