"""Which session has which job in which state, and what is kept in memory for whom: the dispatcher's state."""

import logging
import math
import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

from sidecar.server.cache import Blob, ResultCache
from sidecar.server.config import ServerConfig
from sidecar.server.image_io import ImageIO
from sidecar.server.jobs import CANCELLED, DONE, FAILED, QUEUED, RUNNING, WAITING, Job, JobQueue
from sidecar.server.model_cache import LoadPredictor, ModelCache
from sidecar.server.model_registry import ModelRegistry, described
from sidecar.server.pipeline import Event, Pipeline
from sidecar.server.retained_results import RetainedResults
from sidecar.server.sessions import Session, Sessions
from sidecar.server.submission import announced_uploads, slot_views
from sidecar.wire.errors import SidecarError
from sidecar.wire.limits import CHUNK_BYTES

log = logging.getLogger(__name__)
#: Models in one list; the longest possible names and licences of so many fit into a header of 64 kB.
LISTED_MODELS = 80


class JobManager:
    """State of all jobs; only the dispatcher's thread calls it, but for `post`."""

    def __init__(self, config: ServerConfig, load: LoadPredictor, wake: Callable[[], None]) -> None:
        """Make the pipeline without starting it."""
        self._config = config
        self._wake = wake
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._ends_at = math.inf
        self.started = self.last_work = time.monotonic()
        self.finished_jobs = self.failed_jobs = 0
        self.sessions = Sessions(config.limits)
        self.queue = JobQueue()
        self.retained_results = RetainedResults(config.limits.results_bytes)
        self.cache = ResultCache(config.limits.cache_bytes)
        self.find_models = ModelRegistry(config.weights, config.models_directories)
        self.hosts = [
            ModelCache(load, self.find_models, device=device, precision=config.precision, capacity=config.limits.models)
            for device in config.devices
        ]
        port = ImageIO(config)
        self.pipeline = Pipeline(self.queue, self.hosts, port, self.cache, self.post)

    def post(self, event: Event) -> None:
        """Hand an event of another thread to the dispatcher's thread."""
        self._events.put(event)
        self._wake()

    def events(self) -> Iterator[Event]:
        """Take the events that have come."""
        while True:
            try:
                event = self._events.get_nowait()
            except queue.Empty:
                return
            if event.kind == "progress" and event.job.state == QUEUED:
                event.job.state = RUNNING
            yield event

    # ---- one job

    def submit(self, session: Session, request: dict[str, Any]) -> tuple[Job, list[Job]]:
        """Take a job in, or find it again when it was sent before; also the older jobs that it replaces.

        Raises:
            SidecarError: what is wrong with it, before any memory is taken.
        """
        if self.is_draining:
            raise SidecarError("shutting_down", "This sidecar is ending: send the job to the next one.")
        self.last_work = time.monotonic()
        known = session.jobs.get(request["job"])
        if known is not None and self._is_worth_keeping(known):
            return known, []
        if len(session.unfinished) >= self._config.limits.client_jobs:
            limit = self._config.limits.client_jobs
            raise SidecarError("too_many_jobs", f"This client has {limit} unfinished jobs already: wait for some.")
        uploads = announced_uploads(session, request, self._config.limits)
        deadline = time.monotonic() + request.get("timeout_seconds", math.inf)
        job = Job(request["job"], session.client_id, request, uploads, slot_views(session, request), deadline)
        session.jobs[job.name] = job
        key = request.get("coalesce")
        others = [other for other in session.unfinished if other is not job]
        return job, [other for other in others if key and other.request.get("coalesce") == key]

    def enqueue(self, job: Job) -> int:
        """Put a complete job in line (once) and return its position."""
        if job.state != WAITING:
            return 0
        job.state = QUEUED
        return self.queue.add(job)

    def put(self, session: Session, name: str, image: str, offset: int, piece: memoryview) -> None:
        """Take a piece of a picture; the last one queues the job.

        Raises:
            SidecarError: code `unknown_job` or `bad_message`.
        """
        job = session.jobs.get(name)
        if job is None:
            raise SidecarError("unknown_job", "Pixels came for a job that is not known: submit it first.")
        if job.state != WAITING:
            return  # cancelled meanwhile, or a repeated upload of a job that has all its pixels
        if image not in job.uploads:
            raise SidecarError("bad_message", f"The job did not announce pixels for '{image[:40]}': announce them.")
        job.uploads[image].add(offset, piece)
        if all(upload.is_complete for upload in job.uploads.values()):
            self.enqueue(job)

    def piece(self, session: Session, name: str, blob_name: str, offset: int, nbytes: int) -> tuple[Blob, memoryview]:
        """Return a part of a result or preview.

        Raises:
            SidecarError: code `result_gone` or `bad_message`.
        """
        job = session.jobs.get(name)
        blobs = {} if job is None else job.blobs
        if blob_name not in blobs:
            raise SidecarError(
                "result_gone", "The result was released or made room for newer ones: send the job again."
            )
        blob = blobs[blob_name]
        if not 0 < nbytes <= CHUNK_BYTES or offset >= blob.data.nbytes:
            raise SidecarError("bad_message", f"A piece has 1 to {CHUNK_BYTES} bytes inside the blob: ask for less.")
        return blob, blob.data[offset : offset + nbytes]

    def cancel(self, job: Job, reason: str) -> bool:
        """Ask a job to end; True when it has ended already, False when its running step will say so."""
        job.cancel_reason = reason
        job.cancel.set()
        if job.state == WAITING or self.queue.remove(job):
            return self.finish(job, SidecarError("cancelled", "The job was cancelled before it began."))
        return False

    def finish(self, job: Job, error: SidecarError | None) -> bool:
        """Note a job's end and let its pixels go; False when nobody is left who wants to hear of it."""
        self.last_work = time.monotonic()
        if self.session_of(job) is None:  # its client vanished, or sent another job under its name
            job.state = CANCELLED
            job.free()
            self.retained_results.drop(job)
            return False
        if job.is_over:
            return False
        if error is None:
            job.state = DONE
            self.finished_jobs += 1
            self.retained_results.keep(job)
        elif error.code == "cancelled" and job.cancel_reason == "timed_out":
            job.state, job.error = (
                FAILED,
                SidecarError("timed_out", "The job's time was over before it was done: allow more."),
            )
        elif error.code == "cancelled":
            job.state = CANCELLED
        else:
            job.state, job.error = FAILED, error
            self.failed_jobs += 1
        job.free()
        self._forget_oldest(job.client_id)
        log.info("job %s of %s: %s %s", job.name[:40], job.request.get("label", ""), job.state, job.timings)
        return True

    def break_off(self, job: Job, error: SidecarError) -> None:
        """End a job in whatever state it is, because its end or its reply cannot be handled."""
        job.state, job.error = FAILED, error
        job.cancel.set()
        job.free()
        self.retained_results.drop(job)
        self.failed_jobs += 1

    def release(self, session: Session, name: str) -> None:
        """Forget a job that is over."""
        job = session.jobs.get(name)
        if job is not None and job.is_over:
            del session.jobs[name]
            self.retained_results.drop(job)

    def session_of(self, job: Job) -> Session | None:
        """Return the session that still wants to hear of this very job."""
        session = self.sessions.of(job.client_id)
        return session if session is not None and session.jobs.get(job.name) is job else None

    def forget(self, session: Session) -> None:
        """End a session: its jobs stop, its memory goes. What a step still works on goes when that step ends."""
        self.sessions.close(session)
        for job in session.jobs.values():
            if job.is_over:
                self.retained_results.drop(job)
            else:
                self.cancel(job, "client_vanished")

    # ---- the whole

    @property
    def is_busy(self) -> bool:
        """Whether any job is not over."""
        return any(session.unfinished for session in self.sessions)

    @property
    def is_draining(self) -> bool:
        """Whether the server is about to end."""
        return self._ends_at < math.inf

    @property
    def state(self) -> str:
        """`loading`, `ready` or `draining`."""
        if self.is_draining:
            return "draining"
        return "ready" if self.pipeline.is_ready else "loading"

    def drain(self, seconds: float) -> None:
        """Accept nothing more; accepted jobs may take so long."""
        self._ends_at = min(self._ends_at, time.monotonic() + seconds)

    def is_drained(self, now: float) -> bool:
        """Whether the server may end now."""
        return self.is_draining and (now >= self._ends_at or not self.is_busy)

    def models(self) -> list[dict[str, Any]]:
        """List the models that can be asked for now."""
        loaded = {name for host in self.hosts for name in host.loaded}
        found = list(self.find_models().items())[:LISTED_MODELS]
        return [described(name, file, is_loaded=name in loaded) for name, file in found]

    def _is_worth_keeping(self, job: Job) -> bool:
        """Say whether a job sent again is the same one; its unfinished uploads begin anew."""
        if job.state == DONE:
            return job.finished is not None
        if job.is_over or job.cancel.is_set():
            return False
        for upload in job.uploads.values():
            if not upload.is_complete:
                upload.pieces.clear()
                upload.received = 0
        return True

    def _forget_oldest(self, client_id: str) -> None:
        """Drop the oldest finished jobs of a client that never releases any."""
        session = self.sessions.of(client_id)
        if session is None:
            return
        over = [job for job in session.jobs.values() if job.is_over]
        for job in over[: max(0, len(over) - self._config.limits.client_jobs)]:
            del session.jobs[job.name]
            self.retained_results.drop(job)
