"""The settings of one run, and the child processes that measure for it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scenes import band

CHILD = Path(__file__).with_name("child.py")
THIN, THICK = 0.10, 0.40


@dataclass
class Bench:
    """One run of the benchmark.

    Attributes:
        folder: for arrays that processes hand over.
        threads: of every measurement.
        is_quick: whether sizes are tiny, to try the benchmark rather than the code.
        weights: trained weights of `lfpnet-compact`, None if there are none.
        examples: plates and trimaps from files.
    """

    folder: Path
    threads: int
    is_quick: bool
    weights: Path | None
    examples: tuple[tuple[Path, Path], ...] = ()
    _known: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def frames(self) -> dict[str, tuple[int, int]]:
        """Height and width of the frames by name."""
        frames = {"HD": (1080, 1920), "4K": (2160, 3840), "8K": (4320, 7680)}
        return (
            {name: (height // 12, width // 12) for name, (height, width) in frames.items()} if self.is_quick else frames
        )

    @property
    def tile(self) -> int:
        """Side of the default tile of the fast plan and of preset `lfpnet-compact`."""
        return 64 if self.is_quick else 512

    @property
    def paper_tile(self) -> int:
        """Side of the paper's tile, which `published` and `exact` take with preset `lfpnet`."""
        return 2 * self.tile

    def scene(self, frame: str, unknown: float) -> dict[str, Any]:
        """The silhouette in a frame."""
        return band(*self.frames[frame], unknown)

    def run(self, task: str, **arguments: Any) -> dict[str, Any]:
        """The figures of one task in a fresh process; asked for again, the same figures."""
        key = json.dumps([task, arguments], sort_keys=True)
        if key not in self._known:
            print(f"measuring {task} {key[:160]}", file=sys.stderr, flush=True)
            self._known[key] = self._run_child(task, arguments)
        return self._known[key]

    def _run_child(self, task: str, arguments: dict[str, Any]) -> dict[str, Any]:
        threads = str(self.threads)
        command = [sys.executable, str(CHILD), task, threads, json.dumps(arguments)]
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        child = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        if child.returncode:
            raise SystemExit(f"The measurement {task} failed:\n{child.stderr}")
        return json.loads(child.stdout.splitlines()[-1])
