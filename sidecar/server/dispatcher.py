"""The dispatcher's thread: reads headers and never touches a pixel. One method a message."""

import hmac
import logging
import math
import time
from collections.abc import Callable
from typing import Any

from sidecar.server.config import ServerConfig
from sidecar.server.error_mapping import translate
from sidecar.server.job_manager import JobManager
from sidecar.server.jobs import Job
from sidecar.server.pipeline import Event
from sidecar.server.presence import Presence
from sidecar.server.sessions import Session
from sidecar.server.sockets import Sockets
from sidecar.server.status import capabilities, status_report
from sidecar.server.training import Training
from sidecar.wire.errors import SidecarError
from sidecar.wire.framing import Message, pack, unpack
from sidecar.wire.messages import PRIORITIES, TRAINING_COMMANDS
from sidecar.wire.sendable import sendable
from sidecar.wire.version import PROTOCOL, check_protocol

log = logging.getLogger(__name__)
TICK_SECONDS = 0.25
#: How long a host that has just started this server may take to greet it.
GREETING_SECONDS = 0.03


class Dispatcher:
    """Answers clients until somebody asks it to stop."""

    def __init__(
        self,
        config: ServerConfig,
        sockets: Sockets,
        job_manager: JobManager,
        training: Training,
        presence: Presence,
    ) -> None:
        """Take over bound sockets; nothing is answered before `run`."""
        self._config, self._sockets, self._job_manager, self._training = config, sockets, job_manager, training
        self._presence = presence
        self._handlers: dict[str, Callable[[bytes, dict[str, Any]], None]] = {
            name.removeprefix("_on_"): getattr(self, name) for name in dir(self) if name.startswith("_on_")
        }
        self._last_tick = 0.0
        self._is_over = False

    def run(self) -> None:
        """Serve until idle, drained or told to stop; an error ends the message, job or session that it came from."""
        # Who greeted while this was starting is answered before torch is imported, which holds the interpreter.
        self._turn(GREETING_SECONDS)
        self._job_manager.pipeline.start()
        while not self._is_over:
            self._turn(TICK_SECONDS)
        self._say_goodbye()

    def _turn(self, timeout_seconds: float) -> None:
        """Handle what comes within a while."""
        for socket, identity, frames in self._sockets.receive(timeout_seconds):
            self._answer(socket, identity, frames)
        for event in self._job_manager.events():
            try:
                self._take_event(event)
            except Exception as problem:
                self._end_broken(event.job, problem)
        if time.monotonic() - self._last_tick >= TICK_SECONDS:
            self._last_tick = time.monotonic()
            self._tick()

    def _answer(self, socket: str, identity: bytes, frames: list[Any]) -> None:
        """Handle one message; whatever is wrong with it becomes an `error` to its sender."""
        about: dict[str, Any] = {}
        try:
            message = unpack(frames)
            about = {key: message.fields[key] for key in ("job", "request") if key in message.fields}
            if message.kind in ("put", "fetch"):
                self._move_pixels(identity, message)
            elif message.kind in self._handlers and socket == "control":
                self._handlers[message.kind](identity, message.fields)
            else:
                raise SidecarError(
                    "bad_message", f"'{message.kind}' is not for the {socket} socket: see docs/protocol.md."
                )
        except SidecarError as error:
            log.debug("refused: %s", error.sentence)
            self._sockets.send(socket, identity, pack("error", {**error.fields(), **about}))
        except Exception as problem:
            log.exception("a message could not be handled")
            self._sockets.send(socket, identity, pack("error", {**translate(problem).fields(), **about}))

    def _end_broken(self, job: Job, problem: Exception) -> None:
        """End one job whose state or reply could not be handled; the others and this thread go on."""
        log.error("job %s cannot be reported", job.name[:40], exc_info=problem)
        self._job_manager.break_off(job, translate(problem))
        self._report(job)

    def _send(self, session: Session | None, kind: str, fields: dict[str, Any]) -> None:
        if session is not None:
            self._sockets.send("control", session.control_identity, pack(kind, fields))

    # ---- sessions

    def _on_hello(self, identity: bytes, fields: dict[str, Any]) -> None:
        check_protocol(fields["protocol"], who=f"the client '{fields['client'][:40]}'")
        if not hmac.compare_digest(fields.get("token", "").encode(), self._sockets.endpoint.token.encode()):
            raise SidecarError("unauthorised", "The token is not that of this sidecar: read its endpoint file again.")
        if self._job_manager.is_draining:
            raise SidecarError("shutting_down", "This sidecar is ending: start or wait for another.")
        session = self._job_manager.sessions.open(fields["client"], fields["client_id"], identity)
        log.info("client %s says hello (%d connected)", session.client, len(self._job_manager.sessions))
        about = capabilities(self._config, self._sockets.endpoint, self._job_manager, is_local=self._sockets.is_local)
        self._send(session, "capabilities", {"protocol": list(PROTOCOL), "session": session.name, **about})

    def _on_ping(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        self._send(
            session,
            "pong",
            {
                "instance": self._sockets.endpoint.instance,
                "state": self._job_manager.state,
                "jobs": len(session.unfinished),
                "worker_age_seconds": self._job_manager.pipeline.worker_age_seconds,
            },
        )

    def _session(self, identity: bytes, fields: dict[str, Any]) -> Session:
        """Find the session; the routing identity moves along when a client reconnects."""
        session = self._job_manager.sessions.get(fields["session"])
        session.control_identity = identity
        return session

    # ---- jobs

    def _on_submit(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        if fields.get("priority", PRIORITIES[0]) not in PRIORITIES:
            raise SidecarError("bad_option", f"priority must be one of {', '.join(PRIORITIES)}: correct it.")
        job, superseded = self._job_manager.submit(session, fields)
        for old in superseded:
            self._cancel(session, old, "superseded")
        if job.is_over:
            self._report(job)
            return
        waiting_for = [name for name, upload in job.uploads.items() if not upload.is_complete]
        position = self._job_manager.enqueue(job) if not waiting_for else len(self._job_manager.queue)
        self._send(session, "accepted", {"job": job.name, "position": position, "uploads": waiting_for})

    def _move_pixels(self, identity: bytes, message: Message) -> None:
        session = self._job_manager.sessions.get(message.fields["session"])
        fields = message.fields
        if message.kind == "put":
            piece = message.payload or memoryview(b"")
            self._job_manager.put(session, fields["job"], fields["image"], fields["offset"], piece)
            return
        blob, piece = self._job_manager.piece(session, fields["job"], fields["blob"], fields["offset"], fields["bytes"])
        about = {"job": fields["job"], "blob": fields["blob"], "offset": fields["offset"], "total": blob.data.nbytes}
        self._sockets.send("data", identity, pack("data", about, piece))

    def _on_cancel(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        job = session.jobs.get(fields["job"])
        if job is None:
            raise SidecarError("unknown_job", "There is no such job to cancel: it may have been released.")
        if job.is_over:
            self._report(job)
        else:
            self._cancel(session, job, "requested")

    def _on_release(self, identity: bytes, fields: dict[str, Any]) -> None:
        self._job_manager.release(self._session(identity, fields), fields["job"])

    def _cancel(self, session: Session | None, job: Job, reason: str) -> None:
        """End a waiting job at once; a running one ends between two tiles and its step reports it."""
        if self._job_manager.cancel(job, reason):
            self._report(job, session)

    def _take_event(self, event: Event) -> None:
        job = event.job
        if event.kind in ("progress", "preview"):
            if not job.is_over:
                self._show(event.kind, job)
            return
        if self._job_manager.finish(job, event.value):
            self._report(job)

    def _show(self, kind: str, job: Job) -> None:
        session = self._job_manager.session_of(job)
        if kind == "preview" and job.preview is not None:
            self._send(session, "preview", {"job": job.name, "image": job.preview.image})
        else:
            about = {"job": job.name, "stage": job.stage, "done": job.done, "total": job.total}
            self._send(session, "progress", about)

    def _report(self, job: Job, session: Session | None = None) -> None:
        """Tell a job's end, again if asked again."""
        session = session or self._job_manager.session_of(job)
        if job.state == "done" and job.finished is not None:
            made = {"warnings": sendable(job.finished.warnings), "facts": sendable(job.finished.facts)}
            about = {"images": job.result_images, "timings": job.timings, "is_cached": job.is_cached}
            self._send(session, "result", {"job": job.name, **about, **made})
        elif job.state == "cancelled":
            self._send(session, "cancelled", {"job": job.name, "reason": job.cancel_reason, "tiles_done": job.done})
        elif job.error is not None:
            self._send(session, "error", {"job": job.name, **job.error.fields()})

    # ---- looking and managing

    def _on_status(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        report = status_report(self._config, self._sockets.endpoint, self._job_manager)
        self._send(session, "status_reply", {**report, "training": self._training.summary()})

    def _on_models(self, identity: bytes, fields: dict[str, Any]) -> None:
        self._send(self._session(identity, fields), "models_reply", {"models": self._job_manager.models()})

    def _on_slot_open(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        if not self._sockets.is_local:
            raise SidecarError("bad_option", "Shared memory works on one machine only: send the pixels inline.")
        slot = session.slots.open(fields["bytes"])
        about = {"request": fields["request"], "slot": slot.name, "path": slot.path, "bytes": slot.nbytes}
        self._send(session, "slot", about)

    def _on_slot_close(self, identity: bytes, fields: dict[str, Any]) -> None:
        self._session(identity, fields).slots.close(fields["slot"])

    def _on_shutdown(self, identity: bytes, fields: dict[str, Any]) -> None:
        self._session(identity, fields)
        if fields["how"] not in ("drain", "now"):
            raise SidecarError("bad_option", "shutdown.how must be 'drain' or 'now': correct it.")
        log.info("asked to stop: %s", fields["how"])
        self._job_manager.drain(0.0 if fields["how"] == "now" else self._config.drain_seconds)

    def _on_train_start(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        if not self._sockets.is_local:
            raise SidecarError("unauthorised", "Training can be started from the sidecar's own machine only.")
        self._training.start(fields.get("command", TRAINING_COMMANDS[0]), fields["arguments"])
        self._send(session, "train_reply", self._training.report(0))

    def _on_train_status(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        self._send(session, "train_reply", self._training.report(fields.get("log_lines", 20)))

    def _on_train_stop(self, identity: bytes, fields: dict[str, Any]) -> None:
        session = self._session(identity, fields)
        self._training.stop()
        self._send(session, "train_reply", self._training.report(20))

    # ---- time

    def _tick(self) -> None:
        now = time.monotonic()
        if not self._job_manager.is_draining and not self._presence.repair():
            self._job_manager.drain(self._config.drain_seconds)
        try:
            self._training.tick()
        except Exception:
            log.exception("the training run cannot be looked at")
        for session in self._job_manager.sessions:
            try:
                self._look_at(session, now)
            except Exception:
                log.exception("client %s is dropped: its state cannot be handled", session.client)
                self._job_manager.forget(session)
        self._is_over = self._job_manager.is_drained(now) or self._is_idle(now)

    def _look_at(self, session: Session, now: float) -> None:
        """End a session that is silent, and its jobs whose time is over."""
        if now - session.last_heard > self._config.session_seconds:
            log.warning("client %s has vanished; its %d jobs end", session.client, len(session.unfinished))
            self._job_manager.forget(session)
            return
        for job in session.unfinished:
            if now > job.deadline and not job.cancel.is_set():
                self._cancel(session, job, "timed_out")

    def _is_idle(self, now: float) -> bool:
        idle_seconds = self._config.idle_seconds or math.inf
        return (
            now - self._job_manager.last_work > idle_seconds
            and not self._job_manager.is_busy
            and not self._training.is_running
        )

    def request_drain(self) -> None:
        """Ask the loop to finish what was accepted and end; a second time it ends at once. Safe in a signal handler."""
        self._job_manager.drain(0.0 if self._job_manager.is_draining else self._config.drain_seconds)
        self._sockets.wake()

    def _say_goodbye(self) -> None:
        reason = "drained" if self._job_manager.is_draining else "idle"
        sentence = (
            "The sidecar ended as it was asked to." if reason == "drained" else "The sidecar ended: it had no work."
        )
        for session in self._job_manager.sessions:
            for job in session.unfinished:
                error = SidecarError("shutting_down", "The sidecar ended before this frame: send it again.")
                job.cancel.set()
                self._send(session, "error", {"job": job.name, **error.fields()})
            self._send(session, "goodbye", {"reason": reason, "sentence": sentence})
        log.info("ends: %s", reason)
