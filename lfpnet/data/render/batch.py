"""Render a set of foregrounds with several Blenders; whatever interrupts it, the same call goes on.

Every foreground is a PNG beside a JSON of its provenance, which is written last: what has none is rendered again.
"""

import queue
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lfpnet.data.foreground_set import ForegroundSet
from lfpnet.data.render.blender import Blender, RenderError
from lfpnet.data.render.finish import finished, smoothed
from lfpnet.data.render.recipe import KINDS, SMOOTH, Recipe, recipe
from lfpnet.errors import ConfigurationError

_MADE_BY = "lfpnet data render"
_TIMEOUT_SECONDS = 3600.0  # at lowest priority on a busy machine a frame may wait long
_FRAMES_PER_PROCESS = 40  # Blender keeps some memory of every scene
_MOST_FAILURES = 5  # in a row: then nothing will be rendered

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class RenderSummary:
    """What a call did.

    Attributes:
        rendered: foregrounds that are there now, older ones included.
        empty: seeds whose subject was out of sight; they have a JSON and no picture.
        failures: one sentence for each foreground that Blender could not render.
    """

    rendered: int
    empty: int
    failures: tuple[str, ...]


def render_foregrounds(
    folder: Path,
    count: int,
    seed: int,
    *,
    blender: Path,
    size: int = 512,
    kinds: Sequence[str] = (),
    alpha_samples: int = 256,
    workers: int = 1,
    progress: Progress | None = None,
) -> RenderSummary:
    """Render foregrounds 0 to `count` - 1 of a set, as far as they are not there.

    Args:
        folder: gets `000000-kind.png` and `.json`; made when missing.
        count: of foregrounds.
        seed: foreground i depends on (seed, i), the size and the version of Blender alone.
        blender: Blender's executable, or a Python with bpy.
        size: side in pixels.
        kinds: these in turn instead of a draw by share.
        alpha_samples: most samples of the alpha's pass: its levels.
        workers: Blender processes, one thread each.
        progress: called with (finished, total).

    Raises:
        ConfigurationError: a number or kind is unknown, Blender does not start, or the folder holds another set.
        OutputError: the folder cannot be written.
    """
    if count < 1 or size < 16 or workers < 1 or seed < 0 or alpha_samples < 16 or set(kinds) - set(KINDS):
        raise ConfigurationError(
            f"Expected at least 1 foreground of 16 px and 16 samples by 1 worker, a seed of 0 or more and kinds among "
            f"{', '.join(KINDS)}, got {count}, {size}, {alpha_samples}, {workers}, {seed}, {', '.join(kinds) or 'all'}."
        )
    files = ForegroundSet(folder, _MADE_BY)
    files.claim({"seed": seed, "size": size, "kinds": list(kinds), "alpha_samples": alpha_samples})
    recipes = [
        recipe(index, seed=seed, size=size, kinds=tuple(kinds), alpha_samples=alpha_samples) for index in range(count)
    ]
    batch = _Batch(files, blender, recipes, progress)
    batch.work(workers)
    made = sum(files.is_made(item.index, item.kind) for item in recipes)
    there = sum(files.has_picture(item.index, item.kind) for item in recipes)
    return RenderSummary(there, made - there, tuple(batch.failures))


class _Batch:
    """The waiting recipes, and threads that each drive one Blender."""

    def __init__(
        self, files: ForegroundSet, program: Path, recipes: Sequence[Recipe], progress: Progress | None
    ) -> None:
        self.files, self.program, self.progress = files, program, progress
        self.total = len(recipes)
        self.failures: list[str] = []
        self._waiting: queue.SimpleQueue[Recipe] = queue.SimpleQueue()
        missing = [item for item in recipes if not files.is_made(item.index, item.kind)]
        for item in missing:
            self._waiting.put(item)
        self._done = self.total - len(missing)
        self._failed_in_a_row = 0
        self._lock = threading.Lock()
        self._is_stopped = threading.Event()
        self._problem: Exception | None = None

    def work(self, workers: int) -> None:
        """Render everything; an interruption ends the Blenders at work."""
        threads = [threading.Thread(target=self._guarded) for _ in range(min(workers, self._waiting.qsize()))]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            self._is_stopped.set()
        if self._problem is not None:
            raise self._problem

    def _guarded(self) -> None:
        """Keep the first error for the caller and stop the others."""
        try:
            while not self._waiting.empty() and not self._is_stopped.is_set():
                with Blender(self.program) as blender, tempfile.TemporaryDirectory() as scratch:
                    self._drive(blender, Path(scratch))
        except Exception as problem:
            self._problem = self._problem or problem
            self._is_stopped.set()

    def _drive(self, blender: Blender, scratch: Path) -> None:
        """Render with one process until it has done its share or fails."""
        for _ in range(_FRAMES_PER_PROCESS):
            if self._is_stopped.is_set():
                return
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return
            started = time.perf_counter()
            try:
                answer = blender.render({**asdict(item), "raw": str(scratch / "raw.npz")}, _TIMEOUT_SECONDS)
            except RenderError as problem:
                with self._lock:
                    self.failures.append(str(problem))
                    self._failed_in_a_row += 1
                    if self._failed_in_a_row >= _MOST_FAILURES:
                        self._is_stopped.set()
                return
            seconds = {**answer["seconds"], "wall": round(time.perf_counter() - started, 2)}
            self._keep(item, scratch / "raw.npz", {"blender": blender.version, "seconds": seconds})

    def _keep(self, item: Recipe, raw: Path, facts: dict[str, object]) -> None:
        """Store one foreground and then its provenance."""
        with np.load(raw) as arrays:
            colour, alpha = arrays["colour"], arrays["alpha"]
        if item.kind in SMOOTH:
            alpha = smoothed(alpha)
        pixels = finished(colour, alpha, np.random.default_rng([*item.seed, 4]))
        self.files.keep(item.index, item.kind, pixels, {**asdict(item), **facts})
        with self._lock:
            self._failed_in_a_row = 0
            self._done += 1
            if self.progress:
                self.progress(self._done, self.total)
