"""The unfinished jobs of one client: sent on each new connection, moved by its messages, ended once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..wire.errors import SidecarError
from ..wire.framing import Message
from ..wire.limits import CLIENT_BYTES, CLIENT_JOBS
from .job import Job, JobResult
from .shared_memory import SlotPool
from .sockets import Sockets
from .transfer import Transfer

#: How often a job is sent again because its result had gone or the server was about to end.
RESENDS = 3
#: How many kills from outside a job outlasts beyond the restarts that a crash of its own may cost.
KILLS = 8
#: Jobs fewer than the server would take, for those that it has not yet noticed to be over.
SPARE_JOBS = 8
#: Pause after the server said that it has too many jobs.
PAUSE_SECONDS = 0.25


class PendingJobs:
    """Jobs by name, and their flights on the present connection; the client's thread owns it."""

    def __init__(self, tell: Callable[[str, Job | None], None], restarts: int) -> None:
        """Start empty.

        Args:
            tell: takes the events that the host polls.
            restarts: how often a job may crash the server and be sent again.
        """
        self._tell, self._restarts = tell, restarts
        self._jobs: dict[str, Job] = {}
        self._transfers: dict[str, Transfer] = {}
        self._suspects: list[Job] = []
        self._sockets: Sockets | None = None
        self._session = ""
        self._pool: SlotPool | None = None
        self._most_jobs, self._most_bytes, self._begin_at = CLIENT_JOBS - SPARE_JOBS, CLIENT_BYTES, 0.0

    def __bool__(self) -> bool:
        return bool(self._jobs)

    # ---- the connection

    def attach(self, sockets: Sockets, session: str, pool: SlotPool | None, limits: Mapping[str, Any]) -> None:
        """Begin anew on a connection that was greeted, within the server's limits for one client."""
        self._transfers.clear()
        self._sockets, self._session, self._pool = sockets, session, pool
        self._most_jobs = max(1, _count(limits, "client_jobs", CLIENT_JOBS) - SPARE_JOBS)
        self._most_bytes = _count(limits, "client_bytes", CLIENT_BYTES)

    def detach(self) -> None:
        """Note that the connection is gone."""
        self._transfers.clear()
        self._sockets, self._session, self._pool = None, "", None

    def move(self) -> None:
        """Send jobs that wait for the connection, no more than the server takes, and ask again for lost pieces."""
        if self._sockets is None:
            return
        self._begin_transfers(self._sockets)
        for transfer in list(self._transfers.values()):
            try:
                transfer.prepare()
                transfer.ask_again()
            except Exception as problem:
                self.break_off(transfer.job.name, problem)

    def _begin_transfers(self, sockets: Sockets) -> None:
        """Take the next jobs, interactive ones first, while the server has room for them."""
        if len(self._transfers) == len(self._jobs) or time.monotonic() < self._begin_at:
            return
        nbytes = sum(transfer.job.upload_bytes for transfer in self._transfers.values())
        waiting = [job for job in self._jobs.values() if job.name not in self._transfers]
        for job in sorted(waiting, key=lambda job: job.request.get("priority") == "batch"):
            nbytes += job.upload_bytes
            if self._transfers and (len(self._transfers) >= self._most_jobs or nbytes > self._most_bytes):
                return
            self._transfers[job.name] = Transfer(job, sockets, self._session, self._pool)

    def pump(self) -> bool:
        """Send pieces until the socket is full; True when there is more to send."""
        return any(transfer.pump() for transfer in list(self._transfers.values()))

    # ---- what the host wants

    def add(self, job: Job) -> None:
        """Take a job in."""
        self._jobs[job.name] = job

    def cancel(self, job: Job, *, is_answering: bool) -> None:
        """Tell the server if it knows the job; where no answer is to be expected the job ends here at once."""
        job.is_cancel_asked = True
        if not job.is_over and not (self._tell_cancel(job) and is_answering):
            self._end_cancelled(job)

    def expire(self, now: float, error: Callable[[], SidecarError]) -> None:
        """End the jobs whose time budget is used up."""
        for job in list(self._jobs.values()):
            if job.deadline is not None and now > job.deadline:
                self._tell_cancel(job)
                self._end(job, error=error())

    # ---- messages

    def on_accepted(self, message: Message) -> None:
        """Upload what the server asks for."""
        transfer = self._transfers.get(message.fields["job"])
        if transfer is not None:
            transfer.on_accepted(message.fields)
            self._tell("accepted", transfer.job)

    def on_progress(self, message: Message) -> None:
        """Note stage and tiles."""
        job = self._jobs.get(message.fields["job"])
        if job is not None:
            job.state = "running"
            job.stage, job.done, job.total = (message.fields[key] for key in ("stage", "done", "total"))
            self._tell("progress", job)

    def on_preview(self, message: Message) -> None:
        """Fetch the coarse alpha."""
        transfer = self._transfers.get(message.fields["job"])
        if transfer is not None:
            transfer.on_preview(message.fields)

    def on_result(self, message: Message) -> None:
        """Fetch the result, or end the job where nothing has to be fetched."""
        transfer = self._transfers.get(message.fields["job"])
        if transfer is not None and transfer.on_result(message.fields):
            self._end(transfer.job, result=transfer.result())

    def on_data(self, message: Message) -> None:
        """Take a piece of a result or a preview."""
        transfer = self._transfers.get(message.fields["job"])
        if transfer is None or message.payload is None:
            return
        had_preview = transfer.job.preview is not None
        if transfer.on_data(message.fields, message.payload):
            self._end(transfer.job, result=transfer.result())
        elif transfer.job.preview is not None and not had_preview:
            self._tell("preview", transfer.job)

    def on_cancelled(self, message: Message) -> None:
        """End a job that was cancelled or replaced."""
        job = self._jobs.get(message.fields["job"])
        if job is not None:
            reason = message.fields["reason"]
            sentence = "A newer request replaced the job." if reason == "superseded" else "The job was cancelled."
            self._end(job, error=SidecarError("cancelled", sentence, detail=reason))

    def on_slot(self, message: Message) -> None:
        """Take a slot that was ordered."""
        if self._pool is not None:
            self._pool.on_slot(message.fields)

    def on_slot_refusal(self, request: str) -> bool:
        """Go on without shared memory; False when no slot was ordered by this request."""
        return self._pool is not None and self._pool.on_refusal(request)

    def on_error(self, name: str, error: SidecarError) -> bool:
        """End a job, unless sending it again fixes the error; True when that needs another server."""
        job = self._jobs.get(name)
        if job is None:
            return False
        if error.code == "too_many_jobs" and job.state == "submitted":
            self._begin_at = time.monotonic() + PAUSE_SECONDS
            self._restart(job)
            return False
        is_worth_resending = error.code == "result_gone" or (error.code == "shutting_down" and job.state == "submitted")
        if not is_worth_resending or job.resends >= RESENDS:
            self._end(job, error=error)
            return False
        job.resends += 1
        self._restart(job)
        return error.code == "shutting_down"

    def _restart(self, job: Job) -> None:
        transfer = self._transfers.pop(job.name, None)
        if transfer is not None:
            transfer.release()

    def break_off(self, name: str, problem: Exception) -> None:
        """End one job that cannot be handled; the others go on."""
        job = self._jobs.get(name)
        if job is not None:
            text = (
                f"The job failed in an unforeseen way ({type(problem).__name__}: {str(problem)[:300]}): send it again."
            )
            self._end(job, error=problem if isinstance(problem, SidecarError) else SidecarError("internal", text))

    # ---- the server's end

    def on_goodbye(self) -> None:
        """End what the server had taken in; what it had not is for the next one."""
        for job in list(self._jobs.values()):
            if job.state != "submitted":
                error = SidecarError("shutting_down", "The sidecar ended before this frame: send it again.")
                self._end(job, error=error)

    def on_loss(self) -> None:
        """Suspect the jobs that were in work; all begin anew."""
        for job in [job for job in self._jobs.values() if job.is_cancel_asked]:
            self._end_cancelled(job)  # the server that was asked is gone, and no other shall begin it again
        self._suspects = [job for job in self._jobs.values() if job.state == "running"]
        for job in self._jobs.values():
            job.state, job.stage = "submitted", "queued"

    def count_crash(self, detail: str, *, is_kill: bool) -> None:
        """Count the server's death for the jobs it worked on; a job under which too many died fails alone.

        Args:
            detail: the end of the server's log.
            is_kill: no fault of the server's own was found, so somebody (or the system, for want of memory) killed it.
        """
        for job in self._suspects:
            job.kills += is_kill
            job.crashes += not is_kill
            if (job.crashes > self._restarts or job.kills > self._restarts + KILLS) and not job.is_over:
                count = job.crashes + job.kills
                text = f"The sidecar ended {count} times while it worked on this job: see its log."
                self._end(job, error=SidecarError("crashed", text, detail=detail))
        self._suspects = []

    def clear_crash(self) -> None:
        """Count nothing: the same server is still there."""
        self._suspects = []

    def _end_cancelled(self, job: Job) -> None:
        self._end(job, error=SidecarError("cancelled", "The job was cancelled before the sidecar answered."))

    def fail_all(self, error: SidecarError) -> None:
        """End every job."""
        for job in list(self._jobs.values()):
            self._end(job, error=error)

    def _tell_cancel(self, job: Job) -> bool:
        """Send `cancel` if the server knows the job."""
        transfer = self._transfers.get(job.name)
        if self._sockets is None or transfer is None or not transfer.is_sent:
            return False
        self._sockets.send("cancel", {"session": self._session, "job": job.name})
        return True

    def _end(self, job: Job, *, result: JobResult | None = None, error: SidecarError | None = None) -> None:
        transfer = self._transfers.pop(job.name, None)
        if transfer is not None:
            transfer.release()
            if self._sockets is not None:
                self._sockets.send("release", {"session": self._session, "job": job.name})
        self._jobs.pop(job.name, None)
        state = "done" if error is None else "cancelled" if error.code == "cancelled" else "failed"
        job.end(state, result=result, error=error)
        self._tell(state, job)


def _count(limits: Mapping[str, Any], name: str, default: int) -> int:
    value = limits.get(name)
    return value if isinstance(value, int) and value > 0 else default
