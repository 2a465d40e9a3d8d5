"""Starts the sidecar when none is alive, without blocking; the lock decides who serves when many hosts start."""

from __future__ import annotations

import os
import shutil
import site
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..runtime.command_words import join_command, split_command
from ..runtime.endpoint import LOCK_FILE, Endpoint, read_endpoint
from ..runtime.lock import EXIT_NOT_OWNER, is_free
from ..runtime.small_file import read_tail
from ..wire.errors import SidecarError

#: Fewer page faults for the server's large buffers; must be set before it starts, and not in the host.
#: Source: measured; single 133 MB frames 29 instead of 83 ms, half conversions 5 instead of 58 ms.
SERVER_ENVIRONMENT = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", "THP_MEM_ALLOC_ENABLE": "1"}
#: Variables that hosts and their wrappers (rez, say) set for the host's own Python and that break another one.
HOST_VARIABLES = ("PYTHONHOME", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")
#: Set to anything, it hands PYTHONPATH and the user's own packages on to the sidecar.
KEEP_PYTHONPATH = "LFPNET_KEEP_PYTHONPATH"
KEPT_LOGS = 10
LOG_LINES, LOG_BYTES = 15, 64 * 1024
#: Signals that come from outside; others are faults of the server's own, which happen again.
_KILLS = frozenset({1, 2, 9, 15})
CRASH_MARK = b"Fatal Python error"
#: Servers in a row that may be killed, or may crash, before they answer.
MOST_KILLS, MOST_CRASHES = 100, 2
#: Servers started by this process; kept so that each is collected when it ends, even after its launcher is gone.
_children: list[subprocess.Popen[bytes]] = []


class Launcher:
    """Finds a living sidecar or starts one; call `step` until it gives an endpoint."""

    def __init__(
        self,
        folder: Path,
        command: Sequence[str] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        patience_seconds: float = 30.0,
    ) -> None:
        """Look at nothing yet.

        Args:
            folder: the runtime directory.
            command: what starts a server; None finds the installed `lfpnet serve`.
            environment: further variables for the server.
            patience_seconds: how long a started server may take to listen (it binds before it loads anything heavy).
        """
        self._folder = folder
        self._command = command
        self._environment = dict(environment or {})
        self._patience_seconds = patience_seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._begun = self._start_at = 0.0
        self._kills = self._crashes = 0
        self._log: Path | None = None

    def find(self) -> Endpoint | None:
        """Return the endpoint of a living sidecar, if there is one."""
        return None if is_free(self._folder / LOCK_FILE) else read_endpoint(self._folder)

    def step(self) -> Endpoint | None:
        """Return an endpoint, or None while the server starts.

        Raises:
            SidecarError: code `launch_failed`, with the last lines of the server's log as detail.
        """
        endpoint = self.find()
        if endpoint is not None:
            self._begun = 0.0
            return endpoint
        if not self._begun:
            self._begun = time.monotonic()
        exit_code = None if self._child is None else self._child.poll()
        if self._child is None or exit_code == EXIT_NOT_OWNER:
            # Nobody started yet, or another host's server won and has ended meanwhile or is about to publish itself.
            if time.monotonic() >= self._start_at and is_free(self._folder / LOCK_FILE):
                self._start()
        elif exit_code is not None:
            self._child = None
            self._on_death(exit_code)
        if time.monotonic() - self._begun > self._patience_seconds:
            self._begun = 0.0
            raise self._failure(f"The sidecar did not listen within {self._patience_seconds:.0f} s")
        return None

    def settle(self) -> None:
        """Note that a server answers: what happened while it started counts no more."""
        self._child, self._kills, self._crashes, self._start_at = None, 0, 0, 0.0

    def _on_death(self, exit_code: int) -> None:
        """Start again after a kill from outside; what fails by itself fails again, so say why."""
        is_kill, is_crash = -exit_code in _KILLS or exit_code == 0, exit_code < 0
        self._kills += is_kill
        self._crashes += is_crash and not is_kill
        if not (is_kill or is_crash) or self._kills > MOST_KILLS or self._crashes > MOST_CRASHES:
            self._begun, self._kills, self._crashes = 0.0, 0, 0
            raise self._failure(f"The sidecar ended while it started (exit code {exit_code})")
        self._begun = time.monotonic()
        self._start_at = self._begun + min(1.0, 0.05 * 2 ** min(self._kills + self._crashes, 8))

    def reap(self) -> None:
        """Collect children that have ended, so that no zombie stays with the host."""
        for child in list(_children):
            if child.poll() is not None and child in _children:
                _children.remove(child)

    def log_tail(self, named: str = "") -> str:
        """Return the last lines of a log: the one that is named, of the server started here, or the newest one."""
        try:
            log = (
                Path(named)
                if named
                else self._log or max(self._folder.glob("sidecar-*.log"), key=lambda path: path.stat().st_mtime)
            )
            text = read_tail(log, max_bytes=LOG_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            return ""  # there is none, or it has just been removed
        return "\n".join(text.splitlines()[-LOG_LINES:])

    def _start(self) -> None:
        command = list(self._command or default_command())
        self._begun = time.monotonic()
        self._log = (
            self._folder / f"sidecar-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{time.monotonic_ns() % 10**6}.log"
        )
        environment = server_environment(command[0], os.environ)
        environment.update(self._environment)
        environment["LFPNET_RUNTIME_DIR"] = str(self._folder)
        environment["LFPNET_LOG_FILE"] = str(self._log)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # somebody may have cleared it away
            _remove_old_logs(self._folder)
            descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                self._child = _start_detached(command, environment, descriptor)
                _children.append(self._child)
            finally:
                os.close(descriptor)
        except OSError as problem:
            raise SidecarError(
                "launch_failed",
                f"The sidecar cannot be started with '{join_command(command)}' ({problem}): install lfpnet.",
            ) from problem

    def _failure(self, what: str) -> SidecarError:
        return SidecarError("launch_failed", f"{what}: its log {self._log} says why.", detail=self.log_tail())


def has_crashed(log: str) -> bool:
    """Say whether a server wrote into its log that a fault of its own ended it (Python's faulthandler does)."""
    try:
        return CRASH_MARK in read_tail(Path(log), max_bytes=LOG_BYTES)
    except OSError:
        return False


def default_command() -> tuple[str, ...]:
    """Return what starts the installed sidecar: `LFPNET_COMMAND`, else `lfpnet` on the path, else this very Python.

    Raises:
        SidecarError: code `launch_failed` when lfpnet is not installed.
    """
    configured = os.environ.get("LFPNET_COMMAND", "").strip()
    if configured:
        try:
            return (*split_command(configured), "serve")
        except ValueError as problem:
            sentence = f"Expected a command in LFPNET_COMMAND, got {configured} ({problem}): correct its quotes."
            raise SidecarError("launch_failed", sentence) from problem
    # This file is .../sidecar/client/launch.py where lfpnet is installed; a vendored copy has no server beside it.
    if (Path(__file__).resolve().parent.parent / "cli" / "serve.py").exists():
        return (sys.executable, "-m", "sidecar.cli.serve")
    found = shutil.which("lfpnet")
    if found:
        return (found, "serve")
    raise SidecarError(
        "launch_failed", "No sidecar is installed here: install lfpnet and set LFPNET_COMMAND to its command."
    )


def server_environment(program: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a host without what is meant for the host's own Python.

    Args:
        program: what starts the sidecar. This very Python keeps its path, and one among the user's own packages sees
            these.
        environment: of this process.
    """
    kept = {name: value for name, value in environment.items() if name not in HOST_VARIABLES}
    if not kept.get(KEEP_PYTHONPATH) and program != sys.executable:
        kept.pop("PYTHONPATH", None)
        if not Path(shutil.which(program) or program).is_relative_to(site.getuserbase()):
            kept["PYTHONNOUSERSITE"] = "1"
    tunables = kept.get("GLIBC_TUNABLES")
    kept.update(SERVER_ENVIRONMENT)
    if tunables:
        kept["GLIBC_TUNABLES"] = f"{tunables}:{SERVER_ENVIRONMENT['GLIBC_TUNABLES']}"
    return kept


def _start_detached(command: Sequence[str], environment: Mapping[str, str], log: int) -> subprocess.Popen[bytes]:
    """Start a process that outlives this one and shares no terminal, session or handle with it."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    return subprocess.Popen(  # noqa: S603 - the command is the user's configuration, never a peer's
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=dict(environment),
        start_new_session=True,
        creationflags=flags,
    )


def _remove_old_logs(folder: Path) -> None:
    logs = sorted(folder.glob("sidecar-*.log"))
    for path in logs[: max(0, len(logs) - KEPT_LOGS + 1)]:
        path.unlink(missing_ok=True)
