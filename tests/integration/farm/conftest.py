"""A short shot on disk and the `lfpnet` command with a runtime folder of its own."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]
FRAMES = range(1001, 1011)


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    """Ten plates of 64x48 and one trimap; a folder with a space."""
    folder = tmp_path / "a shot"
    folder.mkdir()
    for frame in FRAMES:
        pixels = np.random.default_rng(frame).random((48, 64, 3)).astype(np.float32)
        OpenEXR.File({}, {"RGB": pixels}).write(str(folder / f"plate.{frame}.exr"))
    trimap = np.full((48, 64), 128, np.uint8)
    trimap[:12], trimap[36:] = 0, 255
    cv2.imwrite(str(folder / "trimap.png"), trimap)
    return folder


@pytest.fixture(scope="session")
def runtime() -> Iterator[Path]:
    """A short folder, as sockets need it; its sidecar ends with the tests."""
    folder = Path(tempfile.mkdtemp(prefix="lfp-", dir="/tmp"))
    yield folder
    run_lfpnet("stop", "--now", environment={"LFPNET_RUNTIME_DIR": str(folder)})
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def lfpnet(runtime: Path, shot: Path) -> Command:
    """Run a sub-command in the shot's folder."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return run_lfpnet(*words, folder=shot, environment={"LFPNET_RUNTIME_DIR": str(runtime)})

    return run


def run_lfpnet(
    *words: str, folder: Path | None = None, environment: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "sidecar.cli.main", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
