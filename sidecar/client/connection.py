"""The connection between one client and its sidecar, on the client's own thread: find, greet, watch, fix."""

from __future__ import annotations

import queue
import time
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

import zmq

from ..runtime.endpoint import Endpoint
from ..runtime.wakeup import Wakeup
from ..wire.errors import SidecarError
from ..wire.framing import Message
from ..wire.version import PROTOCOL, check_protocol
from .job import Job
from .launch import Launcher, has_crashed
from .pending_jobs import PendingJobs
from .pending_replies import PendingReplies
from .shared_memory import SlotPool
from .sockets import DISCONNECTED, HANDSHAKE_BROKE, Sockets

PING_SECONDS = 0.5
#: Silence after which the sidecar is called unresponsive.
QUIET_SECONDS = 2.0
#: A greeting that is not answered by then goes to whoever is published now.
GREETING_SECONDS = 2.5
TICK_MILLISECONDS = 100
#: Pause after a connection that broke before it was greeted.
RECONNECT_SECONDS = 0.2
#: Handshakes of a server on another machine that may break before its key is called wrong.
REFUSALS = 4
#: Unforeseen errors in a row before the jobs are given up.
FAILURES = 10


class Connection:
    """The state of the connection. `post` may be called from any thread, `run` owns everything else.

    Attributes:
        state: `asleep`, `starting`, `greeting`, `connected`, `unresponsive` or `failed`.
        sentence: what that means, for people.
    """

    def __init__(
        self,
        name: str,
        *,
        launcher: Launcher | None,
        endpoint: Endpoint | None,
        keys: tuple[bytes, bytes] | None,
        uses_shared_memory: bool,
        patience_seconds: float,
        restarts: int,
    ) -> None:
        """Connect to nothing yet; exactly one of launcher and endpoint is given."""
        self.state, self.sentence = "asleep", "Not connected yet."
        self.capabilities: dict[str, Any] = {}
        self.events: deque[tuple[str, Job | None]] = deque(maxlen=10000)
        self.commands: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._name, self._client_id = name, uuid.uuid4().hex
        self._launcher, self._endpoint, self._keys = launcher, endpoint, keys
        self._uses_shared_memory = uses_shared_memory
        self._patience_seconds = patience_seconds
        self._context: zmq.Context[Any] = zmq.Context()
        self._wakeup = Wakeup()
        self._sockets: Sockets | None = None
        self._session = ""
        self._jobs = PendingJobs(self._tell, restarts)
        self._replies = PendingReplies()
        # Job messages go to the book, replies to the questions; the rest concerns the connection.
        self._handlers: dict[str, Callable[[Message], object]] = {
            "capabilities": self._on_capabilities,
            "accepted": self._jobs.on_accepted,
            "progress": self._jobs.on_progress,
            "preview": self._jobs.on_preview,
            "result": self._jobs.on_result,
            "data": self._jobs.on_data,
            "cancelled": self._jobs.on_cancelled,
            "slot": self._jobs.on_slot,
            "status_reply": self._on_reply,
            "models_reply": self._on_reply,
            "train_reply": self._on_reply,
            "error": self._on_error,
            "pong": self._on_pong,
            "goodbye": self._on_goodbye,
        }
        self._seeking_since = self._greeted_at = self._heard_at = self._pinged_at = self._connect_at = 0.0
        self._greeted_instance, self._refusals, self._failures = "", 0, 0
        self._is_closed = False

    # ---- from other threads

    def post(self, command: str, value: Any = None) -> None:
        """Hand a command to the thread: `submit`, `cancel`, `ask` or `close`."""
        self.commands.put((command, value))
        self._wakeup.signal()

    def run(self) -> None:
        """Be the client's thread until `close`."""
        self._seek()
        try:
            while not self._is_closed:
                try:
                    self._wait()
                    self._take_commands()
                    self._connect()
                    self._listen()
                    self._watch()
                    self._move()
                except Exception as problem:
                    self._start_over(problem)
        finally:
            self._fail_all(
                SidecarError("closed", "The client was closed before the job was over: submit it to a new one.")
            )
            self._hang_up()
            self._wakeup.close()
            self._context.term()

    def _start_over(self, problem: Exception) -> None:
        """Go on after what nobody foresaw: with a new connection, and if that keeps failing without the jobs."""
        self._failures += 1
        if self._failures > FAILURES:
            self._failures = 0
            self._give_up(SidecarError("internal", f"The client failed in an unforeseen way ({problem!r:.300})."))
        else:
            self._seek(f"Looking for the sidecar again after an unforeseen error ({problem!r:.300}).")
            time.sleep(0.05)

    # ---- one turn of the loop

    def _wait(self) -> None:
        poller = zmq.Poller()
        poller.register(self._wakeup.pollable, zmq.POLLIN)
        if self._sockets is not None:
            for one in self._sockets.pollable:
                poller.register(one, zmq.POLLIN)
            if self._jobs.pump():
                poller.register(self._sockets.data, zmq.POLLIN | zmq.POLLOUT)
        poller.poll(20 if self.state == "starting" else TICK_MILLISECONDS)
        self._wakeup.clear()

    def _take_commands(self) -> None:
        while True:
            try:
                command, value = self.commands.get_nowait()
            except queue.Empty:
                return
            if command == "close":
                self._is_closed = True
            elif command == "submit":
                self._jobs.add(value)
                self._wake_up()
            elif command == "ask":
                self._replies.add(value)
                self._wake_up()
            elif command == "cancel":
                try:
                    self._jobs.cancel(value, is_answering=self.state == "connected")
                except Exception as problem:
                    self._jobs.break_off(value.name, problem)

    def _connect(self) -> None:
        """Look for a sidecar, start one if this is local, and greet it."""
        if self.state != "starting" or time.monotonic() < self._connect_at:
            return
        endpoint = self._endpoint
        if self._launcher is not None:
            try:
                endpoint = self._launcher.step()
            except SidecarError as error:
                self._give_up(error)
                return
        if endpoint is None:
            return
        self._hang_up()
        if endpoint.instance != self._greeted_instance:
            # Another server than the last one that was tried, so it has all the patience again.
            self._greeted_instance, self._seeking_since, self._refusals = endpoint.instance, time.monotonic(), 0
        try:
            self._sockets = Sockets(self._context, endpoint, self._keys)
        except SidecarError as error:
            if self._launcher is None or time.monotonic() - self._seeking_since > self._patience_seconds:
                self._give_up(error)
            self._connect_at = time.monotonic() + RECONNECT_SECONDS
            return
        about = {"protocol": list(PROTOCOL), "client": self._name, "client_id": self._client_id}
        self._sockets.send("hello", {**about, "token": endpoint.token})
        self._greeted_at = time.monotonic()
        self._turn("greeting", f"Waiting for an answer of {endpoint.control}.")

    def _listen(self) -> None:
        sockets = self._sockets
        if sockets is None:
            return
        # Troubles are looked at first but handled last: what was sent before the connection ended still counts.
        troubles, messages = sockets.troubles(), sockets.messages()
        for message in messages:
            if self._sockets is not sockets:
                return
            self._heard_at = time.monotonic()
            if self.state == "unresponsive":
                self._turn("connected", "The sidecar answers again.")
            self._handle(message)
        for trouble in troubles:
            if self._sockets is sockets:
                self._on_trouble(trouble)

    def _watch(self) -> None:
        """Ping, notice silence, and enforce the time budgets of jobs."""
        now = time.monotonic()
        if self.state in ("connected", "unresponsive") and self._sockets is not None:
            if now - self._pinged_at >= PING_SECONDS:
                self._pinged_at = now
                self._sockets.send("ping", {"session": self._session})
            if now - self._heard_at > QUIET_SECONDS:
                self._on_silence(now - self._heard_at)
        elif self.state == "greeting" and now - self._greeted_at > GREETING_SECONDS:
            self._on_silent_greeting(now)
        self._jobs.expire(now, lambda: SidecarError("timed_out", self._late_sentence()))
        self._replies.drop_late(now, self._late_answer)
        if self._launcher is not None:
            self._launcher.reap()

    def _move(self) -> None:
        """Send jobs and questions that wait for the connection."""
        if self.state != "connected" or self._sockets is None:
            return
        self._jobs.move()
        self._replies.send(self._sockets.send, self._session)

    # ---- messages

    def _handle(self, message: Message) -> None:
        """Pass a message on; what only servers should get, or what a newer minor version sends, is skipped."""
        handler = self._handlers.get(message.kind)
        if handler is None:
            return
        try:
            handler(message)
        except Exception as problem:
            if "job" not in message.fields:
                raise
            self._jobs.break_off(message.fields["job"], problem)

    def _on_capabilities(self, message: Message) -> None:
        check = message.fields
        if self._sockets is None:
            return
        try:
            check_protocol(check["protocol"], who=f"the sidecar (process {check['pid']})")
        except SidecarError as error:
            self._give_up(error)
            return
        if self.capabilities.get("instance", check["instance"]) != check["instance"]:
            self._jobs.count_crash("", is_kill=True)  # a server elsewhere was restarted; a mere break charges nobody
        self._jobs.clear_crash()
        self.capabilities, self._session = check, check["session"]
        can_share = self._uses_shared_memory and "shm" in check["transports"] and self._launcher is not None
        pool = SlotPool(self._sockets, self._session, check["limits"]) if can_share else None
        self._jobs.attach(self._sockets, self._session, pool, check["limits"])
        self._seeking_since, self._failures, self._refusals = 0.0, 0, 0
        if self._launcher is not None:
            self._launcher.settle()
        self._turn("connected", f"Connected to sidecar {check['version']} (process {check['pid']}).")

    def _on_error(self, message: Message) -> None:
        fields = message.fields
        error = SidecarError(
            fields["code"], fields["sentence"], detail=fields.get("detail", ""), retryable=fields["retryable"]
        )
        if error.code == "unknown_session":
            self._seek()
        elif self.state == "greeting":
            self._on_refused_greeting(error)
        elif "request" in fields and self._jobs.on_slot_refusal(fields["request"]):
            return
        elif "job" not in fields:
            self._replies.on_error(error)
        elif self._jobs.on_error(fields["job"], error):
            self._seek()

    def _on_reply(self, message: Message) -> None:
        self._replies.on_reply(message.kind, message.fields)

    def _on_pong(self, message: Message) -> None:
        news = {key: message.fields[key] for key in ("state", "worker_age_seconds")}
        self.capabilities = {**self.capabilities, **news}

    def _on_goodbye(self, message: Message) -> None:
        self._jobs.on_goodbye()
        self._hang_up()
        self._turn("asleep", message.fields["sentence"])
        if self._jobs or self._replies:
            self._wake_up()

    # ---- trouble

    def _on_trouble(self, trouble: str) -> None:
        is_break = trouble in (DISCONNECTED, HANDSHAKE_BROKE)
        if self.state in ("connected", "unresponsive"):
            if is_break:
                self._lose("The connection to the sidecar broke; looking for it.")
        elif is_break and self._launcher is not None:
            self._connect_at = time.monotonic() + RECONNECT_SECONDS
            self._turn("starting", "The sidecar ended while it was greeted; looking for it.")
        elif is_break and (trouble == DISCONNECTED or self._refusals < REFUSALS):
            # ZeroMQ tries again. A server that dies just then breaks it as a wrong key does, but not again and again.
            self._refusals += trouble == HANDSHAKE_BROKE
        elif self.state == "greeting":
            where = self._sockets.endpoint.control if self._sockets else "the sidecar"
            self._give_up(SidecarError("unauthorised", f"{where} refused this client: {trouble}."))

    def _on_silence(self, seconds: float) -> None:
        if self._launcher is not None and self._launcher.find() is None:
            self._lose("The sidecar is gone; starting it again.")
            return
        pid = self.capabilities.get("pid", 0)
        self._turn(
            "unresponsive",
            f"The sidecar (process {pid}) has not answered for {seconds:.1f} s; it may be stopped or swapped out.",
        )

    def _on_silent_greeting(self, now: float) -> None:
        where = self._sockets.endpoint.control if self._sockets else "the sidecar"
        if now - self._seeking_since > self._patience_seconds:
            code = "unresponsive" if self._launcher is not None else "unreachable"
            sentence = (
                f"{where} did not answer within {self._patience_seconds:.0f} s: check that it runs and can be reached."
            )
            self._give_up(SidecarError(code, sentence))
        else:
            self._turn("starting", f"{where} does not answer; it may be stopped. Trying again.")

    def _on_refused_greeting(self, error: SidecarError) -> None:
        if error.retryable and time.monotonic() - self._seeking_since < self._patience_seconds:
            self._hang_up()
            self._turn("starting", error.sentence)  # it is ending, or full: look again
        else:
            self._give_up(error)

    def _lose(self, sentence: str) -> None:
        """The server is gone: charge the jobs it was working on, then look for the next server."""
        log = self._sockets.endpoint.log if self._sockets is not None else ""
        detail = self._launcher.log_tail(log) if self._launcher is not None else ""
        is_dead = self._launcher is not None and self._launcher.find() is None
        self._jobs.on_loss()
        if is_dead:
            self._jobs.count_crash(detail, is_kill=not has_crashed(log))
        self._seek(sentence)

    def _give_up(self, error: SidecarError) -> None:
        """Fail what waits; the next submit tries again."""
        self._hang_up()
        self._turn("failed", error.sentence)
        self._fail_all(error)

    # ---- small things

    def _seek(self, sentence: str = "Looking for the sidecar.") -> None:
        self._hang_up()
        self._seeking_since, self._connect_at = time.monotonic(), 0.0
        self._turn("starting", sentence)

    def _wake_up(self) -> None:
        if self.state in ("asleep", "failed"):
            self._seek()

    def _hang_up(self) -> None:
        if self._sockets is not None:
            self._sockets.close()
        self._sockets = None
        self._session = ""
        self._jobs.detach()
        self._replies.unsend()

    def _turn(self, state: str, sentence: str) -> None:
        is_new = (state, sentence) != (self.state, self.sentence)
        self.state, self.sentence = state, sentence
        if is_new:
            self._tell("connection", None)

    def _tell(self, kind: str, job: Job | None) -> None:
        self.events.append((kind, job))

    def _fail_all(self, error: SidecarError) -> None:
        self._jobs.fail_all(error)
        self._replies.fail_all(error)

    def _late_answer(self) -> SidecarError:
        code = "unresponsive" if self.state == "unresponsive" else "timed_out"
        return SidecarError(code, self._late_sentence())

    def _late_sentence(self) -> str:
        return f"The time was over before an answer came ({self.sentence}): allow more time or look at the sidecar."
