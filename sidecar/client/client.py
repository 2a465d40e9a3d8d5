"""What hosts use: `submit` and look at the job now and then, or `matte` and wait. Nothing else blocks."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..runtime import keys as key_files
from ..runtime.endpoint import remote_endpoint, runtime_directory
from ..wire.errors import SidecarError
from .arguments import check_fields, check_submit, named_values, plain, seconds
from .connection import Connection
from .job import Job, JobResult
from .launch import Launcher
from .pending_replies import PendingReply
from .request import Picture, build_request


class Client:
    """A connection to one sidecar that fixes itself. Make it with `local` or `remote`; safe to use from any thread."""

    def __init__(self, connection: Connection) -> None:
        """Start the client's thread."""
        self._connection = connection
        self._thread = threading.Thread(target=connection.run, name="lfpnet-client", daemon=True)
        self._is_closed = False
        self._thread.start()

    @classmethod
    def local(
        cls,
        name: str,
        *,
        command: Sequence[str] | None = None,
        directory: Path | None = None,
        environment: Mapping[str, str] | None = None,
        uses_shared_memory: bool = True,
        patience_seconds: float = 30.0,
        restarts: int = 1,
    ) -> Client:
        """Connect to this user's sidecar on this machine and start it if there is none.

        Args:
            name: what the host is called, for `lfpnet status`.
            command: what starts a server; None finds the installed `lfpnet serve`.
            directory: the runtime directory; None takes the user's own.
            environment: further variables for a started server.
            uses_shared_memory: False sends arrays through the socket.
            patience_seconds: how long to look for an answering sidecar before waiting jobs fail.
            restarts: how often a job may crash the sidecar and be sent again.

        Raises:
            SidecarError: code `unauthorised` when the runtime directory is not private.
        """
        folder = runtime_directory({"LFPNET_RUNTIME_DIR": str(directory)} if directory else None)
        return cls(
            Connection(
                name,
                launcher=Launcher(folder, command, environment=environment, patience_seconds=patience_seconds),
                endpoint=None,
                keys=None,
                uses_shared_memory=uses_shared_memory,
                patience_seconds=patience_seconds,
                restarts=restarts,
            )
        )

    @classmethod
    def remote(
        cls, name: str, address: str, *, server_key: Path, secret: Path, patience_seconds: float = 10.0
    ) -> Client:
        """Connect to a sidecar on another machine, encrypted both ways.

        Args:
            name: what the host is called.
            address: `tcp://host:port`; pixels use the next port.
            server_key: the server's public key file.
            secret: this client's `.secret` file, whose public half the server lists.
            patience_seconds: how long to try before waiting jobs fail.

        Raises:
            SidecarError: code `bad_option` or `unauthorised` when address or keys cannot be used.
        """
        endpoint = remote_endpoint(address, key_files.load_public(server_key).decode("ascii"))
        return cls(
            Connection(
                name,
                launcher=None,
                endpoint=endpoint,
                keys=key_files.load_pair(secret),
                uses_shared_memory=False,
                patience_seconds=patience_seconds,
                restarts=1,
            )
        )

    def __enter__(self) -> Client:  # noqa: PYI034 - Self needs Python 3.11, hosts have 3.9
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- never blocks

    @property
    def state(self) -> str:
        """`asleep`, `starting`, `greeting`, `connected`, `unresponsive` or `failed`."""
        return self._connection.state

    @property
    def sentence(self) -> str:
        """What the state means, for a panel."""
        return self._connection.sentence

    @property
    def capabilities(self) -> Mapping[str, Any]:
        """What the sidecar says about itself: models, devices, limits, transports, state; empty before it answered."""
        return self._connection.capabilities

    def submit(
        self,
        plate: Picture,
        trimap: Picture | None = None,
        *,
        roto: Picture | None = None,
        core: Picture | None = None,
        edge: Picture | None = None,
        solid: Picture | None = None,
        output: Mapping[str, Any],
        layer: str | None = None,
        options: Mapping[str, Any] | None = None,
        model: str | None = None,
        priority: str | None = None,
        coalesce: str | None = None,
        label: str | None = None,
        preview: bool = False,
        timeout_seconds: float | None = None,
    ) -> Job:
        """Ask for a matte and return at once.

        Args:
            plate: path, file bytes, array or `Pixels`; arrays must not change until the job is over.
            trimap: grey trimap; or give `roto`, or `core` and `edge`.
            solid: beside one of the others, what is solid inside: foreground, but where `edge` is set.
            roto: one soft roto matte; its bands are `inner_pixels` and `outer_pixels` in the options.
            core: matte that is surely foreground.
            edge: matte that holds everything doubtful.
            output: `{"kind": "file", "path": ...}`, `{"kind": "exr"}` or `{"kind": "inline"}`; `depth` half or float.
            layer: of a plate's EXR that holds the colour; None takes the usual one.
            options: `plan`, `tile`, `tta`, `is_truncated`, `inner_pixels`, `outer_pixels`.
            model: name of a model; None takes the default one.
            priority: `interactive` (default) or `batch`.
            coalesce: a newer job with the same key replaces an older unfinished one of this client.
            label: shown in `lfpnet status`.
            preview: whether to fetch a coarse alpha as soon as there is one.
            timeout_seconds: the job's whole time budget; None is unlimited.

        Raises:
            SidecarError: code `bad_image`, `bad_option`, `limit_exceeded` or `closed`; everything later is the job's.
        """
        if self._is_closed:
            raise SidecarError("closed", "This client is closed: make a new one.")
        settings = {
            "options": named_values("options", options) if options else None,
            "model": plain(model),
            "priority": priority,
            "coalesce": coalesce,
            "label": plain(label),
            "preview": plain(preview) or None,
        }
        inputs = {"plate": plate, "trimap": trimap, "roto": roto, "core": core, "edge": edge, "solid": solid}
        output = named_values("output", output)
        if output.get("kind") == "file" and isinstance(output.get("path"), str):
            output = {**output, "path": str(Path(output["path"]).absolute())}
        request, pixels = build_request(inputs, output, settings, layer=layer)
        check_submit(request)
        budget_seconds = seconds("timeout_seconds", timeout_seconds)
        job = Job(request, pixels)
        if budget_seconds is not None:
            job.deadline = time.monotonic() + budget_seconds
        self._connection.post("submit", job)
        return job

    def cancel(self, job: Job) -> None:
        """Ask a job to end; its state becomes `cancelled` within about one tile."""
        if not isinstance(job, Job):
            raise SidecarError("bad_option", f"A job of `submit` is cancelled, not {type(job).__name__}.")
        self._connection.post("cancel", job)

    def poll(self) -> list[tuple[str, Job | None]]:
        """Return what happened since the last call, such as `("progress", job)` or `("connection", None)`."""
        events = self._connection.events
        happened = []
        while events:
            happened.append(events.popleft())
        return happened

    # ---- blocks, for scripts

    def matte(self, plate: Picture, trimap: Picture | None = None, **request: Any) -> JobResult:
        """Submit and wait; takes what `submit` takes.

        Raises:
            SidecarError: why there is no matte.
        """
        return self.submit(plate, trimap, **request).wait()

    def status(self, timeout_seconds: float = 10.0) -> dict[str, Any]:
        """Return the fields of `status_reply`."""
        return self._ask("status", {}, "status_reply", timeout_seconds)

    def models(self, timeout_seconds: float = 10.0) -> list[dict[str, Any]]:
        """List the models of the sidecar."""
        return self._ask("models", {}, "models_reply", timeout_seconds)["models"]

    def shutdown(self, *, how: str = "drain", timeout_seconds: float = 10.0) -> None:
        """Ask the sidecar to end: `drain` finishes accepted jobs, `now` does not."""
        self._ask("shutdown", {"how": how}, "", timeout_seconds)

    def train_start(
        self, arguments: Sequence[str], *, command: str = "train", timeout_seconds: float = 10.0
    ) -> dict[str, Any]:
        """Start a training run and return the fields of `train_reply`.

        Args:
            arguments: of the command; paths absolute, because the sidecar has its own working folder.
            command: `train` or `finetune`, sub-commands of `lfpnet`.
            timeout_seconds: to wait for the reply, not for the run.

        Raises:
            SidecarError: code `training` when a run is going on or cannot be started.
        """
        if isinstance(arguments, str):
            raise SidecarError("bad_option", "arguments must be a list of texts, not one text: split it.")
        asked = {"arguments": [plain(one) for one in arguments], "command": command}
        return self._ask("train_start", asked, "train_reply", timeout_seconds)

    def train_status(self, *, log_lines: int = 20, timeout_seconds: float = 10.0) -> dict[str, Any]:
        """Return state, progress and the last log lines of the training run."""
        return self._ask("train_status", {"log_lines": log_lines}, "train_reply", timeout_seconds)

    def train_stop(self, timeout_seconds: float = 10.0) -> dict[str, Any]:
        """Ask the training run to end; it is killed when it has not after a minute."""
        return self._ask("train_stop", {}, "train_reply", timeout_seconds)

    def close(self) -> None:
        """End the thread; unfinished jobs fail with code `closed` (the sidecar drops them soon)."""
        if not self._is_closed:
            self._is_closed = True
            self._connection.post("close")
            self._thread.join(timeout=10.0)

    def _ask(self, kind: str, fields: dict[str, Any], reply_kind: str, timeout_seconds: float) -> dict[str, Any]:
        if self._is_closed:
            raise SidecarError("closed", "This client is closed: make a new one.")
        asked_fields = {name: plain(value) for name, value in fields.items()}
        check_fields(kind, {**asked_fields, "session": ""})
        patience_seconds = seconds("timeout_seconds", timeout_seconds)
        if patience_seconds is None:
            raise SidecarError("bad_option", "timeout_seconds must be a number of seconds, not None.")
        if not self._thread.is_alive():
            raise SidecarError("closed", "This client has ended: make a new one.")
        asked = PendingReply(kind, asked_fields, reply_kind, patience_seconds)
        self._connection.post("ask", asked)
        return asked.wait()
