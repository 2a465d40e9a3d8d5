"""A real sidecar process with a quick, deterministic predictor: `python quick_sidecar.py [options of lfpnet serve]`.

Nothing but the network is replaced. What the predictor does is steered by `LFPNET_QUICK`, a JSON object: `tiles`,
`tile_seconds`, `crash_marker` (a file; the process kills itself in its first job and leaves the file), `die_at_start`,
`trains_really` (lfpnet's own training instead of a process that waits).
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from lfpnet.errors import CancelledError, DeviceError
from lfpnet.types import Matte


class QuickPredictor:
    """Alpha is the trimap's grey, foreground the plate, background its half; exact, so tests can check every pixel."""

    def __init__(self) -> None:
        self.settings = json.loads(os.environ.get("LFPNET_QUICK", "{}"))

    def matte(
        self,
        plate: np.ndarray,
        trimap: np.ndarray,
        *,
        is_linear: bool,
        options: dict[str, Any],
        progress: Any = None,
        is_cancelled: Any = None,
        preview: Any = None,
    ) -> Matte:
        """Pretend to work tile by tile."""
        if options.get("plan") == "out_of_memory":
            raise DeviceError("The device is out of memory; use smaller tiles.")
        if options.get("plan") == "unforeseen":
            raise RuntimeError("a cable was cut")
        if options.get("plan") == "not_a_number":
            return expected_matte(plate * np.float32("nan"), trimap)
        tiles = options.get("tile") or self.settings.get("tiles", 2)
        if preview is not None:
            preview(trimap.astype(np.float32) / 255)
        for tile in range(tiles):
            if is_cancelled is not None and is_cancelled():
                raise CancelledError("The job was cancelled.")
            time.sleep(self.settings.get("tile_seconds", 0.0))
            self._crash_once()
            if progress is not None:
                progress(tile + 1, tiles)
        from lfpnet.colour import to_linear

        return expected_matte(plate if is_linear else to_linear(plate), trimap)

    def _crash_once(self) -> None:
        marker = self.settings.get("crash_marker")
        if marker and not Path(marker).exists():
            Path(marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)


def expected_matte(plate_linear: np.ndarray, trimap: np.ndarray) -> Matte:
    """What the predictor gives."""
    return Matte(
        alpha=(trimap.astype(np.float32) / 255),
        foreground=plate_linear.copy(),
        background=plate_linear * np.float32(0.5),
    )


TRAIN = """
import json, signal, sys
def stop(*_):
    print("saved", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("training begins", flush=True)
print(json.dumps({"step": 1, "arguments": sys.argv[1:]}), flush=True)
while True:
    signal.pause()
"""


def main() -> int:
    """Serve like `lfpnet serve` does."""
    from sidecar.cli.serve import add_arguments, config_from, prepare_process
    from sidecar.server.app import serve

    if json.loads(os.environ.get("LFPNET_QUICK", "{}")).get("die_at_start"):
        print("the graphics driver is missing", file=sys.stderr)
        return 3
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    prepare_process()
    trains_really = json.loads(os.environ.get("LFPNET_QUICK", "{}")).get("trains_really")
    return serve(
        config_from(parser.parse_args()),
        load=lambda *_: QuickPredictor(),
        train_command=None if trains_really else (sys.executable, "-c", TRAIN),
    )


if __name__ == "__main__":
    sys.exit(main())
