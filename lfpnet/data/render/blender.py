"""A Blender process that renders one recipe after another: `blender` itself or a Python with the bpy module."""

import json
import queue
import subprocess
import threading
from pathlib import Path
from typing import Any

from lfpnet.errors import ConfigurationError, LfpnetError

_MARK = "LFPNET "
_START_SECONDS = 120.0
#: The entry of the package `studio`, in either kind of process.
_ENTRY = "import sys, runpy; sys.path.insert(0, {folder!r}); runpy.run_module('studio', run_name='__main__')"


class RenderError(LfpnetError):
    """Blender could not render one foreground; another process may."""

    retryable = True


class Blender:
    """A running Blender; a context manager that ends it.

    Args:
        program: an executable called `blender...`, or a Python that imports bpy.

    Raises:
        ConfigurationError: it does not start, or cannot import bpy and numpy.
    """

    def __init__(self, program: Path) -> None:
        entry = _ENTRY.format(folder=str(Path(__file__).parent))
        is_blender = program.name.lower().startswith("blender")
        options = ["--background", "--factory-startup", "--python-expr", entry] if is_blender else ["-c", entry]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the program is the user's own choice
                [str(program), *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        except OSError as problem:
            raise ConfigurationError(
                f"Expected Blender or a Python with bpy at {program}, but it does not start ({problem}); name one with "
                "--blender."
            ) from problem
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.version = str(self._answer(_START_SECONDS)["blender"])
        except (RenderError, KeyError) as problem:
            self.close()
            raise ConfigurationError(
                f"Expected {program} to import bpy and numpy, got '{problem}'; install bpy into that Python or name "
                "another with --blender."
            ) from problem

    def __enter__(self) -> "Blender":  # noqa: PYI034 - beartype has no Self without its class
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def render(self, task: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
        """Render one task and wait for it.

        Raises:
            RenderError: the scene failed, took too long, or Blender died.
        """
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(task) + "\n")
            self._process.stdin.flush()
        except OSError as problem:
            raise RenderError(f"Blender is gone ({problem}); its last lines were: {self._last_lines()}") from problem
        answer = self._answer(timeout_seconds)
        if "problem" in answer:
            raise RenderError(f"Blender could not render {task['kind']} {task['index']}: {answer['problem']}.")
        return answer

    def close(self) -> None:
        """End the process, also one at work."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _listen(self) -> None:
        """Pass on answers; keep the last of Blender's own lines for a sentence."""
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                if line.startswith(_MARK):
                    self._lines.put(line[len(_MARK) :])
                elif line.strip():
                    self._said = [*self._said[-5:], line.strip()]
        except ValueError:  # closed while it was read
            pass
        self._lines.put(None)

    def _answer(self, timeout_seconds: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=timeout_seconds)
        except queue.Empty:
            raise RenderError(f"Blender did not answer within {timeout_seconds:.0f} seconds.") from None
        if line is None:
            raise RenderError(f"Blender ended; its last lines were: {self._last_lines()}")
        return json.loads(line)

    def _last_lines(self) -> str:
        return " / ".join(self._said) or "none"
