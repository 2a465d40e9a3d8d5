"""One training run in its own process group, with status, the tail of its log, and a stop that is kind first.

A run outlives a server that is killed; the next server finds it in the runtime folder and goes on watching it.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from lfpnet.errors import OutputError
from sidecar.runtime.small_file import read_tail
from sidecar.server.process_identity import start_mark
from sidecar.server.training_record import TrainingRecord, read_record, write_record
from sidecar.wire.errors import SidecarError
from sidecar.wire.messages import TRAINING_COMMANDS
from sidecar.wire.sendable import plain_text, sendable

log = logging.getLogger(__name__)
#: Time for a run to write its checkpoint after SIGTERM.
GRACE_SECONDS = 60.0
TAIL_BYTES = 16 * 1024
#: Of the log in one reply; spelt out and in UTF-8 they stay within a header.
SHOWN_CHARACTERS = 10_000
#: What starts a run; the sub-command and its arguments follow.
TRAIN_COMMAND = (sys.executable, "-m", "sidecar.cli.main")


class Training:
    """At most one run at a time; its log is a file, and the last line of it that is a JSON object is its progress."""

    def __init__(self, folder: Path, command: tuple[str, ...] = TRAIN_COMMAND) -> None:
        """Run nothing yet, but find again the run of a server that was killed, and how the last one ended.

        Args:
            folder: where log and record go.
            command: what starts a run; the sub-command and the client's arguments follow.
        """
        self._folder, self._command = folder, command
        self._child: subprocess.Popen[bytes] | None = None
        self._record = read_record(folder)
        self._kill_at = 0.0
        if self._record is not None and self.is_running:
            log.info("found the training run %d of another server", self._record.pid)
            self._kill_at = time.monotonic() + GRACE_SECONDS if self._record.is_stopped else 0.0

    @property
    def is_running(self) -> bool:
        """Whether a run is alive."""
        self._look()
        if self._record is None or self._record.exit_code is not None:
            return False
        return self._child is not None or self._record.is_alive

    def start(self, command: str, arguments: list[str]) -> None:
        """Start a run.

        Args:
            command: one of `TRAINING_COMMANDS`.
            arguments: of that command of `lfpnet`.

        Raises:
            SidecarError: code `bad_option` for another command; `training` when a run is going on or cannot be started.
        """
        if command not in TRAINING_COMMANDS:
            raise SidecarError("bad_option", f"command must be one of {', '.join(TRAINING_COMMANDS)}: correct it.")
        if self.is_running:
            raise SidecarError("training", "A training run is going on: stop it or wait for its end.")
        words, path = (*self._command, command, *arguments), self._folder / "training.log"
        try:
            with path.open("wb") as stream:
                child = subprocess.Popen(  # noqa: S603 - local clients only, who are this user
                    words, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
                )
        except (OSError, ValueError) as problem:
            raise SidecarError(
                "training", f"The training run cannot be started ({problem}): correct that first."
            ) from problem
        self._child, self._kill_at = child, 0.0
        self._note(TrainingRecord(child.pid, start_mark(child.pid), words, str(path)))

    def stop(self) -> None:
        """Ask the run to end; `tick` kills it when it takes too long."""
        if self.is_running and self._record is not None and not self._record.is_stopped:
            self._kill_at = time.monotonic() + GRACE_SECONDS
            self._note(replace(self._record, is_stopped=True))
            self._signal(signal.SIGTERM)

    def stop_now(self) -> None:
        """End the run with the server: kindly, then by force."""
        self.stop()
        for patience_seconds in (10.0, 5.0):
            give_up = time.monotonic() + patience_seconds
            while self.is_running and time.monotonic() < give_up:
                time.sleep(0.02)
            if self.is_running:
                self._kill()

    def tick(self) -> None:
        """Notice a run's end, and kill one that was asked to stop and did not."""
        if self.is_running and self._kill_at and time.monotonic() > self._kill_at:
            self._kill()

    def summary(self) -> dict[str, Any]:
        """Give state and progress without the log."""
        report = self.report(0)
        report.pop("log", None)
        return report

    def report(self, log_lines: int) -> dict[str, Any]:
        """Give the fields of `train_reply`."""
        is_running, record = self.is_running, self._record
        if record is None:
            return {"state": "none"}
        lines = _tail(Path(record.log))
        report: dict[str, Any] = {"state": _state(record, is_running=is_running), "pid": record.pid}
        report["progress"] = _progress(lines)
        if record.exit_code is not None:
            report["exit_code"] = record.exit_code
        if log_lines:
            shown = "\n".join(lines[-min(log_lines, 500) :])[-SHOWN_CHARACTERS:]
            report["log"] = plain_text(shown, max_bytes=4 * SHOWN_CHARACTERS, has_lines=True)
        return report

    def _look(self) -> None:
        """Write down how the run ended, once it has and if it was started here."""
        exit_code = None if self._child is None else self._child.poll()
        if exit_code is not None and self._record is not None:
            self._child = None
            self._note(replace(self._record, exit_code=exit_code))

    def _note(self, record: TrainingRecord) -> None:
        self._record = record
        try:
            write_record(self._folder, record)
        except OutputError as problem:
            log.warning("the next server will not find this training run: %s", problem)

    def _kill(self) -> None:
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))

    def _signal(self, number: int) -> None:
        """Signal the whole group, but never a stranger that got the number of a run that has ended."""
        if self._record is None or not self.is_running:
            return
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._record.pid, number)
            elif self._child is not None:
                self._child.terminate()


def _state(record: TrainingRecord, *, is_running: bool) -> str:
    if is_running:
        return "stopping" if record.is_stopped else "running"
    if record.is_stopped:
        return "stopped"
    if record.exit_code is None:
        return "ended"  # under no server's eyes: how, only the log can tell
    return "done" if record.exit_code == 0 else "failed"


def _tail(path: Path) -> list[str]:
    try:
        text = read_tail(path, max_bytes=TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()


def _progress(lines: list[str]) -> dict[str, Any] | None:
    for line in reversed(lines):
        if line.startswith("{") and len(line) < 4096:
            try:
                return sendable(json.loads(line))
            except (ValueError, RecursionError):
                continue
    return None
