"""One training run in its own process group, with status, the tail of its log, and a stop that is kind first."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sidecar.wire.errors import SidecarError

#: Time for a run to write its checkpoint after SIGTERM.
GRACE_SECONDS = 60.0
TAIL_BYTES = 16 * 1024
#: What starts a run; its arguments follow.
TRAIN_COMMAND = (sys.executable, "-m", "sidecar.cli.main", "train")


class Training:
    """At most one run at a time; its log is a file, and the last line of it that is a JSON object is its progress."""

    def __init__(self, folder: Path, command: tuple[str, ...] = TRAIN_COMMAND) -> None:
        """Run nothing yet.

        Args:
            folder: where the log goes.
            command: what starts a run; the client's arguments follow.
        """
        self._log = folder / "training.log"
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._kill_at = 0.0
        self._was_stopped = False

    @property
    def is_running(self) -> bool:
        """Whether a run is alive."""
        return self._process is not None and self._process.poll() is None

    def start(self, arguments: list[str]) -> None:
        """Start a run.

        Raises:
            SidecarError: code `training` when one runs already or it cannot be started.
        """
        if self.is_running:
            raise SidecarError("training", "A training run is going on: stop it or wait for its end.")
        self._was_stopped, self._kill_at = False, 0.0
        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(  # noqa: S603 - local clients only, who are this user
                    [*self._command, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as problem:
            raise SidecarError(
                "training", f"The training run cannot be started ({problem}): mend that first."
            ) from problem

    def stop(self) -> None:
        """Ask the run to end; `tick` kills it when it takes too long."""
        if self.is_running and not self._was_stopped:
            self._was_stopped = True
            self._kill_at = time.monotonic() + GRACE_SECONDS
            self._signal(signal.SIGTERM)

    def stop_now(self) -> None:
        """End the run with the server: kindly, then by force."""
        if self._process is None:
            return
        self.stop()
        try:
            self._process.wait(timeout=10.0)
        except subprocess.TimeoutExpired:
            self._kill()
            self._process.wait()

    def tick(self) -> None:
        """Kill a run that was asked to stop and did not."""
        if self._kill_at and self.is_running and time.monotonic() > self._kill_at:
            self._kill()

    def summary(self) -> dict[str, Any]:
        """Give state and progress without the log."""
        report = self.report(0)
        report.pop("log", None)
        return report

    def report(self, log_lines: int) -> dict[str, Any]:
        """Give the fields of `train_reply`: `none`, `running`, `stopping`, `done`, `failed` or `stopped`."""
        if self._process is None:
            return {"state": "none"}
        exit_code = self._process.poll()
        lines = self._tail()
        report: dict[str, Any] = {
            "state": self._state(exit_code),
            "pid": self._process.pid,
            "progress": _progress(lines),
        }
        if exit_code is not None:
            report["exit_code"] = exit_code
        if log_lines:
            report["log"] = "\n".join(lines[-min(log_lines, 500) :])
        return report

    def _state(self, exit_code: int | None) -> str:
        if exit_code is None:
            return "stopping" if self._was_stopped else "running"
        if self._was_stopped:
            return "stopped"
        return "done" if exit_code == 0 else "failed"

    def _tail(self) -> list[str]:
        try:
            with self._log.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - TAIL_BYTES))
                return log.read().decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return []

    def _kill(self) -> None:
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal(self, number: int) -> None:
        assert self._process is not None
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                return
        else:
            self._process.terminate()


def _progress(lines: list[str]) -> dict[str, Any] | None:
    for line in reversed(lines):
        if line.startswith("{") and len(line) < 4096:
            try:
                return json.loads(line)
            except ValueError:
                continue
    return None
