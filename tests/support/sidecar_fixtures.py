"""A private runtime folder for real sidecars, which all end with the test, and pictures to send to them."""

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sidecar.client import Client, launch
from sidecar.runtime.endpoint import LOCK_FILE, read_endpoint
from sidecar.runtime.lock import is_free

ROOT = Path(__file__).parents[2]
QUICK = ROOT / "tests" / "support" / "quick_sidecar.py"
#: After this something hangs; it is no claim about speed, and two cores may be shared by twenty processes.
PATIENCE_SECONDS = 180.0


class Workplace:
    """A runtime folder with at most one sidecar."""

    def __init__(self) -> None:
        # Not pytest's folder: its name can be too long for a Unix socket.
        self.folder = Path(tempfile.mkdtemp(prefix="lfp-"))
        self.pictures = self.folder / "pictures"
        self.pictures.mkdir()
        self.models = self.folder / "models"
        self._clients: list[Client] = []
        self._pids: set[int] = set()

    def client(self, name: str = "test", *, options: tuple[str, ...] = (), **how: Any) -> Client:
        """Connect; keyword arguments that the quick predictor knows steer it."""
        quick = {key: how.pop(key) for key in list(how) if key in QUICK_SETTINGS}
        client = Client.local(
            name,
            directory=self.folder,
            command=command(*options),
            environment={**environment(quick), "LFPNET_MODELS": str(self.models)},
            patience_seconds=how.pop("patience_seconds", PATIENCE_SECONDS),
            **how,
        )
        self._clients.append(client)
        return client

    @property
    def pid(self) -> int:
        """The living sidecar's process."""
        wait_until(lambda: read_endpoint(self.folder) is not None)
        endpoint = read_endpoint(self.folder)
        assert endpoint is not None
        self._pids.add(endpoint.pid)
        return endpoint.pid

    @property
    def is_alive(self) -> bool:
        return not is_free(self.folder / LOCK_FILE)

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        """End clients and server, whatever state they are in."""
        for client in self._clients:
            client.close()
        wait_until(self._is_deserted)
        shutil.rmtree(self.folder, ignore_errors=True)  # a process that is ending may still remove its own files

    def _is_deserted(self) -> bool:
        """Kill what is left; a server that lost the race for the lock may only now become the owner."""
        running = [child for child in launch._children if child.poll() is None]
        for child in running:
            child.kill()
        endpoint = read_endpoint(self.folder)
        if endpoint is not None and self.is_alive:
            self._pids.add(endpoint.pid)
        for pid in self._pids:
            kill(pid, signal.SIGKILL)
        return not running and not self.is_alive


QUICK_SETTINGS = ("tiles", "tile_seconds", "crash_marker", "die_at_start", "trains_really")


def command(*options: str) -> list[str]:
    return [sys.executable, str(QUICK), *options]


def environment(quick: dict[str, Any]) -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "LFPNET_QUICK": json.dumps(quick), "OMP_NUM_THREADS": "1"}


def wait_until(is_true: Any, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that will happen soon."""
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.01)


def kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def plate_and_trimap(height: int = 30, width: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Random pixels, so that a shifted or flipped picture shows."""
    chance = np.random.default_rng(seed)
    plate = (chance.random((height, width, 3), np.float32) * 4 - 1).astype(np.float32)
    return plate, chance.choice(np.array([0, 128, 255], np.uint8), (height, width))


def write_plate(path: Path, plate: np.ndarray) -> Path:
    import OpenEXR

    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIPS_COMPRESSION, "owner": "test"}
    OpenEXR.File(header, {"RGB": np.ascontiguousarray(plate)}).write(str(path))
    return path


def write_trimap(path: Path, trimap: np.ndarray) -> Path:
    import cv2

    cv2.imwrite(str(path), trimap)
    return path


def read_layers(path: Path) -> dict[str, np.ndarray]:
    """Read a result with OpenEXR alone."""
    import OpenEXR

    file = OpenEXR.File(str(path), separate_channels=True)
    return {name: channel.pixels for name, channel in file.parts[0].channels.items()}


def assert_is_matte_of(path: Path, plate: np.ndarray, trimap: np.ndarray) -> None:
    """Check every pixel of a float EXR that the quick predictor made."""
    layers = read_layers(path)
    alpha = trimap.astype(np.float32) / 255
    np.testing.assert_array_equal(layers["A"], alpha)
    for index, channel in enumerate("RGB"):
        np.testing.assert_array_equal(layers[f"fg.{channel}"], plate[..., index])
        np.testing.assert_array_equal(layers[f"bg.{channel}"], plate[..., index] * np.float32(0.5))
        np.testing.assert_allclose(layers[channel], plate[..., index] * alpha, rtol=1e-6)
